"""What may be shown of few organisations, and when it may be shown anew; pure.

Whoever looks at counts knows what some of the organisations do: its own ones. It may have up to
`MOST_OF_ONE` of them, let them join and act as it likes, and look as often as it likes. So:

- A figure is shown anew at fixed instants (once a day), whoever looks and how often.
- It keeps what was counted when it was last shown, and moves once the count is `STEP` or more away
  from that: by at least `SMALLEST_GROUP` organisations beside those of one observer. Until then it
  stands, whatever happens. Nobody is shown what was counted, only what is left of it, rounded down
  to a multiple of `SMALLEST_GROUP`.
- The last five up to all of them, and the first five from none, count alike (`bounded`). So no
  figure says that all have done something, nor that none has any more: one that was shown once may
  stay at five for good.
- Organisations are counted in cells of one sector and scope. A cell is alone from the beginning
  (with `STEP` organisations at least) or with the others for good: what would move from one to the
  other could be told by the difference. All other figures are sums over what is shown of cells.

What that promises: between two steps of a figure at least five organisations have changed that are
not the observer's; and of no organisation but its own does it follow from all that was ever shown
whether it has come to a stage, nor whether it runs what is affected.

Its limits. Two who look together, with more than `MOST_OF_ONE` organisations between them, are
one observer with more than these. Who knows of everybody else from elsewhere needs no figures. Who
knows that there are only so many organisations of a sector at all learns that most of them run what
is affected, when their cell is shown. And the figures are late, and too low.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from tidegate.desks.publications.states.adoption import SMALLEST_GROUP

MOST_OF_ONE: Final = SMALLEST_GROUP - 1
"""Organisations that an observer may have of its own, and learn nothing of the others."""
STEP: Final = SMALLEST_GROUP + MOST_OF_ONE
"""By how much a count has to differ from what was last shown of it, to be shown anew."""

_K = TypeVar("_K")


def shown(measured: int) -> int:
    """Return what is shown of a count that was measured: a multiple of five, rounded down."""
    return measured - measured % SMALLEST_GROUP


def moved(measured: int, count: int, of: int | None = None) -> int:
    """Return what a figure is measured at from now on: as before, unless it makes a step.

    Args:
        measured: at its last step; 0 before the first one.
        count: how many organisations there are now.
        of: how many there could be, if that is known.
    """
    now = bounded(count, of)
    return now if abs(now - measured) >= STEP else measured


def bounded(count: int, of: int | None = None) -> int:
    """Return a count without what would tell 'none' from a few, or 'all' from nearly all."""
    low = max(count, SMALLEST_GROUP)
    return low if of is None else max(0, min(low, of - SMALLEST_GROUP))


def placed(sizes: Mapping[_K, int], before: Mapping[_K, bool]) -> dict[_K, bool]:
    """Return which cells are counted alone, and which are with the others.

    Args:
        sizes: how many organisations each cell has now.
        before: those that are placed already; they stay as they are.

    Returns:
        for each cell that is placed now, whether it is alone; the others wait, for they are too few
        together.
    """
    new = {key: size for key, size in sizes.items() if size and key not in before}
    alone = {key: True for key, size in new.items() if size >= STEP}
    rest = [key for key in new if key not in alone]
    has_others = not all(before.values())
    if has_others or sum(new[key] for key in rest) >= STEP:
        return {**before, **alone, **dict.fromkeys(rest, False)}
    return {**before, **alone}
