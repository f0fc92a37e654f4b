"""An embargo as water behind a gate: from when the case was opened to the end that was agreed on.

The water stands as far as time has passed; the gate is the end. Dates on the way are marks. What
the picture shows is written beside it, so it has no names of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.safestring import SafeString

from tidegate.faces.console.charts.svg import element

_WIDTH: Final = 1000.0
_HEIGHT: Final = 34.0
_BED: Final = 6.0
"""Room above and below the water."""
_EDGE: Final = 4.0
"""Room beside the gate."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A date on the way."""

    at: datetime
    kind: str
    """`end`, `proposed` or `date`."""


def draw_tide(
    opened_at: datetime, now: datetime, marks: Iterable[Mark], *, in_force: bool
) -> SafeString | None:
    """Draw an embargo; None where there is no date ahead of its beginning to draw it to."""
    shown = sorted((mark for mark in marks if mark.at > opened_at), key=lambda mark: mark.at)
    if not shown:
        return None
    last = max(shown[-1].at, now)
    whole = (last - opened_at).total_seconds()

    def place(moment: datetime) -> float:
        share = (moment - opened_at).total_seconds() / whole
        return _EDGE + min(max(share, 0.0), 1.0) * (_WIDTH - 2 * _EDGE)

    level = place(now)
    kind = "tide__water" if in_force else "tide__water tide__water--still"
    return element(
        "svg",
        element("rect", class_="tide__bed", x=0, y=_BED, width=_WIDTH, height=_HEIGHT - 2 * _BED),
        element("rect", class_=kind, x=0, y=_BED, width=level, height=_HEIGHT - 2 * _BED),
        *(_mark(mark, place(mark.at)) for mark in shown),
        element("path", class_="tide__now", d=f"M{level:.1f} 1V{_HEIGHT - 1:.0f}"),
        class_="tide",
        viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def _mark(mark: Mark, place: float) -> SafeString:
    top, bottom = (1.0, _HEIGHT - 1) if mark.kind != "date" else (_BED, _HEIGHT - _BED)
    return element("path", class_=f"tide__{mark.kind}", d=f"M{place:.1f} {top:.0f}V{bottom:.0f}")
