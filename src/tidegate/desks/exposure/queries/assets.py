"""What an organisation runs: lists of assets, and one asset with all that is known of it.

Each row says how much cannot be told beside how much is known: what is not placed is never counted
as not affected. `queries.exposures` tells of each exposure, `queries.inventories` of what is
installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Asset, Tag
from tidegate.desks.exposure.queries.asset_counts import (
    EcosystemCount,
    ExposureCounts,
    UnplacedCount,
    ecosystems_of,
    exposures_of,
    unplaced_of,
)
from tidegate.desks.exposure.queries.asset_history import Happened, history_of
from tidegate.desks.exposure.queries.asset_rows import AssetRow, asset_rows
from tidegate.desks.exposure.queries.filters import bounded, one_of
from tidegate.desks.exposure.queries.inventories import InventoryRow, inventories_of
from tidegate.desks.findings.queries.paging import (
    Page,
    checked_limit,
    fingerprint,
    order_of,
    page_of,
    read_cursor,
)
from tidegate.engines.rules import Scope

__all__ = [
    "SORTS",
    "AssetPage",
    "AssetRow",
    "EcosystemCount",
    "ExposureCounts",
    "Happened",
    "UnplacedCount",
    "asset_page",
    "list_assets",
]

DEFAULT_ROWS: Final = 50
SORTS: Final = {
    "name": ("name", str),
    "system": ("system", str),
    "changed": ("changed_at", datetime),
    "made": ("made_at", datetime),
}
"""What a list is sorted by; `-` before a word for the other way round."""


@dataclass(frozen=True, slots=True)
class AssetPage:
    """An asset, with all that is known of it."""

    row: AssetRow
    inventories: tuple[InventoryRow, ...]
    """Those that count, then the others; the newest first."""
    ecosystems: tuple[EcosystemCount, ...]
    """The largest first."""
    unplaced: tuple[UnplacedCount, ...]
    """The most frequent first."""
    exposures: ExposureCounts
    history: tuple[Happened, ...]
    """What has changed, the newest first."""
    may_operate: bool
    may_hand_in: bool


def list_assets(
    actor: Actor,
    *,
    organisation: str = "",
    tag: str = "",
    system: str = "",
    environment: str = "",
    exposed: str = "",
    scope: str = "",
    search: str = "",
    retired: bool = False,
    sort: str = "name",
    cursor: str | None = None,
    limit: int = DEFAULT_ROWS,
    at: datetime,
) -> Page[AssetRow]:
    """Return a page of the assets that somebody may read; a word that is empty narrows nothing.

    Args:
        actor: who asks.
        organisation: key of the operator.
        tag: a word that they bear.
        system: the system that they belong to, verbatim.
        environment: verbatim.
        exposed: `yes`, `no` or `unknown`.
        scope: whose directives bind them.
        search: a part of a name, an owner, a system or a key.
        retired: those that are run no more, in place of those that are.
        sort: one of `SORTS`.
        cursor: of the page.
        limit: rows of it.
        at: now.

    Raises:
        FilterError: a word of the filter, the sort or the limit is not known.
        CursorError: the cursor is not one, or of another list.
    """
    order = order_of(sort, SORTS)
    asked = (organisation, tag, system, environment, exposed, scope, search, retired)
    mark = fingerprint("assets", sort, asked)
    start = read_cursor(cursor, of=mark)
    known = narrowed(actor, Asset.objects.all(), at=at)
    rows = known.filter(retired_at__isnull=not retired)
    if organisation:
        rows = rows.filter(organisation__key=as_written(organisation))
    if tag:
        bearing = Tag.objects.filter(word=bounded("tag", tag).lower())
        rows = rows.filter(pk__in=bearing.values("asset"))
    for column, word in (("system", system), ("environment", environment)):
        if word:
            rows = rows.filter(**{column: bounded(column, word)})
    if exposed:
        rows = rows.filter(exposed=one_of("exposed", exposed, Asset.Exposed.values))
    if scope:
        rows = rows.filter(scope=one_of("scope", scope, [one.value for one in Scope]))
    if search:
        rows = rows.filter(_found(search))

    def shown(ids: Sequence[int]) -> list[tuple[int, str, AssetRow]]:
        told = asset_rows(Asset.objects.filter(pk__in=ids), at=at)
        return [(pk, row.key, row) for pk, row in told]

    return page_of(
        rows,
        order,
        start,
        checked_limit(limit),
        shown,
        of=mark,
        known=Q(pk__in=known.values("pk")),
    )


def asset_page(actor: Actor, key: str, *, at: datetime) -> AssetPage:
    """Return an asset, with all that is known of it.

    Raises:
        NotFoundError: there is no such asset, or not for them.
    """
    found = find(actor, Asset.objects.all(), at=at, key=as_written(key))
    ((_, row),) = asset_rows(Asset.objects.filter(pk=found.pk), at=at)
    return AssetPage(
        row=row,
        inventories=inventories_of(found),
        ecosystems=ecosystems_of(found, at=at),
        unplaced=unplaced_of(found),
        exposures=exposures_of(found, at=at),
        history=history_of(actor, found, at=at),
        may_operate=may(actor, Act.OPERATE, found, at=at),
        may_hand_in=may(actor, Act.INVENTORY, found, at=at),
    )


def _found(search: str) -> Q:
    text = bounded("search", search)
    return (
        Q(name__icontains=text)
        | Q(owner__icontains=text)
        | Q(system__icontains=text)
        | Q(key=as_written(text))
    )
