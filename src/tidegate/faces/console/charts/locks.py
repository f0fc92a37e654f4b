"""The way from received to proven, as the chambers of a lock: the level is the share that is left.

Levels are true to scale, so what little arrives at the end looks as little as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString

from tidegate.faces.console.charts.svg import drawing, element

_WIDTH: Final = 200.0
_HEIGHT: Final = 84.0
_FULL: Final = 66.0
_GATE: Final = 5.0
_GATE_TOP: Final = 8.0
_WAVES: Final = 5


@dataclass(frozen=True, slots=True)
class Stage:
    """One step on the way, and the list that its count is the length of."""

    name: str
    count: int
    address: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chamber:
    """A stage with its picture."""

    stage: Stage
    picture: SafeString
    share: int | None
    """Percent of the first stage; None for the first, and where nothing came in."""


def draw_locks(stages: Sequence[Stage]) -> list[Chamber]:
    """Draw each stage's level, against the first one's."""
    most = max((stage.count for stage in stages), default=0)
    first = stages[0].count if stages else 0
    return [
        Chamber(
            stage,
            _chamber(stage.count / most if most else 0.0, last=index == len(stages) - 1),
            round(100 * stage.count / first) if index and first else None,
        )
        for index, stage in enumerate(stages)
    ]


def _chamber(level: float, *, last: bool) -> SafeString:
    surface = _HEIGHT - _FULL * level
    wave = _WIDTH / _WAVES / 2
    swell = min(2.2, _FULL * level / 2)
    crest = "".join(
        f"q{wave / 2:.1f} {-swell * 2 if step % 2 else swell * 2:.2f} {wave:.1f} 0"
        for step in range(2 * _WAVES)
    )
    parts = [element("rect", class_="lock__basin", width=_WIDTH, height=_HEIGHT)]
    if level:
        down = f"V{_HEIGHT:.0f}H0z"
        middle = surface + _FULL * level * 0.45
        parts += [
            element("path", class_="lock__water", d=f"M0 {surface:.2f}{crest}{down}"),
            element("path", class_="lock__deep", d=f"M0 {middle:.2f}{crest}{down}"),
            element("path", class_="lock__surface", d=f"M0 {surface:.2f}{crest}"),
        ]
    if not last:
        parts.append(
            element(
                "rect",
                class_="lock__gate",
                x=_WIDTH - _GATE,
                y=_GATE_TOP,
                width=_GATE,
                height=_HEIGHT - _GATE_TOP,
            )
        )
    return drawing(parts, _WIDTH, _HEIGHT, preserveAspectRatio="none", aria_hidden="true")
