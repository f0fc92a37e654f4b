"""What is sealed here, carried over to the newest of the instance's keys."""

from __future__ import annotations

from collections.abc import Iterator

from tidegate.desks.exposure.models import Inventory
from tidegate.desks.findings.services.rewrapping import rewrap


def purpose_of(inventory: Inventory) -> str:
    """Return what an inventory's document is sealed for: itself, and no other."""
    return f"inventory {inventory.key}"


def rewrap_kept() -> int:
    """Wrap every key anew; return how many were wrapped by an older one.

    Raises:
        SealError: one was changed.
        HomeError: one of the instance's keys is missing.
    """
    return rewrap(Inventory.objects.all(), purpose_of)


def wrapped_by() -> Iterator[str]:
    """Yield which of the instance's keys wraps each key that is kept here."""
    yield from Inventory.objects.values_list("wrapped_by", flat=True)
