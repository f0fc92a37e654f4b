"""What may be shown of few organisations: cells of at least five, and nothing to subtract; pure.

A cell that is left out can be had back by subtracting others: the rest from the whole, one day from
the next, one stage from the one before. So what is shown is made so that no subtraction leads to a
cell of one to four.

- Organisations are counted in cells, each of at least `SMALLEST_GROUP`; those of smaller ones are
  put together, with the smallest of the larger ones if they are still too few. Whatever the figures
  are broken down by, they are sums over the same cells.
- Of a cell of n, a count is shown rounded down to a multiple of `SMALLEST_GROUP`. Only 'all of
  them' is told apart: then the rest is empty.

Two counts that are shown differ by none or by at least five. Behind each one lie at least five
that are possible, and any two in the same bracket may be the same; so neither order in time nor
the order of the stages tells one from its neighbour.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from tidegate.desks.publications.states.adoption import SMALLEST_GROUP

_K = TypeVar("_K")
_OTHERS: Final = None


def shown_size(size: int) -> int:
    """Return how many organisations a cell is shown to have."""
    return size - size % SMALLEST_GROUP


def shown_count(count: int, of: int) -> int:
    """Return how many of the `of` organisations of a cell are shown to have reached something.

    Args:
        count: how many have; from 0 to `of`.
        of: how many there are in the cell.
    """
    if count == of:
        return shown_size(of)
    # Not so close to all of them that those who are missing could be told.
    return max(0, min(shown_size(count), shown_size(of) - SMALLEST_GROUP))


def cells(sizes: Mapping[_K, int]) -> Mapping[_K, _K | None]:
    """Return in which cell the organisations of each key are counted.

    Args:
        sizes: how many organisations each key has.

    Returns:
        for each key itself; None for those that are put together; a key that is missing is not
        shown at all, for there are too few of everything.
    """
    small = {key for key, size in sizes.items() if 0 < size < SMALLEST_GROUP}
    together = sum(sizes[key] for key in small)
    # Equal ones go by their names, so that asking twice gives the same.
    larger = sorted(
        (key for key, size in sizes.items() if size >= SMALLEST_GROUP),
        key=lambda key: (sizes[key], str(key)),
    )
    while 0 < together < SMALLEST_GROUP and larger:
        key = larger.pop(0)
        small.add(key)
        together += sizes[key]
    found: dict[_K, _K | None] = {key: key for key in larger}
    if together >= SMALLEST_GROUP:
        found |= dict.fromkeys(small, _OTHERS)
    return found
