"""The inventories of many assets: a page of assets by name, each with what was handed in of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.exposure.queries.assets import list_assets
from tidegate.desks.exposure.queries.inventories import InventoryRow, inventories_of_assets
from tidegate.desks.findings.queries.paging import Page

DEFAULT_ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class AssetInventories:
    """An asset that is run now, and its inventories."""

    asset: str
    """Key."""
    asset_name: str
    organisation: str
    """Key of the operator."""
    inventories: tuple[InventoryRow, ...]
    """Those that count first, then the newest first."""


def list_inventories(
    actor: Actor,
    *,
    organisation: str = "",
    cursor: str | None = None,
    limit: int = DEFAULT_ROWS,
    at: datetime,
) -> Page[AssetInventories]:
    """Return a page of the assets that somebody may read, by name, with their inventories.

    Args:
        actor: who asks.
        organisation: key of the operator; empty for all.
        cursor: of the page, as `list_assets` gives it.
        limit: assets of it.
        at: now.

    Raises:
        FilterError: the limit is out of bounds.
        CursorError: the cursor is not one, or of another list.
    """
    page = list_assets(actor, organisation=organisation, cursor=cursor, limit=limit, at=at)
    found = inventories_of_assets([row.key for row in page.rows])
    return page.of(
        [AssetInventories(row.key, row.name, row.organisation, found[row.key]) for row in page.rows]
    )
