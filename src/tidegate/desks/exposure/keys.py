"""The names of assets, inventories, exposures and what belongs to them: `X-7K3M9-Q2X4D`."""

from __future__ import annotations

from tidegate.desks.access.keys import new_key


def new_asset_key() -> str:
    """Return a new name for an asset."""
    return new_key("H")


def new_inventory_key() -> str:
    """Return a new name for an inventory, a bill of materials."""
    return new_key("B")


def new_exposure_key() -> str:
    """Return a new name for an exposure."""
    return new_key("X")


def new_delegation_key() -> str:
    """Return a new name for a delegation."""
    return new_key("J")


def new_change_notice_key() -> str:
    """Return a new name for a notice to plan a change."""
    return new_key("K")


def new_statement_key() -> str:
    """Return a new name for a VEX statement."""
    return new_key("Y")


def new_exception_key() -> str:
    """Return a new name for an exception."""
    return new_key("Z")
