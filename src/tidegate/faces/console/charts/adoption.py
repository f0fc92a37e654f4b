"""How far a fix has come, as a curve: how many had come to each stage by each day, and the day due.

The stages lie in each other: whoever has verified has applied, and so on. So no line crosses
another one, and what is seen without colours is the same from the outside in. What the picture
shows is said in its name, too. What inventories show that are here has a line of its own, dotted,
under the one of what is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil, log10
from typing import Final

from django.utils.safestring import SafeString

from tidegate.desks.publications.states.adoption import SHOWN_HERE, Stage
from tidegate.faces.console.charts.svg import element

_BOX: Final = 1000
"""The side of the plot's own coordinates; it is stretched to its place."""
_LABEL: Final = 15
"""Height of a line of words over the plot."""
_BELOW: Final = 20
_SIDE: Final = 10.0
"""Nearer to an edge than this many percent, a word begins or ends at its mark."""
_CLOSE: Final = 16.0
"""Words nearer to each other than this many percent stand on different lines."""
_MOST_LINES: Final = 3
_MOST_DAYS: Final = 4
"""Days due that have words; of others there is the line."""
_ROOM: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Moment:
    """How many had come to each stage, or further, by an instant."""

    at: datetime
    reached: Mapping[Stage, int]
    """As is said, or as is known."""
    shown_here: Mapping[Stage, int]
    """Those of them of which an inventory shows it that is here; for some stages alone."""


@dataclass(frozen=True, slots=True)
class _Scale:
    first: datetime
    last: datetime
    top: int

    def across(self, at: datetime) -> float:
        """Return where an instant is, from 0 to 1."""
        whole = (self.last - self.first) / timedelta(seconds=1)
        share = (at - self.first) / timedelta(seconds=1) / max(whole, 1.0)
        return min(max(share, 0.0), 1.0)

    def up(self, number: int) -> float:
        """Return how far down the plot's box a number is."""
        return _BOX * (1 - number / self.top)


def draw_adoption(
    moments: Sequence[Moment],
    whole: int,
    deadlines: Sequence[date],
    *,
    unit: str,
    height: int = 240,
) -> SafeString:
    """Draw the curve of one group.

    Args:
        moments: in order; at least one, and the last one is now.
        whole: how many there are in all.
        deadlines: days by which the fix is due, in order.
        unit: what is counted, such as `organisations`.
        height: of the plot, in pixels.
    """
    now = moments[-1].at
    days = [_end_of(day) for day in deadlines]
    last = max([now, *days])
    scale = _Scale(moments[0].at, last + _ROOM if days else last, _top(whole, moments))
    words = _words(scale, now, deadlines)
    above = _LABEL * (1 + max((line for *_, line in words), default=0)) + 4
    said = said_of(moments, whole, deadlines, unit)
    plot = element(
        "svg",
        *_levels(scale),
        *(part for stage in Stage for part in _water(stage, moments, scale)),
        *(_shown_here(stage, moments, scale) for stage in SHOWN_HERE),
        x=0,
        y=above,
        width="100%",
        height=height,
        viewBox=f"0 0 {_BOX} {_BOX}",
        preserveAspectRatio="none",
    )
    return element(
        "svg",
        element("title", said),
        plot,
        *_numbers(scale, above, height),
        *(_line(scale.across(day), above, height, "due") for day in days),
        _line(scale.across(now), above, height, "now"),
        *(
            _word(text, place, _LABEL * (line + 1) - 4, f"adoption__word--{kind}")
            for text, place, kind, line in words
        ),
        *_ends(scale, now, above + height + 15),
        class_="adoption",
        role="img",
        aria_label=said,
        width="100%",
        height=above + height + _BELOW,
    )


def said_of(moments: Sequence[Moment], whole: int, deadlines: Sequence[date], unit: str) -> str:
    """Say in words what the picture shows."""
    reached = moments[-1].reached
    here = moments[-1].shown_here
    told = ", ".join(
        f"{reached.get(stage, 0)} {stage}"
        + (f" ({here.get(stage, 0)} shown by inventories)" if stage in SHOWN_HERE else "")
        for stage in Stage
    )
    due = ", ".join(_day(day) for day in deadlines[:_MOST_DAYS])
    since = _day(moments[0].at.astimezone(UTC).date())
    return f"Of {whole} {unit}, since {since}: {told}" + (f"; due on {due}" if due else "")


def _top(whole: int, moments: Sequence[Moment]) -> int:
    most = max([whole, 1, *(max(one.reached.values(), default=0) for one in moments)])
    step = 10.0 ** int(log10(most))
    sizes = (ceil(share * step) for share in (1, 2, 2.5, 5, 10))
    return next(size for size in sizes if size >= most)


def _water(stage: Stage, moments: Sequence[Moment], scale: _Scale) -> Iterator[SafeString]:
    """Yield a stage's area, and its surface: it stands until somebody else has come to it."""
    surface = _surface([(one.at, one.reached.get(stage, 0)) for one in moments], scale)
    ends = _BOX * scale.across(moments[-1].at)
    yield element(
        "polygon",
        class_=f"adoption__water adoption__water--{stage}",
        points=f"0,{_BOX} {surface} {ends:.1f},{_BOX}",
    )
    yield element(
        "polyline", class_=f"adoption__line adoption__line--{stage}", points=surface, fill="none"
    )


def _shown_here(stage: Stage, moments: Sequence[Moment], scale: _Scale) -> SafeString:
    """Return the line of those of whom an inventory shows it; it lies on or under the other one."""
    return element(
        "polyline",
        class_=f"adoption__line adoption__line--{stage} adoption__line--here",
        points=_surface([(one.at, one.shown_here.get(stage, 0)) for one in moments], scale),
        fill="none",
    )


def _surface(numbers: Sequence[tuple[datetime, int]], scale: _Scale) -> str:
    points: list[str] = []
    before = None
    for at, number in numbers:
        x, y = _BOX * scale.across(at), scale.up(number)
        if before is not None and before != y:
            points.append(f"{x:.1f},{before:.1f}")
        points.append(f"{x:.1f},{y:.1f}")
        before = y
    if len(numbers) == 1:  # It went out just now.
        points.append(f"{_BOX * scale.across(numbers[-1][0]) + 4:.1f},{before:.1f}")
    return " ".join(points)


def _levels(scale: _Scale) -> Iterator[SafeString]:
    for number in _ticks(scale):
        y = scale.up(number)
        yield element("line", class_="adoption__level", x1=0, x2=_BOX, y1=y, y2=y)


def _ticks(scale: _Scale) -> list[int]:
    half = [scale.top // 2] if scale.top % 2 == 0 else []
    return [0, *half, scale.top]


def _numbers(scale: _Scale, above: int, height: int) -> Iterator[SafeString]:
    for number in _ticks(scale)[1:]:
        y = above + height * scale.up(number) / _BOX
        yield element("text", str(number), class_="adoption__number", x=3, y=y + 12)


def _words(
    scale: _Scale, now: datetime, deadlines: Sequence[date]
) -> list[tuple[str, float, str, int]]:
    """Return what is written over the plot: text, place in percent, kind, line from the top."""
    wanted = [("today", 100 * scale.across(now), "now")]
    wanted += [
        (f"due {day:%-d %b}", 100 * scale.across(_end_of(day)), "due")
        for day in deadlines[:_MOST_DAYS]
    ]
    placed: list[tuple[str, float, str, int]] = []
    for text, place, kind in sorted(wanted, key=lambda one: one[1]):
        taken = {line for _, other, _, line in placed if abs(other - place) < _CLOSE}
        line = next((line for line in range(_MOST_LINES) if line not in taken), _MOST_LINES)
        placed.append((text, place, kind, line))
    return placed


def _line(share: float, above: int, height: int, kind: str) -> SafeString:
    at = f"{100 * share:.2f}%"
    return element(
        "line",
        class_=f"adoption__{kind}",
        x1=at,
        x2=at,
        y1=above - 4,
        y2=above + height,
    )


def _ends(scale: _Scale, now: datetime, line: int) -> Iterator[SafeString]:
    first = f"published {_day(scale.first.astimezone(UTC).date())}"
    yield element("text", first, class_="adoption__end", x=0, y=line)
    if scale.last > now + _ROOM:
        until = _day(scale.last.astimezone(UTC).date())
        yield element(
            "text", until, class_="adoption__end", x="100%", y=line, **{"text-anchor": "end"}
        )


def _word(word: str, place: float, line: float, kind: str) -> SafeString:
    anchor = "start" if place < _SIDE else "end" if place > 100 - _SIDE else "middle"
    return element("text", word, class_=kind, x=f"{place:.2f}%", y=line, **{"text-anchor": anchor})


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, UTC)


def _day(day: date) -> str:
    return f"{day:%-d %b %Y}"
