"""What is installed on an asset, as its operator hands it in; taken back, and handed out again.

A document is read, and each component placed, before the transaction begins, so that nobody else
waits for it. Then all of it is written down at once: the document, compressed and sealed; what is
installed; what could not be placed or understood; what the asset is exposed to since.

Nothing here asks anything about cases: an invented inventory learns of advisories that everybody
may read, and of nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.exposure import models
from tidegate.desks.exposure.models import Asset
from tidegate.desks.exposure.sealing import opened, sealed
from tidegate.desks.exposure.services.asset_words import checked, line
from tidegate.desks.exposure.services.assets import made_asset
from tidegate.desks.exposure.services.installing import (
    Difference,
    Reading,
    install,
    list_lines,
    placed,
    uninstall,
)
from tidegate.desks.exposure.services.matching import Touched, match_asset
from tidegate.desks.exposure.services.operators import find_operator
from tidegate.desks.exposure.services.recording import record
from tidegate.desks.exposure.services.rewrapping import purpose_of
from tidegate.desks.exposure.services.undoing import as_it_stood, let_stand_again
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.findings.services.texts import kept_text
from tidegate.engines.formats.inventories.components import Inventory, NotUnderstood
from tidegate.engines.formats.inventories.reading import read_inventory
from tidegate.engines.formats.inventories.refusals import InventoryError

LISTED: Final = 20
"""Places that were not understood and are told at once; `queries.inventories` has the others."""

_LONGEST_FILE_NAME: Final = 300
_LONGEST_PART: Final = 100


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What became of an inventory."""

    key: str
    """Of the inventory."""
    asset: str
    """Key of the asset."""
    asset_name: str
    is_new: bool
    """False where the same document counts already; then nothing has changed."""
    made_asset: bool
    """Whether the asset was made for it."""
    replaced: str
    """Key of the inventory of the same part that counted before; empty for the first one."""
    format: str
    format_version: str
    tool: str
    components: int
    repeated: int
    placed: int
    """Components that can be matched."""
    unplaced: Mapping[str, int]
    """How many components nothing, or not all, can be said of, by `packages.Reason`."""
    not_understood: int
    lines: tuple[NotUnderstood, ...]
    """The first places that were not understood."""
    added: int
    """Packages in a version that the asset did not have before, after inventories of this part."""
    removed: int
    opened: int
    """Exposures."""
    cleared: int


def hand_in(
    actor: Actor,
    asset_key: str,
    raw: bytes,
    name: str,
    *,
    part: str = "",
    distribution: str = "",
    at: datetime,
) -> HandedIn:
    """Hand in what is installed on an asset.

    Args:
        actor: who may hand in what the asset's operator runs.
        asset_key: of the asset.
        raw: an SBOM, a lock file or a package manager's status, as it is; may be compressed.
        name: the file's name; it tells some formats apart, and is never opened.
        part: which part of the asset it tells of, such as `host` or `container`; it replaces the
            inventory of the same part, and no other.
        distribution: the release, such as `debian-12`, for a document that does not tell; empty
            for what the asset says.
        at: now.

    Raises:
        NotFoundError: there is no such asset, or not for them.
        NotPossibleError: the document cannot be read at all, or the asset is retired.
        HomeError: the instance's key cannot be used.
    """
    key = as_written(asset_key)
    seen = find(actor, Asset.objects.all(), Act.INVENTORY, at=at, key=key)
    given = _Given(raw, name, part=part, distribution=distribution, of_asset=seen.distribution)
    with transaction.atomic():
        asset = find(actor, Asset.objects.all(), Act.INVENTORY, at=at, key=key)
        return _take(actor, asset, given, is_made=False, at=at)


def hand_in_for(
    actor: Actor,
    organisation_key: str,
    asset_name: str,
    raw: bytes,
    name: str,
    *,
    part: str = "",
    distribution: str = "",
    at: datetime,
) -> HandedIn:
    """Hand in what is installed on an asset that is known by its name; make it if there is none.

    An asset that is made so is of what its operator has settled, and whether it is exposed to the
    public is unknown.

    Args:
        actor: who may hand in what the organisation runs.
        organisation_key: of the organisation.
        asset_name: of the asset.
        raw: as for `hand_in`, and so the following.
        name: the file's name.
        part: which part of the asset it tells of.
        distribution: the release, for a document that does not tell.
        at: now.

    Raises:
        NotFoundError: there is no such organisation, or not for them.
        NotPossibleError: the document cannot be read at all, the organisation runs nothing, or the
            name cannot be one.
        HomeError: the instance's key cannot be used.
    """
    called = checked("name", asset_name)
    organisation = find_operator(actor, Act.INVENTORY, organisation_key, at=at)
    standing = Asset.objects.filter(organisation=organisation, name=called, retired_at=None)
    seen = standing.first()
    given = _Given(
        raw,
        name,
        part=part,
        distribution=distribution,
        of_asset=seen.distribution if seen else "",
    )
    with transaction.atomic():
        organisation = find_operator(actor, Act.INVENTORY, organisation_key, at=at)
        asset = standing.first()
        is_made = asset is None
        if asset is None:
            asset = made_asset(organisation, {"name": called}, at=at)
        return _take(actor, asset, given, is_made=is_made, at=at)


def take_back(actor: Actor, inventory_key: str, *, at: datetime) -> HandedIn:
    """Take back an inventory that counts; the one before it, of the same part, counts again.

    What it had cleared counts from the day on which it was first found. Without one before, nothing
    of that part is installed.

    Returns:
        the inventory that counts now; where there is none, the one that was taken back, with
        nothing in it.

    Raises:
        NotFoundError: there is no such inventory, or it is not theirs to hand in.
        NotPossibleError: it does not count any more, or the asset is retired.
        SealError: the document of the one before was changed.
        HomeError: the instance's key cannot be used.
    """
    key = as_written(inventory_key)
    assets = narrowed(actor, Asset.objects.all(), Act.INVENTORY, at=at)
    with transaction.atomic():
        row = models.Inventory.objects.filter(asset__in=assets, key=key).first()
        if row is None:
            raise NotFoundError("inventory", key)
        asset = _held(row.asset_id)
        row.refresh_from_db(fields=["replaced_at", "taken_back_at"])
        if row.taken_back_at is not None:
            raise NotPossibleError(f"{key} was taken back already")
        if row.replaced_at is not None:
            raise NotPossibleError(f"{key} was replaced by a newer one; take that one back first")
        stood = as_it_stood(asset, cleared_at=row.received_at)
        row.replaced_at = row.taken_back_at = at
        row.save(update_fields=["replaced_at", "taken_back_at"])
        before = _before(row)
        if before is None:
            done = _Done(row, Reading(), uninstall(row))
        else:
            done = _let_count_again(before, row)
        touched = match_asset(asset, at=at)
        let_stand_again(stood, touched, at=at)
        record(
            "inventory-taken-back",
            asset.organisation,
            at=at,
            actor=actor,
            asset=asset.key,
            inventory=row.key,
            counts_again=before.key if before else "",
            opened=len(touched.opened),
            cleared=len(touched.cleared),
        )
        return _told(asset, done, touched, replaced=row.key)


def hand_out(actor: Actor, inventory_key: str, *, at: datetime) -> tuple[str, bytes]:
    """Return an inventory's name and its document, byte for byte as it came.

    Raises:
        NotFoundError: there is no such inventory, or not for them.
        SealError: the document was changed.
        HomeError: the instance's key is missing.
    """
    row = find(actor, models.Inventory.objects.all(), at=at, key=as_written(inventory_key))
    return row.name, _document(row)


class _Given:
    """A document that was read, with all that can be told of it without the tables."""

    def __init__(
        self, raw: bytes, name: str, *, part: str, distribution: str, of_asset: str
    ) -> None:
        self.raw = raw
        # A file system may give names that are no text.
        self.name = kept_text(name.encode(errors="replace").decode())[:_LONGEST_FILE_NAME]
        self.part = line(part, "the part", _LONGEST_PART)
        self.distribution: str = checked("distribution", distribution) or of_asset
        self.document = _read(raw, self.name, self.distribution)
        self.reading = placed(self.document.components)


@dataclass(frozen=True, slots=True)
class _Done:
    """What was written down of an inventory."""

    row: models.Inventory
    reading: Reading
    difference: Difference
    document: Inventory | None = None


def _take(actor: Actor, seen: Asset, given: _Given, *, is_made: bool, at: datetime) -> HandedIn:
    """Write down an inventory, in the transaction in which the asset was found."""
    asset = _held(seen.pk)
    before = models.Inventory.objects.filter(asset=asset, part=given.part, replaced_at=None).first()
    if before is not None and _is_same(before, given):
        done = _Done(before, given.reading, Difference(0, 0), given.document)
        return _told(asset, done, Touched(), is_new=False)
    if before is not None:
        before.replaced_at = at
        before.save(update_fields=["replaced_at"])
    row = _row(asset, given, actor, at)
    done = _Done(row, given.reading, install(row, given.reading, before), given.document)
    list_lines(row, given.document)
    touched = match_asset(asset, at=at)
    record(
        "inventory-handed-in",
        asset.organisation,
        at=at,
        actor=actor,
        asset=asset.key,
        inventory=row.key,
        replaced=before.key if before else "",
        sha256=row.sha256,
        components=row.components,
        placed=row.placed,
        opened=len(touched.opened),
        cleared=len(touched.cleared),
    )
    replaced = before.key if before else ""
    return _told(asset, done, touched, is_made=is_made, replaced=replaced)


def _held(asset: int) -> Asset:
    """Return an asset that is run now, locked."""
    held = Asset.objects.select_related("organisation").select_for_update(of=("self",), no_key=True)
    found = held.get(pk=asset)
    if found.retired_at is not None:
        raise NotPossibleError(f"{found.key} is retired; bring it back first")
    return found


def _is_same(before: models.Inventory, given: _Given) -> bool:
    return (before.sha256, before.distribution) == (given.document.sha256, given.distribution)


def _row(asset: Asset, given: _Given, actor: Actor, at: datetime) -> models.Inventory:
    document = given.document
    row = models.Inventory(
        asset=asset,
        part=given.part,
        name=given.name,
        sha256=document.sha256,
        size=len(given.raw),
        distribution=given.distribution,
        handed_in_by_id=actor.person,
        received_at=at,
    )
    _set_columns(row, document, given.reading)
    row.document, wrapped = sealed(given.raw, purpose_of(row))
    row.wrapped, row.wrapped_by = wrapped.content, wrapped.by
    row.save(force_insert=True)
    return row


def _set_columns(row: models.Inventory, document: Inventory, reading: Reading) -> None:
    row.format = kept_text(document.format)[:30]
    row.format_version = kept_text(document.format_version)[:20]
    row.tool = kept_text(document.tool)[:200]
    row.made_at = document.made_at
    row.components = len(document.components)
    row.repeated = document.repeated
    row.placed = reading.placed
    row.not_understood = document.not_understood_count


def _before(row: models.Inventory) -> models.Inventory | None:
    """Return the inventory of the same part that counted before one."""
    others = models.Inventory.objects.filter(asset=row.asset_id, part=row.part, taken_back_at=None)
    return others.order_by("-received_at", "-pk").first()


def _let_count_again(row: models.Inventory, after: models.Inventory) -> _Done:
    """Read an inventory anew, and let it say what is installed in place of the one after it."""
    document = _read(_document(row), row.name, row.distribution)
    reading = placed(document.components)
    # What reads it may have learned since.
    _set_columns(row, document, reading)
    row.replaced_at = None
    row.save()
    difference = install(row, reading, after)
    list_lines(row, document)
    return _Done(row, reading, difference, document)


def _read(raw: bytes, name: str, distribution: str) -> Inventory:
    try:
        return read_inventory(raw, name, distribution=distribution)
    except InventoryError as error:
        raise NotPossibleError(str(error)) from error


def _document(row: models.Inventory) -> bytes:
    return opened(bytes(row.document), bytes(row.wrapped), purpose_of(row))


def _told(
    asset: Asset,
    done: _Done,
    touched: Touched,
    *,
    is_new: bool = True,
    is_made: bool = False,
    replaced: str = "",
) -> HandedIn:
    row, document = done.row, done.document
    return HandedIn(
        key=row.key,
        asset=asset.key,
        asset_name=asset.name,
        is_new=is_new,
        made_asset=is_made,
        replaced=replaced,
        format=row.format,
        format_version=row.format_version,
        tool=row.tool,
        components=row.components if document else 0,
        repeated=row.repeated if document else 0,
        placed=row.placed if document else 0,
        unplaced=done.reading.reasons,
        not_understood=row.not_understood if document else 0,
        lines=document.not_understood[:LISTED] if document else (),
        added=done.difference.added,
        removed=done.difference.removed,
        opened=len(touched.opened),
        cleared=len(touched.cleared),
    )
