"""Assets as lists show them, with their counts: a few questions, however many assets they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Aggregate, Count, Max, Min, Q, QuerySet

from tidegate.desks.exposure.models import Asset, Exposure, Installed, Inventory, Tag, Unplaced
from tidegate.desks.exposure.queries.exposure_conditions import late, to_do
from tidegate.desks.exposure.queries.hits import IN_DOUBT


@dataclass(frozen=True, slots=True)
class AssetRow:
    """An asset, as lists show it."""

    key: str
    name: str
    organisation: str
    """Key of the operator."""
    organisation_name: str
    owner: str
    environment: str
    system: str
    exposed: str
    """`yes`, `no` or `unknown`, which counts as exposed."""
    criticality: str
    scope: str
    sector: str
    is_operational_technology: bool
    distribution: str
    tags: tuple[str, ...]
    installed: int
    """Packages in a version."""
    unplaced: int
    """Components of which nothing can be said."""
    in_doubt: int
    """Of those installed, for how many 'not affected' may not be said."""
    exposures: int
    """That are open, those included of which it is unknown whether it is affected."""
    in_kev: int
    """Of these, known to be exploited."""
    next_due_on: date | None
    next_due_at: datetime | None
    """The soonest deadline of an exposure about which there is still something to do."""
    late: int
    received_at: datetime | None
    """When the newest inventory came in; None without one: then nothing can be said at all."""
    made_at: datetime
    changed_at: datetime
    retired_at: datetime | None


def asset_rows(assets: QuerySet[Asset], *, at: datetime) -> list[tuple[int, AssetRow]]:
    """Return assets with their ids, in any order."""
    found = list(assets.select_related("organisation"))
    ids = [one.pk for one in found]
    tags: dict[int, list[str]] = {}
    for asset, word in Tag.objects.filter(asset__in=ids).values_list("asset", "word"):
        tags.setdefault(asset, []).append(word)
    doubted = Count("coordinate", filter=IN_DOUBT, distinct=True)
    installed = _by_asset(
        Installed.objects.filter(asset__in=ids),
        installed=Count("coordinate", distinct=True),
        in_doubt=doubted,
    )
    unplaced = _by_asset(Unplaced.objects.filter(asset__in=ids), unplaced=Count("pk"))
    inventories = _by_asset(
        Inventory.objects.filter(asset__in=ids, replaced_at=None), received_at=Max("received_at")
    )
    exposures = _by_asset(
        Exposure.objects.filter(asset__in=ids, cleared_at=None),
        exposures=Count("pk"),
        in_kev=Count("pk", filter=Q(in_kev=True)),
        next_due_at=Min("due_at", filter=to_do(at)),
        next_due_on=Min("due_on", filter=to_do(at)),
        late=Count("pk", filter=late(at)),
    )
    told = []
    for one in found:
        counts: dict[str, Any] = dict(_NOTHING)
        for by_asset in (installed, unplaced, inventories, exposures):
            counts |= by_asset.get(one.pk, {})
        told.append((one.pk, _row(one, tuple(sorted(tags.get(one.pk, ()))), counts)))
    return told


_NOTHING: Final = {
    "installed": 0,
    "in_doubt": 0,
    "unplaced": 0,
    "received_at": None,
    "exposures": 0,
    "in_kev": 0,
    "next_due_at": None,
    "next_due_on": None,
    "late": 0,
}
"""The counts of an asset of which nothing is known."""


def _by_asset(rows: QuerySet[Any], **counts: Aggregate) -> dict[int, dict[str, Any]]:
    """Return the counts of rows by their asset's id."""
    grouped = rows.order_by().values("asset").annotate(**counts)
    return {row.pop("asset"): row for row in grouped}


def _row(asset: Asset, tags: tuple[str, ...], counts: dict[str, Any]) -> AssetRow:
    return AssetRow(
        key=asset.key,
        name=asset.name,
        organisation=asset.organisation.key,
        organisation_name=asset.organisation.name,
        owner=asset.owner,
        environment=asset.environment,
        system=asset.system,
        exposed=asset.exposed,
        criticality=asset.criticality,
        scope=asset.scope,
        sector=asset.sector,
        is_operational_technology=asset.is_operational_technology,
        distribution=asset.distribution,
        tags=tags,
        made_at=asset.made_at,
        changed_at=asset.changed_at,
        retired_at=asset.retired_at,
        **counts,
    )
