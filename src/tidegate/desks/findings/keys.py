"""The names of findings, cases and deliveries: `F-7K3M9-Q2X4D`."""

from __future__ import annotations

from tidegate.desks.access.keys import LENGTH, as_written, new_key

__all__ = ["LENGTH", "as_written", "new_case_key", "new_delivery_key", "new_finding_key"]


def new_delivery_key() -> str:
    """Return a new name for a delivery."""
    return new_key("D")


def new_finding_key() -> str:
    """Return a new name for a finding."""
    return new_key("F")


def new_case_key() -> str:
    """Return a new name for a case."""
    return new_key("C")
