"""Which decision tables somebody may see, who reads each, and what one says to given values.

What is shipped, and what was loaded for the instance, is everybody's. An organisation's own table
is seen by those who may read what directives ask of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Loaded
from tidegate.desks.exposure.queries.policies import policy_sets
from tidegate.desks.parties.models import Organisation
from tidegate.engines.rules import (
    Answer,
    Circumstances,
    Deadline,
    DecisionTable,
    Input,
    PolicySet,
    RuleInputError,
    answer,
    deadline,
    decide,
    read_table,
    shipped_tables,
)
from tidegate.engines.rules.policies import Numbering
from tidegate.engines.rules.tables import Row


@dataclass(frozen=True, slots=True)
class TableRow:
    """A decision table in a list."""

    table: DecisionTable
    organisation: str
    """Key of the organisation whose own it is; empty for one that is everybody's."""
    organisation_name: str
    is_shipped: bool
    loaded_at: datetime | None
    loaded_by: str
    policy_sets: tuple[PolicySet, ...]
    """Those that read it."""

    @property
    def read_by(self) -> PolicySet | None:
        """The first policy set that reads it, if any does."""
        return next((one for one in self.policy_sets if one.reading), None)

    @property
    def numbering(self) -> Numbering | None:
        """How a directive numbers its rows; None where they are counted as the file has them."""
        return self.read_by.reading.numbering if self.read_by and self.read_by.reading else None

    def number(self, row: Row) -> int:
        """Return the number by which people refer to a row."""
        return self.numbering.number(row) if self.numbering else row.number

    @property
    def rows_are(self) -> str:
        """Whose numbers these are."""
        return self.numbering.of if self.numbering else "the table's mapping"


@dataclass(frozen=True, slots=True)
class Told:
    """What a table says to given values."""

    row: Row | None
    """The row whose outcome holds; None where none was looked up, or it is undetermined."""
    rows: tuple[Row, ...]
    """That one, or those that remain possible, the strictest first."""
    answer: Answer | None
    """Where a policy set reads the table; None for a plain look-up."""


def list_tables(actor: Actor, *, at: datetime) -> tuple[TableRow, ...]:
    """Return the decision tables that somebody may see: shipped ones, loaded ones, their own."""
    sets = policy_sets()
    shipped = [
        TableRow(
            table=table,
            organisation="",
            organisation_name="",
            is_shipped=True,
            loaded_at=None,
            loaded_by="",
            policy_sets=_reading(table, sets),
        )
        for table in shipped_tables()
    ]
    mine = narrowed(actor, Organisation.objects.all(), Act.EXAMINE, at=at)
    rows = Loaded.objects.filter(
        Q(organisation=None) | Q(organisation__in=mine.values("pk")),
        kind=Loaded.Kind.TABLE,
        set_aside_at=None,
    )
    loaded = [_loaded(row, sets) for row in rows.select_related("organisation").order_by("pk")]
    return (*shipped, *loaded)


def table_named(actor: Actor, name: str, *, organisation: str = "", at: datetime) -> TableRow:
    """Return the newest decision table of a name that somebody may see.

    Args:
        actor: who asks.
        name: such as `cisa-bod-26-04`.
        organisation: key of the organisation whose own it is; empty for one that is everybody's,
            or else for one of theirs.
        at: now.

    Raises:
        NotFoundError: there is none, or not for them.
    """
    there = [one for one in list_tables(actor, at=at) if one.table.name == name]
    if organisation:
        there = [one for one in there if one.organisation == as_written(organisation)]
    if not there:
        raise NotFoundError("table", name[:100])
    # Everybody's comes before one that only has the same name; the last one loaded is the newest.
    return max(reversed(there), key=lambda one: (not one.organisation, one.loaded_at is not None))


def told_by(row: TableRow, inputs: Mapping[str, Input]) -> Told:
    """Return what a table says; where a policy set reads it, as that one does.

    Raises:
        RuleInputError: a value is none of the table's, or one is missing that has to be there.
    """
    if row.read_by is not None:
        said = answer(row.read_by, inputs)
        return Told(said.row, said.rows, said)
    found = decide(row.table, inputs).row
    return Told(found, (found,), None)


def dated_by(row: TableRow, known: Circumstances, zone: tzinfo) -> Deadline:
    """Return by which day something is due by a table that a policy set reads.

    Raises:
        RuleInputError: no policy set of that scope reads it, or the values are none of its own.
    """
    sets = [one for one in row.policy_sets if known.scope in one.scopes]
    if not sets:
        raise RuleInputError(
            f"no policy set for {known.scope} reads {row.table.name}, so it gives no day there;"
            " choose another scope"
        )
    return deadline(sets[0], known, zone)


def _loaded(row: Loaded, sets: tuple[PolicySet, ...]) -> TableRow:
    table = read_table(row.document.encode(), row.name)
    return TableRow(
        table=table,
        organisation=row.organisation.key if row.organisation else "",
        organisation_name=row.organisation.name if row.organisation else "",
        is_shipped=False,
        loaded_at=row.at,
        loaded_by=row.loaded_by,
        policy_sets=() if row.organisation else _reading(table, sets),
    )


def _reading(table: DecisionTable, sets: tuple[PolicySet, ...]) -> tuple[PolicySet, ...]:
    return tuple(one for one in sets if one.reading and one.reading.table.sha256 == table.sha256)
