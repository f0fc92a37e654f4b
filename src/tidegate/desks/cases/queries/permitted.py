"""What somebody may do in a case: for the buttons of a page. The services decide it again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Participant
from tidegate.desks.findings.models import Case
from tidegate.desks.parties.models import Organisation

_NOBODY: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Permitted:
    """What who asks may do in one case."""

    read: bool = False
    write: bool = False
    """Send messages, propose terms, record what has become known."""
    coordinate: bool = False
    approve: bool = False
    """Approve what takes two coordinators; only a person may."""
    respond: frozenset[str] = field(default=_NOBODY)
    """Keys of the organisations that they answer for here."""
    teams: frozenset[str] = field(default=_NOBODY)
    """Keys of the organisations whose team here they may change."""


def permitted_in(actor: Actor, case_key: str, *, at: datetime) -> Permitted:
    """Return what `actor` may do in a case that they may know of.

    Raises:
        NotFoundError: there is no such case, or not for them.
    """
    case = find(actor, Case.objects.all(), Act.SEE, at=at, key=as_written(case_key))
    coordinates = may(actor, Act.COORDINATE, case, at=at)
    parties = Participant.objects.filter(
        coordination__case=case, removed_at=None, invited_at__isnull=False
    )
    respond = narrowed(actor, parties, Act.RESPOND, at=at)
    led = narrowed(actor, Organisation.objects.all(), Act.ADMINISTER, at=at)
    teams = parties if coordinates else parties.filter(organisation__in=led.values("pk"))
    return Permitted(
        read=may(actor, Act.READ, case, at=at),
        write=may(actor, Act.WRITE, case, at=at),
        coordinate=coordinates,
        approve=coordinates and actor.person is not None,
        respond=frozenset(respond.values_list("organisation__key", flat=True)),
        teams=frozenset(teams.values_list("organisation__key", flat=True)),
    )
