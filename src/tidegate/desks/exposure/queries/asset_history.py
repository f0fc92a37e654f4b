"""What has changed on an asset, the newest first: inventories, exposures, and what people changed.

The first two are read from their rows; what people changed, from the ledger, whose entries not all
of an operator's people read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import Count

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.exposure.models import Asset, Exposure, Inventory
from tidegate.desks.ledger.models import Entry

MOST: Final = 50
"""Changes that are told."""

_ENTRIES: Final = ("asset-added", "assets-changed", "assets-retired", "asset-brought-back")


@dataclass(frozen=True, slots=True)
class Happened:
    """A change."""

    at: datetime
    what: str
    """`inventory-handed-in`, `inventory-taken-back`, `exposures-opened`, `exposures-cleared`, or
    the kind of a ledger's entry about assets."""
    by: str = ""
    """Who did it; empty where it followed from something else."""
    inventory: str = ""
    """Key of the inventory that it is about."""
    count: int = 0
    """Of components, or of exposures."""
    columns: tuple[str, ...] = ()
    """What was changed of the asset."""
    to: Mapping[str, str] = field(default_factory=dict)
    """Those of the new values that have a few known words, such as `exposed`."""


def history_of(actor: Actor, asset: Asset, *, at: datetime) -> tuple[Happened, ...]:
    """Return the newest changes of an asset that `actor` may read."""
    every = [*_inventories(asset), *_exposures(asset), *_entries(actor, asset, at)]
    return tuple(sorted(every, key=lambda one: one.at, reverse=True)[:MOST])


def _inventories(asset: Asset) -> Iterator[Happened]:
    rows = Inventory.objects.filter(asset=asset).select_related("handed_in_by")
    for row in rows.defer("document").order_by("-received_at")[:MOST]:
        by = row.handed_in_by.name if row.handed_in_by else ""
        yield Happened(row.received_at, "inventory-handed-in", by, row.key, row.components)
        if row.taken_back_at is not None:
            yield Happened(row.taken_back_at, "inventory-taken-back", inventory=row.key)


def _exposures(asset: Asset) -> Iterator[Happened]:
    rows = Exposure.objects.filter(asset=asset).order_by()
    for column, what in (("detected_at", "exposures-opened"), ("cleared_at", "exposures-cleared")):
        grouped = rows.filter(**{f"{column}__isnull": False}).values_list(column)
        for at, count in grouped.annotate(Count("pk")).order_by(f"-{column}")[:MOST]:
            yield Happened(at, what, count=count)


def _entries(actor: Actor, asset: Asset, at: datetime) -> Iterator[Happened]:
    entries = Entry.objects.filter(
        organisation=asset.organisation.key, kind__in=_ENTRIES, text__contains=f'"{asset.key}"'
    )
    for entry in narrowed(actor, entries, at=at).order_by("-index")[:MOST]:
        said = entry.said
        to = {name: str(value) for name, value in said.get("to", {}).items()}
        columns = tuple(said.get("columns", ()))
        yield Happened(entry.at, entry.kind, entry.actor, columns=columns, to=to)
