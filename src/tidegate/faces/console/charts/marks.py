"""One release as a mark: its shape and colour say what is known, its filling says how.

Shapes differ as well as colours, so that nobody needs to tell red from blue; and 'nothing is
known' is a dash, which nobody takes for 'not affected'.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.utils.safestring import SafeString

from tidegate.engines.reproduction.ranges import NOT_TESTED
from tidegate.engines.reproduction.verdicts import Word
from tidegate.faces.console.charts.svg import element
from tidegate.faces.console.texts import spelled

_RADIUS: Final = 5.5
_PRERELEASE: Final = 0.64


class Known(StrEnum):
    """What is known of a release."""

    AFFECTED = "affected"
    UNAFFECTED = "unaffected"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        """As people read it."""
        return {
            Known.AFFECTED: "affected",
            Known.UNAFFECTED: "not affected",
            Known.UNKNOWN: "nothing is known",
        }[self]


@dataclass(frozen=True, slots=True)
class Release:
    """One released version, and what running showed of it."""

    version: str
    line: str
    verdict: str
    """A verdict's word, or `not-tested`."""
    inferred: bool = False
    """Not run: releases around it were, and agree."""
    prerelease: bool = False
    yanked: bool = False
    published: datetime | None = None
    runtime: str = ""
    reason: str = ""

    @property
    def known(self) -> Known:
        """What its verdict means for who runs it."""
        if self.verdict in (Word.REPRODUCED, Word.FLAKY):
            return Known.AFFECTED
        return Known.UNAFFECTED if self.verdict == Word.NOT_REPRODUCED else Known.UNKNOWN

    @property
    def was_run(self) -> bool:
        """Whether its own code was run, whatever came of it."""
        return not self.inferred and self.verdict != NOT_TESTED

    @property
    def told(self) -> str:
        """Everything that the mark shows, in words."""
        how = "not tested"
        if self.inferred:
            how = "inferred from the releases around it"
        elif self.was_run:
            how = f"run on {spelled(self.runtime)}" if self.runtime else "run"
        said = [f"{spelled(self.version)}: {self.known.words}", how]
        said += ["pre-release"] * self.prerelease + ["yanked by its publisher"] * self.yanked
        if self.published:
            said.append(f"published {self.published:%Y-%m-%d}")
        return ", ".join(said) + (f". {spelled(self.reason)}" if self.reason else "")


def mark(release: Release, x: float, y: float, *, reach: float = 8) -> SafeString:
    """Draw a release at a place; `reach` is half the width of what answers to the pointer."""
    size = _RADIUS * (_PRERELEASE if release.prerelease else 1)
    parts = [
        element("title", release.told),
        element(
            "rect", class_="mark__ground", x=x - reach, y=y - 11, width=2 * reach, height=22, rx=4
        ),
        _body(release.known, x, y, size),
    ]
    if release.yanked:
        far = size + 3
        parts.append(
            element("line", class_="mark__strike", x1=x - far, y1=y + far, x2=x + far, y2=y - far)
        )
    filling = "run" if release.was_run else "inferred"
    return element(
        "g",
        *parts,
        class_=f"mark mark--{release.known} mark--{filling}",
        role="img",
        tabindex=-1,
        aria_label=release.told,
    )


def _body(known: Known, x: float, y: float, size: float) -> SafeString:
    if known is Known.AFFECTED:
        far = size * 1.18
        corners = f"{x:.2f},{y - far:.2f} {x + far:.2f},{y:.2f} {x:.2f},{y + far:.2f}"
        return element("polygon", class_="mark__body", points=f"{corners} {x - far:.2f},{y:.2f}")
    if known is Known.UNAFFECTED:
        return element("circle", class_="mark__body", cx=x, cy=y, r=size * 0.92)
    thick = size * 0.64
    return element(
        "rect", class_="mark__body", x=x - size, y=y - thick / 2, width=2 * size, height=thick
    )
