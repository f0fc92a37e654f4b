"""What was handed in about an asset, and what is installed on it after that.

What could not be placed or understood has lists of its own, to their end: whoever mends an
inventory needs every line of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Concat

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import (
    Asset,
    Ground,
    Installed,
    Inventory,
    NotUnderstood,
    Unplaced,
)
from tidegate.desks.exposure.queries.filters import bounded, one_of
from tidegate.desks.findings.queries.paging import (
    Order,
    Page,
    checked_limit,
    fingerprint,
    page_of,
    read_cursor,
)
from tidegate.engines.matching.packages import Reason

DEFAULT_ROWS: Final = 100

# No two rows have the same: so a cursor holds no number of a row, from which one could count.
_BY_NAME: Final = Order("name", "place", descending=False, kind=str, unique=True)


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """An inventory, as lists show it."""

    key: str
    part: str
    """Which part of the asset it tells of; empty for the whole."""
    name: str
    """The file's name, as its sender wrote it."""
    format: str
    format_version: str
    tool: str
    made_at: datetime | None
    """As the document says."""
    sha256: str
    size: int
    """Bytes, as they came."""
    distribution: str
    """Of which release it was read, where it tells of none."""
    handed_in_by: str
    """Empty for whoever holds the machine."""
    received_at: datetime
    components: int
    repeated: int
    placed: int
    """Components that can be matched."""
    not_understood: int
    counts: bool
    """Whether it says what is installed now."""
    replaced_at: datetime | None
    taken_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """Something that was left out, or only half understood."""

    place: str
    words: str
    """What is wrong, and how it is mended."""


@dataclass(frozen=True, slots=True)
class InventoryPage:
    """An inventory, with what was not understood of it."""

    row: InventoryRow
    asset: str
    """Key of the asset."""
    asset_name: str
    organisation: str
    """Key of the operator."""
    lines: tuple[LineRow, ...]
    """The first ones, up to the reader's limit; of one that does not count any more, none."""
    before: str
    """Key of the inventory of the same part before it; empty for the first one."""
    may_take_back: bool


@dataclass(frozen=True, slots=True)
class InstalledRow:
    """A package in a version that is installed on an asset."""

    ecosystem: str
    package: str
    version: str
    purls: tuple[str, ...]
    """As they came: binary packages of one source package are one row."""
    doubt: str
    """A `Reason` for which it is never said not to be affected; empty for none."""
    inventory: str
    """Key of the inventory that names it."""
    vulnerabilities: tuple[str, ...]
    """Of the open exposures that rest on it."""


@dataclass(frozen=True, slots=True)
class UnplacedRow:
    """A component of which nothing can be said."""

    component: str
    """Its package URL as it came, or its name and place."""
    reason: str
    """A value of `matching.packages.Reason`."""
    words: str
    inventory: str
    """Key of the inventory that names it."""


def inventories_of(asset: Asset) -> tuple[InventoryRow, ...]:
    """Return the inventories of an asset, those that count first, then the newest first."""
    return inventories_of_assets([asset.key])[asset.key]


def inventories_of_assets(asset_keys: Sequence[str]) -> dict[str, tuple[InventoryRow, ...]]:
    """Return the inventories of each of some assets, in the same order; not narrowed."""
    rows = Inventory.objects.filter(asset__key__in=asset_keys).select_related("handed_in_by")
    ordered = rows.order_by(F("replaced_at").desc(nulls_first=True), "-received_at", "-pk")
    found: dict[str, list[InventoryRow]] = {key: [] for key in asset_keys}
    for row in ordered.annotate(of=F("asset__key")).defer("document"):
        found[row.of].append(_row(row))
    return {key: tuple(rows) for key, rows in found.items()}


def inventory_page(actor: Actor, key: str, *, at: datetime) -> InventoryPage:
    """Return an inventory, with what was not understood of it.

    Raises:
        NotFoundError: there is no such inventory, or not for them.
    """
    rows = Inventory.objects.select_related("asset__organisation", "handed_in_by")
    found = find(actor, rows.defer("document"), at=at, key=as_written(key))
    lines = NotUnderstood.objects.filter(inventory=found).order_by("pk")
    before = Inventory.objects.filter(
        asset=found.asset_id, part=found.part, taken_back_at=None, received_at__lt=found.received_at
    )
    asset = found.asset
    return InventoryPage(
        row=_row(found),
        asset=asset.key,
        asset_name=asset.name,
        organisation=asset.organisation.key,
        lines=tuple(LineRow(one.place, one.words) for one in lines),
        before=before.order_by("-received_at").values_list("key", flat=True).first() or "",
        may_take_back=found.replaced_at is None
        and asset.retired_at is None
        and may(actor, Act.INVENTORY, asset, at=at),
    )


def installed_rows(
    actor: Actor,
    asset_key: str,
    *,
    ecosystem: str = "",
    inventory: str = "",
    search: str = "",
    cursor: str | None = None,
    limit: int = DEFAULT_ROWS,
    at: datetime,
) -> Page[InstalledRow]:
    """Return a page of what is installed on an asset, by ecosystem, package and version.

    Args:
        actor: who asks.
        asset_key: of the asset.
        ecosystem: OSV's word, with its release; empty for all.
        inventory: key of an inventory that counts; empty for all.
        search: a part of a package's name.
        cursor: of the page.
        limit: rows of it.
        at: now.

    Raises:
        NotFoundError: there is no such asset, or not for them.
        FilterError: a word of the filter or the limit is not known.
        CursorError: the cursor is not one, or of another list.
    """
    asset = find(actor, Asset.objects.all(), at=at, key=as_written(asset_key))
    package = "coordinate__package"
    rows = Installed.objects.filter(asset=asset)
    if ecosystem:
        rows = rows.filter(**{f"{package}__ecosystem": bounded("ecosystem", ecosystem)})
    if inventory:
        rows = rows.filter(inventory__key=as_written(inventory))
    if search:
        rows = rows.filter(**{f"{package}__name__icontains": bounded("search", search)})
    placed = rows.annotate(
        place=_joined(
            f"{package}__ecosystem", f"{package}__name", "coordinate__version", "inventory__key"
        )
    )

    def shown(ids: Sequence[int]) -> list[tuple[int, str, InstalledRow]]:
        return _installed(asset, ids)

    return _page(
        placed, ("installed", asset.key, ecosystem, inventory, search), cursor, limit, shown
    )


def unplaced_rows(
    actor: Actor,
    asset_key: str,
    *,
    reason: str = "",
    inventory: str = "",
    cursor: str | None = None,
    limit: int = DEFAULT_ROWS,
    at: datetime,
) -> Page[UnplacedRow]:
    """Return a page of the components of an asset of which nothing can be said, by their names.

    Raises:
        NotFoundError: there is no such asset, or not for them.
        FilterError: the reason or the limit is not known.
        CursorError: the cursor is not one, or of another list.
    """
    asset = find(actor, Asset.objects.all(), at=at, key=as_written(asset_key))
    rows = Unplaced.objects.filter(asset=asset)
    if reason:
        rows = rows.filter(reason=one_of("reason", reason, [one.value for one in Reason]))
    if inventory:
        rows = rows.filter(inventory__key=as_written(inventory))
    placed = rows.annotate(place=_joined("component", "inventory__key"))

    def shown(ids: Sequence[int]) -> list[tuple[int, str, UnplacedRow]]:
        found = Unplaced.objects.filter(pk__in=ids).select_related("inventory")
        return [
            (one.pk, "", UnplacedRow(one.component, one.reason, one.words, one.inventory.key))
            for one in found.defer("inventory__document")
        ]

    return _page(placed, ("unplaced", asset.key, reason, inventory), cursor, limit, shown)


def _page(
    rows: QuerySet[Any], of: tuple[str, ...], cursor: str | None, limit: int, shown: Any
) -> Page[Any]:
    mark = fingerprint(of[0], _BY_NAME.word, of[1:])
    start = read_cursor(cursor, of=mark)
    return page_of(rows, _BY_NAME, start, checked_limit(limit), shown, of=mark)


def _joined(*columns: str) -> Concat:
    """Return columns as one text, by which no two rows are the same."""
    # No name and no version that is kept holds the end of a line, as one may hold a blank.
    parts = [part for column in columns for part in (F(column), Value("\n"))]
    return Concat(*parts[:-1], output_field=CharField())


def _installed(asset: Asset, ids: Sequence[int]) -> list[tuple[int, str, InstalledRow]]:
    rows = Installed.objects.filter(pk__in=ids).select_related("coordinate__package", "inventory")
    found = list(rows.defer("inventory__document"))
    grounds = Ground.objects.filter(
        exposure__asset=asset,
        exposure__cleared_at=None,
        coordinate__in=[one.coordinate_id for one in found],
        ended_at=None,
        is_overruled=False,
    ).order_by()
    named: dict[int, set[str]] = {}
    for coordinate, name in grounds.values_list("coordinate", "exposure__vulnerability__name"):
        named.setdefault(coordinate, set()).add(name)
    return [
        (
            one.pk,
            "",
            InstalledRow(
                ecosystem=one.coordinate.package.ecosystem,
                package=one.coordinate.package.name,
                version=one.coordinate.version,
                purls=tuple(one.purls),
                doubt=one.doubt,
                inventory=one.inventory.key,
                vulnerabilities=tuple(sorted(named.get(one.coordinate_id, ()))),
            ),
        )
        for one in found
    ]


def _row(row: Inventory) -> InventoryRow:
    return InventoryRow(
        key=row.key,
        part=row.part,
        name=row.name,
        format=row.format,
        format_version=row.format_version,
        tool=row.tool,
        made_at=row.made_at,
        sha256=row.sha256,
        size=row.size,
        distribution=row.distribution,
        handed_in_by=row.handed_in_by.name if row.handed_in_by else "",
        received_at=row.received_at,
        components=row.components,
        repeated=row.repeated,
        placed=row.placed,
        not_understood=row.not_understood,
        counts=row.replaced_at is None,
        replaced_at=row.replaced_at,
        taken_back_at=row.taken_back_at,
    )
