"""Who coordinates a case, by name: for whoever may know that there is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Participant
from tidegate.desks.findings.models import Case


@dataclass(frozen=True, slots=True)
class Coordinating:
    """An organisation that coordinates a case."""

    key: str
    name: str


def coordinators_of(actor: Actor, case_key: str, *, at: datetime) -> tuple[Coordinating, ...]:
    """Return which organisations coordinate a case; an invited party is told, too.

    Raises:
        NotFoundError: there is no such case, or not for them.
    """
    case = find(actor, Case.objects.all(), Act.SEE, at=at, key=as_written(case_key))
    parties = Participant.objects.filter(
        coordination__case=case,
        role=Participant.Part.COORDINATOR,
        joined_at__isnull=False,
        removed_at=None,
    )
    seen = narrowed(actor, parties, Act.SEE, at=at).order_by("pk")
    found = seen.values_list("organisation__key", "organisation__name")
    return tuple(Coordinating(key, name) for key, name in found)
