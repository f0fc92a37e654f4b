"""What an inventory says, carried over into rows: what is installed, and what cannot be placed.

Rows are there for the inventory that counts, and for no other: one that was replaced is read anew,
from its document, when the newer one is taken back. So a list that is handed in every night costs
no more than what is new in it.

Packages and coordinates are shared by all operators. They are written whether they are there or
not, and then looked up: so what one operator's inventory costs does not tell what another runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection
from django.db.models import Model

from tidegate.desks.exposure import models
from tidegate.desks.exposure.queries.chunks import IN_ONE_QUERY, in_chunks
from tidegate.desks.exposure.queries.hits import WITHOUT_PLACE
from tidegate.desks.findings.services.texts import kept_text
from tidegate.engines.formats.inventories.components import Component, Inventory
from tidegate.engines.matching.identity import place
from tidegate.engines.matching.packages import HIGHEST, Coordinate, Package, Reason, Unplaced

MOST_PURLS: Final = 1_000
"""Package URLs that are kept of one coordinate: no source package has as many binary ones."""

_LONGEST_ECOSYSTEM: Final = 60
_LONGEST_NAME: Final = 400
_LONGEST_VERSION: Final = 300
_LONGEST_COMPONENT: Final = 600
_LONGEST_PLACE: Final = 300
_LONGEST_WORDS: Final = 2_000

_Place = tuple[Package, str]
"""A package in a version."""


@dataclass(slots=True)
class Held:
    """A coordinate that an inventory holds."""

    key: bytes
    """Its place in the order of versions."""
    purls: dict[str, None] = field(default_factory=dict)
    """As they came, each once, in order; the first `MOST_PURLS`. The document has all of them."""
    doubt: str = ""
    """A `Reason` for which it is never said not to be affected."""


@dataclass(slots=True)
class Reading:
    """The components of an inventory, by what is known of them."""

    held: dict[_Place, Held] = field(default_factory=dict)
    unplaced: dict[str, tuple[Reason, str]] = field(default_factory=dict)
    """Reason and words, by the component's package URL, or its name and place."""
    placed: int = 0
    """Components that have a coordinate; several may have the same one."""

    @property
    def reasons(self) -> dict[str, int]:
        """How many components are not placed, or in doubt, for each reason; the most first."""
        counts = Counter(reason.value for reason, _ in self.unplaced.values())
        counts.update(one.doubt for one in self.held.values() if one.doubt and one.key != HIGHEST)
        return dict(counts.most_common())


@dataclass(frozen=True, slots=True)
class Difference:
    """What an inventory has changed of what is installed on an asset, in coordinates."""

    added: int
    removed: int


def placed(components: Iterable[Component]) -> Reading:
    """Return where the components of an inventory stand among what advisories speak of."""
    reading = Reading()
    for component in components:
        found = place(component)
        if isinstance(found, Coordinate):
            found = _keepable(found, component)
        if isinstance(found, Unplaced):
            _hold_without_place(reading, component, found)
            named = component.purl or f"{component.name}@{component.version} ({component.place})"
            words = _kept(found.words, _LONGEST_WORDS)
            reading.unplaced.setdefault(_kept(named, _LONGEST_COMPONENT), (found.reason, words))
            continue
        reading.placed += 1
        doubt = found.doubt.value if found.doubt else ""
        held = reading.held.get((found.package, found.version))
        if held is None:
            held = reading.held[found.package, found.version] = Held(found.key, doubt=doubt)
        elif not doubt:
            held.doubt = ""
        if len(held.purls) < MOST_PURLS:
            held.purls[kept_text(component.purl)] = None
    return reading


def _hold_without_place(reading: Reading, component: Component, found: Unplaced) -> None:
    """Hold a package in a version that has no place: each advisory about it is unknown, not clear.

    Its key stands beyond all slices.
    """
    if found.package is None or found.reason not in WITHOUT_PLACE:
        return
    version = component.version if len(component.version) <= _LONGEST_VERSION else ""
    stand_in = Coordinate(found.package, version if version.isprintable() else "", HIGHEST)
    if isinstance(_keepable(stand_in, component), Unplaced):
        return
    held = reading.held.setdefault(
        (found.package, stand_in.version), Held(HIGHEST, doubt=found.reason.value)
    )
    if len(held.purls) < MOST_PURLS:
        held.purls[kept_text(component.purl)] = None


def install(row: models.Inventory, reading: Reading, before: models.Inventory | None) -> Difference:
    """Let an inventory say what is installed, in place of the one before of the same part.

    It is inside the caller's transaction, which holds the asset; matching comes after it.
    """
    ids = _coordinate_ids(reading.held)
    new = {ids[where]: held for where, held in reading.held.items()}
    stood = _standing(before)
    gone = stood.keys() - new.keys()
    for chunk in in_chunks([stood[one][0] for one in gone]):
        models.Installed.objects.filter(pk__in=chunk).delete()
    _tell_otherwise(stood, new)
    if before is not None:
        models.Installed.objects.filter(inventory=before).update(inventory=row)
        models.Unplaced.objects.filter(inventory=before).delete()
        models.NotUnderstood.objects.filter(inventory=before).delete()
    added = [one for one in new if one not in stood]
    models.Installed.objects.bulk_create(
        (
            models.Installed(
                asset_id=row.asset_id,
                inventory=row,
                coordinate_id=one,
                purls=[*new[one].purls],
                doubt=new[one].doubt,
            )
            for one in added
        ),
        batch_size=1_000,
    )
    models.Unplaced.objects.bulk_create(
        (
            models.Unplaced(
                asset_id=row.asset_id,
                inventory=row,
                component=component,
                reason=reason,
                words=words,
            )
            for component, (reason, words) in reading.unplaced.items()
        ),
        batch_size=1_000,
    )
    return Difference(len(added), len(gone))


def list_lines(row: models.Inventory, document: Inventory) -> None:
    """Keep what was not understood of a document, as far as its reader has listed it."""
    models.NotUnderstood.objects.bulk_create(
        (
            models.NotUnderstood(
                inventory=row,
                place=_kept(one.place, _LONGEST_PLACE),
                words=_kept(one.words, _LONGEST_WORDS),
            )
            for one in document.not_understood
        ),
        batch_size=1_000,
    )


def uninstall(row: models.Inventory) -> Difference:
    """Let an inventory say nothing any more."""
    _, counted = models.Installed.objects.filter(inventory=row).delete()
    models.Unplaced.objects.filter(inventory=row).delete()
    models.NotUnderstood.objects.filter(inventory=row).delete()
    return Difference(0, counted.get(models.Installed._meta.label, 0))  # noqa: SLF001 - public


def _keepable(found: Coordinate, component: Component) -> Coordinate | Unplaced:
    """Return a coordinate that every database takes, or why it is none."""
    package, version = found.package, found.version
    if (
        len(package.ecosystem) > _LONGEST_ECOSYSTEM
        or len(package.name) > _LONGEST_NAME
        or not package.name.isprintable()
    ):
        words = f"a package's name has at most {_LONGEST_NAME} printable characters"
        return Unplaced(component.purl, Reason.BAD_PURL, words)
    if len(version) > _LONGEST_VERSION or not version.isprintable():
        words = f"a version has at most {_LONGEST_VERSION} printable characters"
        return Unplaced(component.purl, Reason.UNPARSABLE_VERSION, words)
    return found


def _kept(text: str, longest: int) -> str:
    kept = kept_text(text.encode(errors="replace").decode())
    return kept if len(kept) <= longest else f"{kept[: longest - 1]}…"


def _standing(before: models.Inventory | None) -> dict[int, tuple[int, list[str], str]]:
    """Return row, package URLs and doubt of what an inventory holds, by coordinate."""
    if before is None:
        return {}
    rows = models.Installed.objects.filter(inventory=before)
    return {
        coordinate: (pk, purls, doubt)
        for pk, coordinate, purls, doubt in rows.values_list(
            "pk", "coordinate", "purls", "doubt"
        ).iterator()
    }


def _tell_otherwise(
    stood: Mapping[int, tuple[int, list[str], str]], new: Mapping[int, Held]
) -> None:
    """Change the rows of coordinates that stay, but came under other package URLs."""
    rows = [
        models.Installed(pk=stood[one][0], purls=[*held.purls], doubt=held.doubt)
        for one, held in new.items()
        if one in stood and stood[one][1:] != ([*held.purls], held.doubt)
    ]
    models.Installed.objects.bulk_update(rows, ["purls", "doubt"], batch_size=IN_ONE_QUERY)


def _coordinate_ids(held: Mapping[_Place, Held]) -> dict[_Place, int]:
    """Return the row of each coordinate; where there is none, make one."""
    # Always in the same order, so that two inventories at once wait for each other.
    wanted = sorted(held)
    packages = _ids(
        models.Package,
        ("ecosystem", "name"),
        dict.fromkeys(sorted({package for package, _ in wanted}), ()),
        (),
    )
    ids = _ids(
        models.Coordinate,
        ("package_id", "version"),
        {
            (packages[package], version): (held[package, version].key,)
            for package, version in wanted
        },
        ("sort_key",),
    )
    return {(package, version): ids[packages[package], version] for package, version in wanted}


def _ids(
    model: type[Model],
    named_by: tuple[str, str],
    rows: Mapping[tuple[Any, str], tuple[Any, ...]],
    others: tuple[str, ...],
) -> dict[tuple[Any, str], int]:
    """Return the ids of rows by the two columns that name each; where there is none, make one.

    Written by hand, for there are thousands of them in every inventory, and as objects they cost
    more than all the rest.
    """
    table, first, second = (
        connection.ops.quote_name(word)
        for word in (model._meta.db_table, *named_by)  # noqa: SLF001 - the framework's own word
    )
    columns = ", ".join(connection.ops.quote_name(column) for column in (*named_by, *others))
    values = ", ".join(["%s"] * (len(named_by) + len(others)))
    found: dict[tuple[Any, str], int] = {}
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({values}) ON CONFLICT DO NOTHING",  # noqa: S608 - names of our own
            [(*names, *more) for names, more in rows.items()],
        )
        for chunk in in_chunks(rows):
            asked = ", ".join(["(%s, %s)"] * len(chunk))
            cursor.execute(
                f"WITH asked(one, two) AS (VALUES {asked}) SELECT one, two, id FROM asked"  # noqa: S608
                f" JOIN {table} ON {first} = one AND {second} = two",
                [value for names in chunk for value in names],
            )
            found |= {(one, two): pk for one, two, pk in cursor.fetchall()}
    return found
