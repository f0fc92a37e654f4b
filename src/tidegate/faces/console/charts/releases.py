"""The release picture: a package's releases in their lines, what is known of each, and the gates.

Where releases stand is decided in `lanes`; here they are drawn. The lanes' names are a drawing of
their own, so that they stay where they are while the marks scroll in their box.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from django.utils.safestring import SafeString

from tidegate.faces.console.charts.lanes import (
    MARGIN,
    Axis,
    Lane,
    Placed,
    Row,
    dates_are_believable,
    gates_of,
    lanes_of,
    rows_by_time,
    rows_in_order,
)
from tidegate.faces.console.charts.marks import Known, Release, mark
from tidegate.faces.console.charts.svg import drawing, element
from tidegate.faces.console.texts import spelled

# Heights, in pixels; `charts.css` draws the lines between lanes at the same ones.
_LANE: Final = 56.0
_AXIS: Final = 22.0
_MARK_AT: Final = 26.0
_LABEL_AT: Final = 48.0

_NAMES_WIDTH: Final = 78.0
_END: Final = 12.0
"""How far the bed of a lane goes on beyond its last mark."""
_SIGN: Final = 6.4
"""Width of one sign of a label."""
_LONGEST_LABEL: Final = 16
_LONGEST_NAME: Final = 9
_MOST_YEARS: Final = 12


@dataclass(frozen=True, slots=True)
class ReleasePicture:
    """The drawing in its two halves, the text of both, and the rows of the table beside it."""

    names: SafeString
    picture: SafeString
    summary: str
    releases: tuple[Release, ...]
    by_time: bool


def draw_releases(releases: Sequence[Release], *, package: str, ident: str) -> ReleasePicture:
    """Draw releases, given in version order; `ident` tells this drawing from others of a page."""
    lanes = lanes_of(releases)
    axis = Axis.of(lanes) if dates_are_believable(lanes) else None
    rows = list(rows_by_time(lanes, axis) if axis else rows_in_order(lanes))
    top = _AXIS if axis else 0.0
    height = top + _LANE * len(rows)
    width = max((placed.x for row in rows for placed in row.placed), default=0) + 2 * MARGIN
    summary = _summary(releases, lanes, package)
    parts = [
        element("title", f"Releases of {spelled(package)}", id=f"{ident}-title"),
        element("desc", summary, id=f"{ident}-desc"),
    ]
    if axis:
        parts.append(_years(axis, height))
    parts += [_row(row, top + _LANE * index) for index, row in enumerate(rows)]
    picture = drawing(
        parts,
        width,
        height,
        role="group",
        aria_labelledby=f"{ident}-title",
        aria_describedby=f"{ident}-desc",
        data_marks="",
    )
    names = _names(rows, top, height)
    return ReleasePicture(names, picture, summary, tuple(releases), axis is not None)


def _row(row: Row, top: float) -> SafeString:
    y = top + _MARK_AT
    first, last = row.placed[0].x, row.placed[-1].x
    parts = list(_water(row, y))
    parts.append(element("line", class_="lane__bed", x1=first, x2=last, y1=y, y2=y))
    parts += list(_gates(row, top))
    parts += [mark(placed.release, placed.x, y, reach=row.reach) for placed in row.placed]
    parts += list(_labels(row, top + _LABEL_AT))
    return element("g", *parts)


def _water(row: Row, y: float) -> Iterator[SafeString]:
    """Colour the bed of a lane, as far as one thing is known of it."""
    seams = [row.seam(one, other) for one, other in pairwise(row.placed)]
    edges = [row.placed[0].x - _END, *seams, row.placed[-1].x + _END]
    start = 0
    for index, placed in enumerate(row.placed):
        known = placed.release.known
        if index + 1 < len(row.placed) and row.placed[index + 1].release.known is known:
            continue
        left, right = edges[start], edges[index + 1]
        kind = f"lane__water--{known}"
        yield element("rect", class_=kind, x=left, y=y - 10, width=right - left, height=20)
        start = index + 1


def _gates(row: Row, top: float) -> Iterator[SafeString]:
    before: Placed | None = None
    for placed in row.placed:
        if placed.gate:
            x = row.seam(before, placed) if before else placed.x - _END
            foot = top + 39
            yield element(
                "g",
                element("line", class_="gate__post", x1=x, x2=x, y1=top + 12, y2=foot),
                element("line", class_="gate__post", x1=x - 3, x2=x + 3, y1=foot, y2=foot),
                element("text", placed.gate, x=x, y=top + 10, text_anchor="middle"),
                class_=f"gate {_kind(placed)}",
            )
        before = placed


def _kind(placed: Placed) -> str:
    return "gate--fixed" if placed.gate.startswith("fixed") else "gate--broken"


def _labels(row: Row, y: float) -> Iterator[SafeString]:
    """Write as many versions under their marks as have room; boundaries and ends come first."""
    last = len(row.placed) - 1
    order = sorted(
        enumerate(row.placed),
        key=lambda it: (not it[1].gate, it[0] not in (0, last), it[1].release.prerelease, it[0]),
    )
    taken: list[tuple[float, float]] = []
    for _, placed in order:
        label = _shortened(placed.release.version, _LONGEST_LABEL)
        half = len(label) * _SIGN / 2 + 3
        # A long label of the first mark begins at the picture's edge.
        x = max(placed.x, half)
        if any(x - half < end and start < x + half for start, end in taken):
            continue
        taken.append((x - half, x + half))
        written = element("text", label, x=x, y=y, text_anchor="middle")
        yield element("g", written, class_=f"gate {_kind(placed)}") if placed.gate else written


def _names(rows: Sequence[Row], top: float, height: float) -> SafeString:
    parts: list[SafeString] = []
    for index, row in enumerate(rows):
        if not row.line and index:
            continue
        y = top + _LANE * index
        name = f"{row.line}.x" if row.line[-1:].isdigit() else row.line or "all"
        many = f"{row.count} release{'s' if row.count != 1 else ''}"
        parts += [
            element("text", _shortened(name, _LONGEST_NAME), class_="lane__name", x=12, y=y + 27),
            element("text", many, class_="lane__count", x=12, y=y + 42),
        ]
    return drawing(parts, _NAMES_WIDTH, height, aria_hidden="true")


def _years(axis: Axis, height: float) -> SafeString:
    years = range(axis.first.year + 1, axis.last.year + 1)
    step = len(years) // _MOST_YEARS + 1
    parts: list[SafeString] = []
    for year in years[::step]:
        x = axis.x(datetime(year, 1, 1, tzinfo=UTC))
        parts += [
            element("line", x1=x, x2=x, y1=_AXIS - 4, y2=height),
            element("text", str(year), x=x, y=_AXIS - 8, text_anchor="middle"),
        ]
    return element("g", *parts, class_="axis")


def _summary(releases: Sequence[Release], lanes: Sequence[Lane], package: str) -> str:
    counts = {known: sum(r.known is known for r in releases) for known in Known}
    told = ", ".join(f"{counts[known]} {known.words}" for known in Known if counts[known])
    fixes = [
        spelled(release.version)
        for _, group in lanes
        for release, word in zip(group, gates_of(group), strict=True)
        if word.startswith("fixed")
    ]
    lines = f"{len(lanes)} release line{'s' if len(lanes) != 1 else ''}"
    many = f"{len(releases)} release{'s' if len(releases) != 1 else ''}"
    said = f"{many} of {spelled(package)} in {lines}: {told or 'nothing was looked at'}."
    return said + (f" First fixed: {', '.join(fixes)}." if fixes else "")


def _shortened(label: str, longest: int) -> str:
    shown = spelled(label)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
