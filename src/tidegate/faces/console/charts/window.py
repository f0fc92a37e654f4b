"""A window of access as a picture: the days that a framework allows, and those that are used.

The bed is the ceiling, counted back from the planned release to other trusted partners; the water
stands in the window as far as time has passed. What the picture shows is said in its name, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.utils.safestring import SafeString

from tidegate.faces.console.charts.svg import element
from tidegate.faces.console.spans import length, told

_TOP: Final = 22
"""Room for the word over the present instant."""
_DEEP: Final = 26
_LINE: Final = 17
"""Height of a row of words below."""
_EDGE: Final = 1.5
"""Percent of the width that stay free on each side."""
_WORD: Final = 33.0
"""Percent of a narrow picture that the longest word takes."""
_SIDE: Final = 16.0
"""Nearer to an edge than this many percent, a word begins or ends at its mark."""
_MOST_TICKS: Final = 100


@dataclass(frozen=True, slots=True)
class Days:
    """What a picture of a window is drawn from; None for what has no date yet."""

    ceiling: timedelta | None
    opens_at: datetime | None
    ends_at: datetime | None
    release_at: datetime | None
    """The planned release to other trusted partners."""


@dataclass(frozen=True, slots=True)
class _Mark:
    at: datetime
    kind: str
    word: str


def draw_window(days: Days, now: datetime) -> SafeString | None:
    """Draw a window, or where one could be; None where no date says where that is."""
    bed = _bed(days)
    if bed is None:
        return None
    begins, ends = bed
    first = max(min(begins, now), begins - (ends - begins))
    last = min(max(ends, now), ends + (ends - begins) / 4)
    scale = _Scale(first, last)
    marks = list(_marks(days))
    rows = _rows([scale.place(mark.at) for mark in marks])
    height = _TOP + _DEEP + 4 + _LINE * (max(rows, default=0) + 1)
    return element(
        "svg",
        element("title", said_of(days, now)),
        _bar("window__bed", scale, begins, ends),
        *_ticks(scale, begins, ends),
        *_water(scale, days, now),
        *(_mark(mark, scale.place(mark.at), row) for mark, row in zip(marks, rows, strict=True)),
        *_present(scale, now),
        class_="window",
        role="img",
        aria_label=said_of(days, now),
        width="100%",
        height=height,
    )


def said_of(days: Days, now: datetime) -> str:
    """Say in words what the picture shows."""
    parts = []
    if days.opens_at and days.ends_at:
        parts.append(f"The window is from {_day(days.opens_at)} to {_day(days.ends_at)}")
        if now < days.opens_at:
            parts.append(f"opens {told(days.opens_at, now)}")
        elif now < days.ends_at:
            parts.append(f"{length(days.ends_at - now)} left")
        else:
            parts.append(f"ended {told(days.ends_at, now)}")
    else:
        parts.append("No window is open")
    if days.release_at:
        parts.append(f"release to other trusted partners planned on {_day(days.release_at)}")
    if days.ceiling and days.release_at:
        parts.append(f"at most {days.ceiling / timedelta(days=1):g} days before it are allowed")
    return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class _Scale:
    first: datetime
    last: datetime

    def place(self, moment: datetime) -> float:
        whole = max((self.last - self.first).total_seconds(), 1.0)
        share = min(max((moment - self.first).total_seconds() / whole, 0.0), 1.0)
        return _EDGE + share * (100 - 2 * _EDGE)


def _bed(days: Days) -> tuple[datetime, datetime] | None:
    """Return from when until when access could be given."""
    ends = max((at for at in (days.release_at, days.ends_at) if at), default=None)
    if ends is None:
        return None
    earliest = ends - days.ceiling if days.ceiling and days.release_at else None
    begins = min((at for at in (earliest, days.opens_at) if at), default=None)
    return (begins, ends) if begins and begins < ends else None


def _marks(days: Days) -> Iterator[_Mark]:
    if days.opens_at and days.ends_at:
        yield _Mark(days.opens_at, "opens", f"opens {_day(days.opens_at)}")
        yield _Mark(days.ends_at, "ends", f"ends {_day(days.ends_at)}")
    elif days.release_at and days.ceiling:
        begins = days.release_at - days.ceiling
        yield _Mark(begins, "earliest", f"earliest {_day(begins)}")
    if days.release_at:
        yield _Mark(days.release_at, "release", f"release {_day(days.release_at)}")


def _rows(places: Iterable[float]) -> list[int]:
    """Return in which row each word stands, so that none lies on another."""
    taken: list[list[float]] = []
    found = []
    for place in places:
        row = next(
            (at for at, row in enumerate(taken) if all(abs(place - one) >= _WORD for one in row)),
            len(taken),
        )
        if row == len(taken):
            taken.append([])
        taken[row].append(place)
        found.append(row)
    return found


def _bar(kind: str, scale: _Scale, begins: datetime, ends: datetime) -> SafeString:
    left, right = scale.place(begins), scale.place(ends)
    return element(
        "rect", class_=kind, x=f"{left:.2f}%", y=_TOP, width=f"{right - left:.2f}%", height=_DEEP
    )


def _ticks(scale: _Scale, begins: datetime, ends: datetime) -> Iterator[SafeString]:
    day = timedelta(days=1)
    many = (ends - begins) // day
    for number in range(1, many + 1) if many <= _MOST_TICKS else ():
        moment = begins + number * day
        if moment < ends:
            tall = _DEEP if number % 7 == 0 else 5
            yield _post("window__tick", scale.place(moment), _TOP + _DEEP - tall, tall)


def _water(scale: _Scale, days: Days, now: datetime) -> Iterator[SafeString]:
    if days.opens_at and days.ends_at:
        yield _bar("window__open", scale, days.opens_at, days.ends_at)
        if now > days.opens_at:
            yield _bar("window__gone", scale, days.opens_at, min(now, days.ends_at))


def _mark(mark: _Mark, place: float, row: int) -> SafeString:
    base = _TOP + _DEEP
    foot = base + 4 + _LINE * row
    return element(
        "g",
        _post("window__post", place, _TOP - 3, foot - _TOP + 3 + (_LINE - 6 if row else 0)),
        _word(mark.word, place, foot + _LINE - 5),
        class_=f"window__mark window__mark--{mark.kind}",
    )


def _present(scale: _Scale, now: datetime) -> Iterator[SafeString]:
    place = scale.place(now)
    yield _post("window__now", place, _TOP - 6, _DEEP + 12)
    yield element("g", _word("now", place, _TOP - 9), class_="window__present")


def _post(kind: str, place: float, top: float, tall: float) -> SafeString:
    at = f"{place:.2f}%"
    return element("line", class_=kind, x1=at, x2=at, y1=top, y2=top + tall)


def _word(word: str, place: float, line: float) -> SafeString:
    anchor = "start" if place < _SIDE else "end" if place > 100 - _SIDE else "middle"
    beside = {"start": 4, "end": -4}.get(anchor, 0)
    return element("text", word, x=f"{place:.2f}%", y=line, dx=beside, **{"text-anchor": anchor})


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%-d %b %Y}"
