"""What happened on each day, as bars: one small picture for each thing that is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.safestring import SafeString

from tidegate.faces.console.charts.svg import drawing, element

_STEP: Final = 12.0
_HEIGHT: Final = 60.0
_GAP: Final = 3.0
_LEAST: Final = 1.5
"""A day with one of a thousand is still seen."""


@dataclass(frozen=True, slots=True)
class Series:
    """Counts of one thing, a day each."""

    name: str
    kind: str
    """Which colour: `received`, `proven` or `cases`."""
    days: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class SeriesPicture:
    """Bars, and what is written around them."""

    series: Series
    picture: SafeString
    total: int
    most: int
    first: date | None
    last: date | None


def draw_series(many: Sequence[Series]) -> list[SeriesPicture]:
    """Draw each series on its own scale; its highest day is written beside it."""
    return [_one(series) for series in many]


def _one(series: Series) -> SeriesPicture:
    most = max((count for _, count in series.days), default=0)
    total = sum(count for _, count in series.days)
    said = f"{series.name}: {total} in {len(series.days)} days, at most {most} on one day"
    parts = [element("title", said)]
    for index, (day, count) in enumerate(series.days):
        parts.append(_bar(series, index, day, count, most))
    picture = drawing(
        parts,
        _STEP * max(len(series.days), 1),
        _HEIGHT,
        preserveAspectRatio="none",
        role="img",
        aria_label=said,
    )
    return SeriesPicture(
        series=series,
        picture=picture,
        total=total,
        most=most,
        first=series.days[0][0] if series.days else None,
        last=series.days[-1][0] if series.days else None,
    )


def _bar(series: Series, index: int, day: date, count: int, most: int) -> SafeString:
    x = index * _STEP
    parts = [
        element("title", f"{day:%d %b %Y}: {count}"),
        element("rect", class_="series__hover", x=x, y=0, width=_STEP, height=_HEIGHT),
    ]
    if count:
        tall = max(_HEIGHT * count / most, _LEAST)
        parts.append(
            element(
                "rect",
                class_=f"series__bar series__bar--{series.kind}",
                x=x + _GAP / 2,
                y=_HEIGHT - tall,
                width=_STEP - _GAP,
                height=tall,
            )
        )
    return element("g", *parts)
