"""The docket as a time line: a lane for each directive, a mark for each of its days, and today.

It shows the last months and all that is coming; what lies before is in the list. Several things on
one day are one mark with their number. What the picture shows is said in its name, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from django.utils.safestring import SafeString

from tidegate.faces.console.charts.svg import element

BACK: Final = timedelta(days=300)
"""How far it looks back."""

_TOP: Final = 44
"""Room for the months, and the word over today."""
_LANE: Final = 44
_NAME: Final = 14
"""Where a lane's name stands, below its upper edge."""
_BED: Final = 31
"""Where its marks stand."""
_EDGE: Final = 2.5
"""Percent of the width that stay free on each side."""
_SIDE: Final = 6.0
"""Nearer to an edge than this many percent, a word begins or ends at its mark."""
_SIZE: Final = 14
_MARGIN: Final = timedelta(days=21)
_LABELLED: Final = (1, 7)
"""Months that are written; of the other quarters there is a tick."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happens on a day."""

    on: date
    lane: str
    """Whose it is: `BOD 26-04`."""
    tone: str
    """Of its colour, such as `affected`."""
    shape: str
    said: str


@dataclass(frozen=True, slots=True)
class _Scale:
    first: date
    last: date

    def place(self, day: date) -> float:
        whole = max((self.last - self.first).days, 1)
        share = min(max((day - self.first).days / whole, 0.0), 1.0)
        return _EDGE + share * (100 - 2 * _EDGE)


def draw_docket(marks: Sequence[Mark], today: date) -> SafeString | None:
    """Draw the days of directives; None where nothing lies within sight.

    Args:
        marks: in any order; on one day of one lane, what is drawn is the first.
        today: where one looks from.
    """
    seen = sorted(
        (one for one in marks if one.on >= today - BACK), key=lambda one: (one.on, one.lane)
    )
    if not seen:
        return None
    scale = _Scale(
        min(seen[0].on, today) - _MARGIN, max(max(one.on for one in seen), today) + _MARGIN
    )
    lanes = _lanes(seen)
    height = _TOP + _LANE * len(lanes) + 4
    said = said_of(seen, today)
    return element(
        "svg",
        element("title", said),
        _gone(scale, today, height),
        *_months(scale, height),
        *(
            part
            for row, (name, of) in enumerate(lanes.items())
            for part in _lane(name, of, scale, _TOP + row * _LANE)
        ),
        *_today(scale, today, height),
        class_="docket-line",
        role="img",
        aria_label=said,
        width="100%",
        height=height,
    )


def said_of(marks: Sequence[Mark], today: date) -> str:
    """Say in words what the picture shows."""
    days = {(one.on, one.lane) for one in marks}
    lanes = {one.lane for one in marks}
    told = (
        f"A time line of {len(days)} days of {len(lanes)} orders and directives, from"
        f" {_day(min(one.on for one in marks))} to {_day(max(one.on for one in marks))}"
    )
    ahead = [one for one in marks if one.on >= today]
    if not ahead:
        return f"{told}; nothing is ahead"
    first = min(ahead, key=lambda one: one.on)
    return f"{told}; the next day is {_day(first.on)}, of {first.lane}"


def _lanes(marks: Sequence[Mark]) -> Mapping[str, list[Mark]]:
    """Return the marks by their lanes, in the order of the first days of these."""
    lanes: dict[str, list[Mark]] = {}
    for one in marks:
        lanes.setdefault(one.lane, []).append(one)
    return lanes


def _lane(name: str, marks: Sequence[Mark], scale: _Scale, top: int) -> Iterator[SafeString]:
    bed = top + _BED
    yield element("line", class_="docket-line__bed", x1="0", x2="100%", y1=bed, y2=bed)
    yield element("text", name, class_="docket-line__name", x=2, y=top + _NAME)
    days = [(on, list(group)) for on, group in groupby(marks, key=lambda one: one.on)]
    # In layers: where two days lie close, neither hides the other's mark or number.
    for on, _ in days:
        yield _at(scale.place(on), bed, _ground())
    for on, of in days:
        yield _at(scale.place(on), bed, _mark(of))
    for on, of in days:
        if len(of) > 1:
            yield _at(scale.place(on), bed, _number(len(of)))


def _at(place: float, bed: int, inside: SafeString) -> SafeString:
    return element("svg", inside, x=f"{place:.2f}%", y=bed, overflow="visible")


def _ground() -> SafeString:
    return element("circle", class_="docket-line__ground", cx=0, cy=0, r=_SIZE / 2 + 2)


def _mark(marks: Sequence[Mark]) -> SafeString:
    first, half = marks[0], _SIZE / 2
    return element(
        "g",
        element("title", "\n".join([_day(first.on), *(one.said for one in marks)])),
        element("use", href=f"#s-{first.shape}", x=-half, y=-half, width=_SIZE, height=_SIZE),
        class_=f"docket-line__mark docket-line__mark--{first.tone}",
    )


def _number(many: int) -> SafeString:
    return element(
        "text", str(many), class_="docket-line__number", x=_SIZE / 2 - 1, y=-_SIZE / 2 + 1
    )


def _gone(scale: _Scale, today: date, height: int) -> SafeString:
    return element(
        "rect",
        class_="docket-line__gone",
        x=0,
        y=_TOP - 8,
        width=f"{scale.place(today):.2f}%",
        height=height - _TOP + 8,
    )


def _months(scale: _Scale, height: int) -> Iterator[SafeString]:
    for day in _quarters(scale):
        at = f"{scale.place(day):.2f}%"
        yield element("line", class_="docket-line__tick", x1=at, x2=at, y1=_TOP - 8, y2=height)
        if day.month in _LABELLED:
            yield _word(f"{day:%b %Y}", scale.place(day), _TOP - 14, "docket-line__month")


def _quarters(scale: _Scale) -> Iterator[date]:
    for year in range(scale.first.year, scale.last.year + 1):
        for month in (1, 4, 7, 10):
            day = date(year, month, 1)
            if scale.first < day < scale.last:
                yield day


def _today(scale: _Scale, today: date, height: int) -> Iterator[SafeString]:
    place = scale.place(today)
    at = f"{place:.2f}%"
    yield element("line", class_="docket-line__now", x1=at, x2=at, y1=_TOP - 26, y2=height)
    yield _word("today", place, _TOP - 31, "docket-line__today")


def _word(word: str, place: float, line: float, kind: str) -> SafeString:
    anchor = "start" if place < _SIDE else "end" if place > 100 - _SIDE else "middle"
    return element("text", word, class_=kind, x=f"{place:.2f}%", y=line, **{"text-anchor": anchor})


def _day(day: date) -> str:
    return f"{day:%-d %b %Y}"
