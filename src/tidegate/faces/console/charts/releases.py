"""The release picture: a package's releases in their lines, what is known of each, and the gates.

One lane is one release line, because nothing is ever inferred from one line for another. Marks
stand on a time axis where every release has a date, so that a fix ported back is seen to come
late; else evenly, in version order, and long lanes go on in another row. A gate stands where the
verdict changes: there the affected range begins or ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from django.utils.safestring import SafeString

from tidegate.faces.console.charts.marks import Known, Release, mark
from tidegate.faces.console.charts.svg import drawing, element, text

_WIDTH: Final = 960.0
"""What the marks of one row take at most, where they stand evenly."""
_CLOSEST: Final = 16.0
_WIDEST: Final = 58.0
_MARGIN: Final = 26.0
_LANE: Final = 56.0
_MARK_AT: Final = 26.0
_LABEL_AT: Final = 48.0
_AXIS: Final = 22.0
_NAMES_WIDTH: Final = 78.0
_SIGN: Final = 6.4
"""Width of one sign of a label."""
_LONGEST_LABEL: Final = 16


@dataclass(frozen=True, slots=True)
class ReleasePicture:
    """The drawing in its two halves, the text of both, and the table that stands for them."""

    names: SafeString
    """The lanes' names, which stay where they are while the marks scroll."""
    picture: SafeString
    summary: str
    releases: tuple[Release, ...]
    by_time: bool


@dataclass(frozen=True, slots=True)
class _Placed:
    release: Release
    x: float
    gate: str = ""
    """What happens between the release before and this one: nothing, or a word."""


@dataclass(frozen=True, slots=True)
class _Row:
    line: str
    """Empty where a lane goes on."""
    count: int
    placed: tuple[_Placed, ...]
    reach: float


def draw_releases(releases: Sequence[Release], *, package: str, ident: str) -> ReleasePicture:
    """Draw releases, given in version order; `ident` tells this drawing from others of a page."""
    by_time = bool(releases) and all(release.published for release in releases)
    lanes = [(line, tuple(group)) for line, group in groupby(releases, key=lambda r: r.line)]
    rows = list(_rows_by_time(lanes, releases) if by_time else _rows_in_order(lanes))
    top = _AXIS if by_time else 0
    height = top + _LANE * len(rows)
    width = max((p.x for row in rows for p in row.placed), default=0) + 2 * _MARGIN
    summary = _summary(releases, lanes, package)
    parts = [
        element("title", f"Releases of {package}", attributes={"id": f"{ident}-title"}),
        element("desc", summary, attributes={"id": f"{ident}-desc"}),
    ]
    if by_time:
        parts.append(_axis(releases, height))
    parts += [_row(row, top + _LANE * index, width) for index, row in enumerate(rows)]
    labelled = {
        "role": "group",
        "aria-labelledby": f"{ident}-title",
        "aria-describedby": f"{ident}-desc",
        "data-marks": "",
    }
    return ReleasePicture(
        names=_names(rows, top, height),
        picture=drawing(parts, width=width, height=height, attributes={**labelled}),
        summary=summary,
        releases=tuple(releases),
        by_time=by_time,
    )


def _rows_in_order(lanes: Sequence[tuple[str, tuple[Release, ...]]]) -> Iterator[_Row]:
    longest = max((len(group) for _, group in lanes), default=1)
    space = min(max(_WIDTH / longest, _CLOSEST), _WIDEST)
    each = int(_WIDTH // space)
    for line, group in lanes:
        gates = _gates(group)
        for start in range(0, len(group), each):
            yield _Row(
                line="" if start else line,
                count=len(group),
                placed=tuple(
                    _Placed(release, _MARGIN + index * space, gates[start + index])
                    for index, release in enumerate(group[start : start + each])
                ),
                reach=min(space / 2, 12),
            )


def _rows_by_time(
    lanes: Sequence[tuple[str, tuple[Release, ...]]], releases: Sequence[Release]
) -> Iterator[_Row]:
    first, last = _span(releases)
    for line, group in lanes:
        gates = _gates(group)
        placed: list[_Placed] = []
        for release, gate in zip(group, gates, strict=True):
            x = _x_of(_published(release), first, last)
            # What was published on one day stands side by side, not one over the other.
            if placed:
                x = max(x, placed[-1].x + _CLOSEST * (0.75 if release.prerelease else 0.9))
            placed.append(_Placed(release, x, gate))
        yield _Row(line, len(group), tuple(placed), reach=7)


def _gates(group: Sequence[Release]) -> list[str]:
    """Return for each release of a line what changed before it; pre-releases bound nothing."""
    words: list[str] = []
    before: Known | None = None
    unsure = False
    for release in group:
        word = ""
        if release.prerelease:
            pass
        elif release.known is Known.UNKNOWN:
            unsure = True
        else:
            if before is not None and release.known is not before:
                word = "fixed" if before is Known.AFFECTED else "introduced"
                word += " by" if unsure else ""
            before, unsure = release.known, False
        words.append(word)
    return words


def _row(row: _Row, top: float, width: float) -> SafeString:
    y = top + _MARK_AT
    first, last = row.placed[0].x, row.placed[-1].x
    edge = {"class": "lane__edge", "x1": 0, "x2": width, "y1": top, "y2": top}
    bed = {"class": "lane__bed", "x1": first, "x2": last, "y1": y, "y2": y}
    parts = [element("line", attributes={**edge})] if top else []
    parts += list(_water(row, y))
    parts.append(element("line", attributes={**bed}))
    parts += [_gate(before, after, top) for before, after in _neighbours(row) if after.gate]
    parts += [mark(placed.release, placed.x, y, reach=row.reach) for placed in row.placed]
    parts += list(_labels(row, top + _LABEL_AT))
    return element("g", *parts)


def _neighbours(row: _Row) -> Iterator[tuple[_Placed | None, _Placed]]:
    before = None
    for placed in row.placed:
        yield before, placed
        before = placed


def _water(row: _Row, y: float) -> Iterator[SafeString]:
    """Colour the bed of a lane as far as one thing is known of it."""
    placed = row.placed
    start = 0
    for index in range(1, len(placed) + 1):
        if index < len(placed) and placed[index].release.known is placed[start].release.known:
            continue
        left = (placed[start - 1].x + placed[start].x) / 2 if start else placed[start].x - 12
        right = (
            (placed[index - 1].x + placed[index].x) / 2
            if index < len(placed)
            else placed[index - 1].x + 12
        )
        yield element(
            "rect",
            attributes={
                "class": f"lane__water--{placed[start].release.known}",
                "x": left,
                "y": y - 10,
                "width": right - left,
                "height": 20,
            },
        )
        start = index


def _gate(before: _Placed | None, after: _Placed, top: float) -> SafeString:
    x = (before.x + after.x) / 2 if before else after.x - 12
    kind = "fixed" if after.gate.startswith("fixed") else "broken"
    post = {"class": "gate__post", "x1": x, "x2": x, "y1": top + 12, "y2": top + 39}
    foot = {"class": "gate__post", "x1": x - 3, "x2": x + 3, "y1": top + 39, "y2": top + 39}
    return element(
        "g",
        element("line", attributes={**post}),
        element("line", attributes={**foot}),
        text(after.gate, x, top + 10, anchor="middle"),
        attributes={"class": f"gate gate--{kind}"},
    )


def _labels(row: _Row, y: float) -> Iterator[SafeString]:
    """Write as many versions under their marks as have room; boundaries and ends come first."""
    order = sorted(
        range(len(row.placed)),
        key=lambda index: (
            not row.placed[index].gate,
            index not in (0, len(row.placed) - 1),
            row.placed[index].release.prerelease,
            index,
        ),
    )
    taken: list[tuple[float, float]] = []
    for index in order:
        placed = row.placed[index]
        label = _shortened(placed.release.version, _LONGEST_LABEL)
        half = len(label) * _SIGN / 2 + 3
        # The first label starts at the picture's edge, should it be a long one.
        x = max(placed.x, half)
        if any(x - half < end and start < x + half for start, end in taken):
            continue
        taken.append((x - half, x + half))
        written = text(label, x, y)
        kind = "gate--fixed" if placed.gate.startswith("fixed") else "gate--broken"
        yield (
            element("g", written, attributes={"class": f"gate {kind}"}) if placed.gate else written
        )


def _names(rows: Sequence[_Row], top: float, height: float) -> SafeString:
    parts: list[SafeString] = []
    for index, row in enumerate(rows):
        y = top + _LANE * index
        if y:
            edge = {"class": "lane__edge", "x1": 0, "x2": _NAMES_WIDTH, "y1": y, "y2": y}
            parts.append(element("line", attributes={**edge}))
        if not row.line and index:
            continue
        name = f"{row.line}.x" if row.line[-1:].isdigit() else row.line or "all"
        parts.append(text(_shortened(name, 9), 12, y + 27, anchor="start", kind="lane__name"))
        many = f"{row.count} release{'s' if row.count != 1 else ''}"
        parts.append(text(many, 12, y + 42, anchor="start", kind="lane__count"))
    hidden = {"aria-hidden": "true"}
    return drawing(parts, width=_NAMES_WIDTH, height=height, attributes={**hidden})


def _axis(releases: Sequence[Release], height: float) -> SafeString:
    first, last = _span(releases)
    years = range(first.year, last.year + 1)
    # At most a dozen years have their number.
    step = len(years) // 12 + 1
    parts: list[SafeString] = []
    for year in years:
        start = datetime(year, 1, 1, tzinfo=UTC)
        if start < first or (year - years[0]) % step:
            continue
        x = _x_of(start, first, last)
        line = {"x1": x, "x2": x, "y1": _AXIS - 4, "y2": height}
        parts += [element("line", attributes={**line}), text(str(year), x, _AXIS - 8)]
    return element("g", *parts, attributes={"class": "axis"})


def _span(releases: Sequence[Release]) -> tuple[datetime, datetime]:
    times = [_published(release) for release in releases]
    return min(times), max(times)


def _published(release: Release) -> datetime:
    if release.published is None:
        raise ValueError(f"release {release.version} has no date; draw it in version order")
    return release.published.astimezone(UTC)


def _x_of(moment: datetime, first: datetime, last: datetime) -> float:
    whole = (last - first).total_seconds() or 1
    return _MARGIN + (moment - first).total_seconds() / whole * _WIDTH


def _summary(
    releases: Sequence[Release], lanes: Sequence[tuple[str, tuple[Release, ...]]], package: str
) -> str:
    counts = {known: sum(r.known is known for r in releases) for known in Known}
    told = ", ".join(f"{counts[known]} {known.words}" for known in Known if counts[known])
    fixes = [
        release.version
        for _, group in lanes
        for release, word in zip(group, _gates(group), strict=True)
        if word.startswith("fixed")
    ]
    lines = f"{len(lanes)} release line{'s' if len(lanes) != 1 else ''}"
    said = f"{len(releases)} releases of {package} in {lines}: {told or 'none was looked at'}."
    return said + (f" First fixed: {', '.join(fixes)}." if fixes else "")


def _shortened(label: str, longest: int) -> str:
    return label if len(label) <= longest else f"{label[: longest - 1]}…"
