"""The last hour of calls by the minute: what was answered stands up, what was refused hangs down.

So the two are told apart by where they are, and not by their colours alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.safestring import SafeString

from tidegate.faces.console.charts.svg import drawing, element

_STEP: Final = 12.0
_GAP: Final = 3.0
_UP: Final = 52.0
_DOWN: Final = 18.0
_LEAST: Final = 2.0
"""One call among a thousand is still seen."""


@dataclass(frozen=True, slots=True)
class Minute:
    """What came in one minute."""

    at: datetime
    calls: int
    refused: int


def draw_minutes(minutes: Sequence[Minute]) -> SafeString:
    """Draw the minutes in their order; each kind has a scale of its own."""
    most = max((one.calls for one in minutes), default=0)
    worst = max((one.refused for one in minutes), default=0)
    said = (
        f"{sum(one.calls for one in minutes)} calls and"
        f" {sum(one.refused for one in minutes)} refused in the last {len(minutes)} minutes,"
        f" at most {most} calls in one minute"
    )
    wide = _STEP * max(len(minutes), 1)
    parts = [element("title", said)]
    for index, one in enumerate(minutes):
        parts += _bars(one, index * _STEP, most, worst)
    parts.append(element("rect", class_="minutes__base", y=_UP, width=wide, height=1))
    return drawing(
        parts,
        wide,
        _UP + 1 + _DOWN,
        class_="minutes",
        preserveAspectRatio="none",
        role="img",
        aria_label=said,
    )


def _bars(one: Minute, left: float, most: int, worst: int) -> list[SafeString]:
    bars = []
    if one.calls:
        tall = max(_UP * one.calls / most, _LEAST)
        bars.append(_bar("minutes__calls", left, _UP - tall, tall))
    if one.refused:
        bars.append(
            _bar("minutes__refused", left, _UP + 1, max(_DOWN * one.refused / worst, _LEAST))
        )
    return bars


def _bar(kind: str, left: float, top: float, tall: float) -> SafeString:
    return element("rect", class_=kind, x=left + _GAP / 2, y=top, width=_STEP - _GAP, height=tall)
