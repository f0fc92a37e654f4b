"""What somebody may do for an organisation, for the buttons of a page; services decide it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.queries.operators import is_operating
from tidegate.desks.parties.models import Organisation


@dataclass(frozen=True, slots=True)
class Permitted:
    """What who asks may do for one organisation."""

    organisation: Organisation
    operates: bool
    """Whether it runs systems: it is an operator or an agency."""
    record: bool
    """Say what it has done; and where it operates, settle what holds for all that it runs."""
    administer: bool
    """Make exceptions and delegate, for an operator or an agency."""


def permitted_for(actor: Actor, organisation_key: str, *, at: datetime) -> Permitted:
    """Return what somebody may do for an organisation.

    Raises:
        NotFoundError: there is no such organisation, or not for them to read.
    """
    rows = Organisation.objects.all()
    found = find(actor, rows, Act.EXAMINE, at=at, key=as_written(organisation_key))
    operates, record = is_operating(found), may(actor, Act.OPERATE, found, at=at)
    administer = operates and record and may(actor, Act.ADMINISTER, found, at=at)
    return Permitted(found, operates, record, administer)


def examined_by(actor: Actor, *, at: datetime) -> tuple[Organisation, ...]:
    """Return the organisations of which somebody reads what directives ask of them, by name."""
    rows = Organisation.objects.filter(suspended_at=None).order_by("name", "pk")
    return tuple(narrowed(actor, rows, Act.EXAMINE, at=at))
