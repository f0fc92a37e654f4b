"""What was loaded beside what is shipped: for the instance, or as an organisation's own tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, require_with_instance
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Loaded
from tidegate.desks.parties.models import Organisation


@dataclass(frozen=True, slots=True)
class LoadedRow:
    """A directive, a policy set or a decision table that was loaded."""

    kind: str
    """`directive`, `policy-set` or `table`."""
    name: str
    version: str
    sha256: str
    loaded_by: str
    loaded_at: datetime
    set_aside_at: datetime | None


def list_loaded(actor: Actor) -> tuple[LoadedRow, ...]:
    """Return what was loaded for the instance, the newest first, also what was set aside.

    Raises:
        NotFoundError: they do not administer the instance.
    """
    require_with_instance(actor, Act.ADMINISTER)
    return _rows(Loaded.objects.filter(organisation=None))


def own_tables_of(actor: Actor, organisation_key: str, *, at: datetime) -> tuple[LoadedRow, ...]:
    """Return an organisation's own decision tables, the newest first, also those set aside.

    Raises:
        NotFoundError: there is no such organisation, or not for them to read.
    """
    key = as_written(organisation_key)
    found = find(actor, Organisation.objects.all(), Act.EXAMINE, at=at, key=key)
    return _rows(Loaded.objects.filter(organisation=found, kind=Loaded.Kind.TABLE))


def _rows(rows: QuerySet[Loaded]) -> tuple[LoadedRow, ...]:
    return tuple(
        LoadedRow(
            kind=row.kind,
            name=row.name,
            version=row.version,
            sha256=row.sha256,
            loaded_by=row.loaded_by,
            loaded_at=row.at,
            set_aside_at=row.set_aside_at,
        )
        for row in rows.order_by("-pk")
    )
