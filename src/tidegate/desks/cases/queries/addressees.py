"""Whom somebody may send a message to in a case: its parties, and persons who work on it.

Parties see each other. Of the people they see those who coordinate, and their own; coordinators see
all of them. Whoever else is meant is named by their key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Participant, TeamMember
from tidegate.desks.findings.models import Case


@dataclass(frozen=True, slots=True)
class Addressee:
    """A party, or a person who works for one."""

    key: str
    name: str
    party: str
    """Name of the person's organisation; empty for a party itself."""


@dataclass(frozen=True, slots=True)
class Addressees:
    """Whom a message may be for, by name."""

    parties: tuple[Addressee, ...]
    persons: tuple[Addressee, ...]


def addressees_of(actor: Actor, case_key: str, *, at: datetime) -> Addressees:
    """Return whom `actor` may name in a message of a case that they read.

    Raises:
        NotFoundError: there is no such case, or not for them.
    """
    case = find(actor, Case.objects.all(), at=at, key=as_written(case_key))
    rows = Participant.objects.filter(coordination__case=case, removed_at=None)
    parties = narrowed(actor, rows, at=at)
    staffed = parties
    if not may(actor, Act.COORDINATE, case, at=at):
        coordinating = Q(role=Participant.Part.COORDINATOR)
        staffed = parties.filter(coordinating | Q(organisation__in=actor.organisations))
    members = (
        TeamMember.objects.filter(
            Q(until=None) | Q(until__gt=at),
            participant__in=staffed.values("pk"),
            left_at=None,
            person__is_active=True,
        )
        .exclude(person=actor.person)
        .order_by("participant__organisation__name", "person__name", "pk")
        .values_list("person__key", "person__name", "participant__organisation__name")
    )
    named = parties.order_by("organisation__name", "pk")
    return Addressees(
        parties=tuple(
            Addressee(key, name, "")
            for key, name in named.values_list("organisation__key", "organisation__name")
        ),
        persons=tuple({key: Addressee(key, name, party) for key, name, party in members}.values()),
    )
