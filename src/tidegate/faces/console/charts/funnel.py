"""The way from found to verified, as bars: of what could have come to a step, which share did.

Each bar stands for one step alone: the unit changes on the way, so their lengths are shares, and
not numbers that could be compared with each other.
"""

from __future__ import annotations

from typing import Final

from django.utils.safestring import SafeString

from tidegate.faces.console.charts.svg import element

_HEIGHT: Final = 26
_LEAST: Final = 0.6
"""Percent: one of a thousand is still seen."""


def draw_share(share: float | None, said: str, *, kind: str = "own") -> SafeString:
    """Draw the share that came to a step.

    Args:
        share: from 0 to 1; None where there was nothing that could have come.
        said: the same in words.
        kind: `own`, or `other` for somebody else's.
    """
    wide = 0.0 if not share else max(100 * min(share, 1.0), _LEAST)
    return element(
        "svg",
        element("title", said),
        element("rect", class_="share__bed", x=0, y=0, width="100%", height=_HEIGHT, rx=3),
        element(
            "rect",
            class_=f"share__water share__water--{kind}",
            x=0,
            y=0,
            width=f"{wide:.2f}%",
            height=_HEIGHT,
            rx=3,
        ),
        class_="share",
        role="img",
        aria_label=said,
        width="100%",
        height=_HEIGHT,
    )
