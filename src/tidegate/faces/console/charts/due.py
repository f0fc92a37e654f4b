"""What is due: what is late on the left, then every day of the next 60, in reaches of 3, 14 and 60.

The reaches are those of BOD 26-04's clocks; in a nearer one a day has more room, since it asks for
more. Heights go by the square root, so that the few that are urgent are seen beside the many that
are not. What is known to be exploited stands at the foot of a bar, as its share of it. What the
picture shows is said in its name, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Final

from django.utils.safestring import SafeString

from tidegate.faces.console.charts.svg import element

REACHES: Final = ((3, 22.0), (14, 28.0), (60, 37.0))
"""Up to how many days after today, that day included, and how many percent of the width that is."""

_LATE: Final = 13.0
"""Percent of the width for what is late."""
_TOP: Final = 20
"""Room for numbers above the bars."""
_TALL: Final = 96
_FOOT: Final = 24
_LEAST: Final = 3.0
"""One among a thousand is still seen."""
_NUMBER: Final = 7.0
"""Percent of a narrow picture's width that a number takes."""
_WIDEST: Final = 3.4
"""Percent of the width that a bar takes at most."""


@dataclass(frozen=True, slots=True)
class Day:
    """How much is due on one day."""

    day: date
    due: int
    in_kev: int
    """Of these, known to be exploited."""


@dataclass(frozen=True, slots=True)
class _Bar:
    left: float
    wide: float
    due: int
    in_kev: int
    kind: str
    said: str

    @property
    def middle(self) -> float:
        """Where its number stands."""
        return self.left + self.wide / 2


def draw_due(days: Sequence[Day], today: date) -> SafeString | None:
    """Draw what is late and what is due within 60 days; None where that is nothing.

    Args:
        days: with something to do on each, in any order; those before `today` are late.
        today: the last day that is not over.
    """
    bars = list(_bars(days, today))
    if not bars:
        return None
    most = max(bar.due for bar in bars)
    numbered = _numbered(bars)
    said = said_of(days, today)
    return element(
        "svg",
        element("title", said),
        *_ground(),
        *(_drawn(bar, most, is_numbered=bar in numbered) for bar in bars),
        class_="due",
        role="img",
        aria_label=said,
        width="100%",
        height=_TOP + _TALL + _FOOT,
    )


def said_of(days: Sequence[Day], today: date) -> str:
    """Say in words what the picture shows."""
    late = sum(one.due for one in days if one.day < today)
    parts = [f"{late} late"]
    begins = 0
    for reach, _ in REACHES:
        found = sum(one.due for one in days if begins <= (one.day - today).days <= reach)
        parts.append(
            f"{found} due from day {begins} to day {reach}"
            if begins
            else f"{found} due within {reach} days"
        )
        begins = reach + 1
    exploited = sum(one.in_kev for one in days if (one.day - today).days < begins)
    return f"{', '.join(parts)}; {exploited} of all these known to be exploited"


def _bars(days: Sequence[Day], today: date) -> Iterator[_Bar]:
    over = [one for one in days if one.day < today]
    if over:
        due, in_kev = sum(one.due for one in over), sum(one.in_kev for one in over)
        first = min(one.day for one in over)
        said = (
            f"Late: {due}, {in_kev} of them known to be exploited; the oldest since {_day(first)}"
        )
        yield _Bar(_LATE * 0.2, _LATE * 0.6, due, in_kev, "late", said)
    for one in sorted(days, key=lambda day: day.day):
        number = (one.day - today).days
        place = _place(number)
        if place is not None:
            left, wide = place
            thin = min(wide * 0.8, _WIDEST)
            kind = "soon" if number <= REACHES[0][0] else "due"
            said = f"{_day(one.day)}: {one.due}, {one.in_kev} of them known to be exploited"
            yield _Bar(left + (wide - thin) / 2, thin, one.due, one.in_kev, kind, said)


def _place(number: int) -> tuple[float, float] | None:
    """Return where a day stands, from its number, and how much room it has; None beyond all."""
    left, begins = _LATE, 0
    for reach, wide in REACHES:
        if begins <= number <= reach:
            one = wide / (reach + 1 - begins)
            return left + (number - begins) * one, one
        left, begins = left + wide, reach + 1
    return None


def _ground() -> Iterator[SafeString]:
    base = _TOP + _TALL
    yield _rect("due__shore", 0, _LATE, _TOP - 14, _TALL + 14)
    left = _LATE
    for index, (reach, wide) in enumerate(REACHES):
        yield _rect(f"due__reach due__reach--{index}", left, wide, _TOP - 14, _TALL + 14)
        yield _text(f"{reach} days", left + wide, base + 17, "due__name", "end")
        left += wide
    yield _text("late", _LATE / 2, base + 17, "due__name due__name--late", "middle")
    yield element(
        "line", class_="due__base", x1="0%", x2=f"{left:.2f}%", y1=base + 0.5, y2=base + 0.5
    )
    yield element(
        "line",
        class_="due__now",
        x1=f"{_LATE:.2f}%",
        x2=f"{_LATE:.2f}%",
        y1=_TOP - 14,
        y2=base + 6,
    )
    yield _text("now", _LATE + 0.6, base + 17, "due__name due__name--now", "start")


def _numbered(bars: Sequence[_Bar]) -> list[_Bar]:
    """Return the bars that bear their number: the tallest first, as far as there is room."""
    chosen: list[_Bar] = []
    for bar in sorted(bars, key=lambda one: -one.due):
        if all(abs(bar.middle - one.middle) >= _NUMBER for one in chosen):
            chosen.append(bar)
    return chosen


def _drawn(bar: _Bar, most: int, *, is_numbered: bool) -> SafeString:
    base = _TOP + _TALL
    tall = max(_TALL * sqrt(bar.due / most), _LEAST)
    deep = max(tall * bar.in_kev / bar.due, _LEAST) if bar.in_kev else 0.0
    parts = [
        element("title", bar.said),
        _rect(f"due__bar due__bar--{bar.kind}", bar.left, bar.wide, base - tall, tall),
    ]
    if deep:
        parts.append(_rect("due__kev", bar.left, bar.wide, base - deep, deep))
    if is_numbered:
        parts.append(_text(str(bar.due), bar.middle, base - tall - 4, "due__number", "middle"))
    return element("g", *parts)


def _rect(kind: str, left: float, wide: float, top: float, tall: float) -> SafeString:
    return element("rect", class_=kind, x=f"{left:.2f}%", y=top, width=f"{wide:.2f}%", height=tall)


def _text(text: str, place: float, line: float, kind: str, anchor: str) -> SafeString:
    beside = {"start": 3, "end": -3}.get(anchor, 0)
    return element(
        "text", text, x=f"{place:.2f}%", y=line, dx=beside, class_=kind, **{"text-anchor": anchor}
    )


def _day(value: date) -> str:
    return f"{value:%-d %b %Y}"
