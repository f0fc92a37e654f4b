"""Assets from a spreadsheet, and back into one: many at a time, all of them or none.

The first row names the columns; `name` is needed, the others may be left out, in any order:

    asset                   key of an asset that is there, such as H-7K3M9-Q2X4D; then `name` may be
                            another one. Without it an asset is known by its name.
    name                    stands for one asset of the organisation
    owner                   who answers for it there
    environment             such as production
    system                  the system that it belongs to
    exposed                 whether it is reached over a public network: yes, no, unknown
    criticality             low, medium, high, essential
    scope                   fceb, nss, dow, state-or-local, critical-infrastructure, other
    sector                  of critical infrastructure
    operational_technology  yes or no
    distribution            such as debian-12, for inventories that do not tell
    tags                    words with semicolons between them

What is in the sheet is made or changed; what is not in it stays, for a list that lacks a row does
not say that something is run no more. A column that is left out changes nothing. An empty cell
empties its value, but for `scope`, which then stays, or is what the organisation has settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Asset, Operator, Tag
from tidegate.desks.exposure.queries.chunks import IN_ONE_QUERY, in_chunks
from tidegate.desks.exposure.queries.operators import one_operator, operator_of
from tidegate.desks.exposure.services.asset_words import checked, tag_words
from tidegate.desks.exposure.services.assets import DECIDING, follow
from tidegate.desks.exposure.services.operators import find_operator
from tidegate.desks.exposure.services.recording import record
from tidegate.desks.exposure.services.sheets import (
    COLUMNS,
    Fault,
    Row,
    SheetError,
    read_sheet,
    write_sheet,
)
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Organisation

MOST_FAULTS: Final = 1_000
"""That are listed; the rest is counted."""

_IN_ONE_ENTRY: Final = 10_000
"""Assets that an entry in the ledger names."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a sheet, or would have; with a fault, nothing of it was done."""

    made: int
    changed: int
    unchanged: int
    faults: tuple[Fault, ...]
    """In the order of their lines; the first `MOST_FAULTS`."""
    fault_count: int
    is_done: bool
    """Whether it was written down; False with a fault, and where it was only tried."""


def import_assets(
    actor: Actor, organisation_key: str, raw: bytes, *, at: datetime, dry_run: bool = False
) -> Imported:
    """Make and change assets as a sheet has them; the columns are named above.

    Args:
        actor: who may operate what the organisation runs.
        organisation_key: of the organisation.
        raw: CSV in UTF-8 with a heading; at most 16 MiB and 50,000 rows.
        at: now.
        dry_run: only say what would be done.

    Raises:
        NotFoundError: there is no such organisation, or not for them.
        NotPossibleError: the organisation runs nothing.
    """
    # Who may not is told so, whatever the sheet holds.
    find_operator(actor, Act.OPERATE, organisation_key, at=at)
    try:
        rows, faults = read_sheet(raw)
    except SheetError as error:
        return Imported(0, 0, 0, (error.fault,), 1, is_done=False)
    with transaction.atomic():
        organisation = find_operator(actor, Act.OPERATE, organisation_key, at=at)
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        plan = _Plan(organisation, at)
        for row in rows:
            faults += plan.take(row)
        told = Imported(
            made=sum(one.is_new for one in plan.steps),
            changed=sum(one.is_change for one in plan.steps),
            unchanged=sum(not (one.is_new or one.is_change) for one in plan.steps),
            faults=tuple(sorted(faults, key=lambda one: one.line)[:MOST_FAULTS]),
            fault_count=len(faults),
            is_done=not faults and not dry_run,
        )
        if told.is_done and told.made + told.changed:
            _write(plan.steps, at)
            counts = {"made": told.made, "changed": told.changed}
            for to, assets in _deciding(plan.steps):
                columns = sorted(to)
                record(
                    "assets-changed",
                    organisation,
                    at=at,
                    actor=actor,
                    columns=columns,
                    to=to,
                    assets=assets,
                )
            record("assets-imported", organisation, at=at, actor=actor, **counts)
        return told


def export_assets(actor: Actor, organisation_key: str, *, at: datetime) -> bytes:
    """Return the assets of an organisation that are run now, by name, as a sheet to import again.

    Raises:
        NotFoundError: there is no such organisation, or its assets are not for them.
    """
    organisation = one_operator(actor, organisation_key, at=at)
    rows = Asset.objects.filter(organisation=organisation, retired_at=None)
    assets = list(narrowed(actor, rows, at=at).order_by("name"))
    tags = _tags_of(organisation)
    return write_sheet(_cells(one, tags.get(one.pk, frozenset())) for one in assets)


@dataclass(slots=True)
class _Step:
    """What a row does with an asset."""

    asset: Asset
    is_new: bool
    columns: set[str]
    """That change; of one that is there."""
    tags: tuple[str, ...] | None
    """What it bears from now on; None where nothing changes."""

    @property
    def is_change(self) -> bool:
        return not self.is_new and bool(self.columns or self.tags is not None)


class _Plan:
    """What a sheet does with the assets of an organisation, row by row."""

    def __init__(self, organisation: Organisation, at: datetime) -> None:
        self.steps: list[_Step] = []
        self._organisation = organisation
        self._at = at
        self._settled: Operator = operator_of(organisation)
        standing = list(Asset.objects.filter(organisation=organisation, retired_at=None))
        self._by_key = {one.key: one for one in standing}
        self._by_name = {one.name: one for one in standing}
        self._tags = _tags_of(organisation)
        self._lines: dict[str, int] = {}
        """On which line a name or a key stands."""

    def take(self, row: Row) -> list[Fault]:
        """Add what a row does; return what is wrong with it, and then it does nothing."""
        faults: list[Fault] = []
        said = _checked(row, faults)
        tags = _tags_said(row, faults)
        asset = self._meant(row, said, faults)
        if faults:
            return faults
        if asset is None:
            self.steps.append(_Step(self._made(said), True, set(), tags or None))
            return []
        columns = {name for name, value in said.items() if getattr(asset, name) != value}
        for name in columns:
            setattr(asset, name, said[name])
        bears = self._tags.get(asset.pk, frozenset())
        changed = None if tags is None or frozenset(tags) == bears else tags
        self.steps.append(_Step(asset, False, columns, changed))
        return []

    def _meant(self, row: Row, said: Mapping[str, Any], faults: list[Fault]) -> Asset | None:
        """Return the asset that a row is about; None for one that is to be made."""
        key, name = row.cells.get("asset", "").strip(), said.get("name", "")
        asset = self._by_key.get(as_written(key)) if key else self._by_name.get(name)
        if key and asset is None:
            words = (
                f"{self._organisation.name} has no asset {key[:20]!r} that it runs; leave the cell"
                " empty to make one"
            )
            faults.append(Fault(row.line, "asset", words))
        if not key and not name and not any(one.column == "name" for one in faults):
            faults.append(Fault(row.line, "name", "it is missing; say how the asset is called"))
        taken = self._by_name.get(name)
        if asset is not None and taken is not None and taken.pk != asset.pk:
            words = f"{taken.key} is called so already; choose another name"
            faults.append(Fault(row.line, "name", words))
        for word in {asset.key if asset else "", name or (asset.name if asset else "")} - {""}:
            line = self._lines.setdefault(word, row.line)
            if line != row.line:
                words = f"line {line} is about {word!r} already; leave one of them out"
                faults.append(Fault(row.line, "name", words))
        return asset

    def _made(self, said: Mapping[str, Any]) -> Asset:
        asset = Asset(
            **{"scope": self._settled.scope, **said},
            organisation=self._organisation,
            made_at=self._at,
            changed_at=self._at,
        )
        if "scope" not in said:
            asset.sector = asset.sector or self._settled.sector
        return asset


def _checked(row: Row, faults: list[Fault]) -> dict[str, Any]:
    """Return a row's values by the asset's columns; what cannot be kept becomes a fault."""
    # Of an asset that is named by its key an empty name is none, and an empty scope never is one.
    may_lack = {"scope", "name"} if row.cells.get("asset", "").strip() else {"scope"}
    said: dict[str, Any] = {}
    for name, cell in row.cells.items():
        column = COLUMNS[name]
        if not column or (column in may_lack and not cell.strip()):
            continue
        try:
            said[column] = checked(column, cell)
        except NotPossibleError as error:
            faults.append(Fault(row.line, name, str(error)))
    return said


def _tags_said(row: Row, faults: list[Fault]) -> tuple[str, ...] | None:
    if "tags" not in row.cells:
        return None
    try:
        return tag_words(row.cells["tags"].replace(",", ";").split(";"))
    except NotPossibleError as error:
        faults.append(Fault(row.line, "tags", str(error)))
        return None


def _write(steps: Iterable[_Step], at: datetime) -> None:
    """Write down what the steps do, and let deadlines follow."""
    new = [one for one in steps if one.is_new]
    changed = [one for one in steps if one.is_change]
    Asset.objects.bulk_create([one.asset for one in new], batch_size=IN_ONE_QUERY)
    columns = sorted({name for one in changed for name in one.columns})
    for one in changed:
        one.asset.changed_at = at
    rows = [one.asset for one in changed]
    Asset.objects.bulk_update(rows, [*columns, "changed_at"], batch_size=IN_ONE_QUERY)
    tagged = [one for one in steps if one.tags is not None]
    for chunk in in_chunks([one.asset.pk for one in tagged if not one.is_new]):
        Tag.objects.filter(asset__in=chunk).delete()
    words = (Tag(asset=one.asset, word=word) for one in tagged for word in one.tags or ())
    Tag.objects.bulk_create(words, batch_size=IN_ONE_QUERY)
    follow(rows, {one.asset.pk: one.columns for one in changed}, at=at)


def _deciding(steps: Iterable[_Step]) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Yield which assets have other values that decide deadlines, by these values."""
    by: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for one in steps:
        if one.is_change and one.columns & DECIDING:
            to = {name: str(getattr(one.asset, name)) for name in sorted(one.columns & DECIDING)}
            by.setdefault(tuple(to.items()), []).append(one.asset.key)
    for values, keys in by.items():
        for chunk in in_chunks(keys, _IN_ONE_ENTRY):
            yield dict(values), chunk


def _tags_of(organisation: Organisation) -> dict[int, frozenset[str]]:
    """Return the tags of an organisation's assets, by the asset's id."""
    tags: dict[int, set[str]] = {}
    rows = Tag.objects.filter(asset__organisation=organisation, asset__retired_at=None)
    for asset, word in rows.values_list("asset", "word"):
        tags.setdefault(asset, set()).add(word)
    return {asset: frozenset(words) for asset, words in tags.items()}


def _cells(asset: Asset, tags: frozenset[str]) -> list[str]:
    """Return an asset as a row of the sheet."""
    cells = []
    for name, column in COLUMNS.items():
        value = getattr(asset, column) if column else ""
        if name == "asset":
            value = asset.key
        elif name == "tags":
            value = ";".join(sorted(tags))
        elif isinstance(value, bool):
            value = "yes" if value else "no"
        cells.append(str(value))
    return cells
