"""Who keeps keys that the instance's keys have wrapped, and wraps them again after a rotation.

Each desk that keeps some says so when Django starts. Whoever rotates the instance's key asks all of
them, and so does whoever wants to know whether an older one is still needed: none can be forgotten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Holder:
    """One kind of thing that keeps wrapped keys."""

    name: str
    """Of the things, in the plural: `deliveries`."""
    rewrap: Callable[[], int]
    """Lets the newest generation wrap what older ones have wrapped; returns how many that were.

    Safe to do again after a crash. It raises `SealError` for a key that was changed, and
    `HomeError` for one of the instance that is missing.
    """
    wrapped_by: Callable[[], Iterable[str]]
    """Yields, for each wrapped key, the id of the instance's key that wraps it."""

    def counts(self) -> Counter[str]:
        """Return how many keys each of the instance's keys wraps here, by its id."""
        return Counter(self.wrapped_by())


_holders: dict[str, Holder] = {}


def hold(holder: Holder) -> None:
    """Make a holder known; its name stands for it."""
    _holders[holder.name] = holder


def holders() -> Sequence[Holder]:
    """Return all of them, in the order in which they made themselves known."""
    return list(_holders.values())
