"""The line before a vendor: how many new cases it takes in a week, who waits, and in what order.

Seven days roll: a case counts from the moment in which the vendor was invited to it. The most
urgent case comes first, and of equals the one that waits longest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Participant
from tidegate.desks.parties.models import Organisation

A_WEEK: Final = timedelta(days=7)

IN_LINE: Final = ("-coordination__case__priority", "queued_at", "pk")
"""The order of the line."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands in a vendor's line."""

    number: int
    """From 1."""
    waiting: int
    """How many cases wait for the vendor."""
    cases_a_week: int | None
    """How many new ones it takes in seven days; None for no bound."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a vendor takes, and what it has before it."""

    cases_a_week: int | None
    taken: int
    """Invitations of the last seven days."""
    waiting: int


def place_in_line(
    actor: Actor, case_key: str, organisation_key: str, *, at: datetime
) -> Place | None:
    """Return the place of a case in a vendor's line, for its finders and for coordinators.

    None, if it does not wait.

    Raises:
        NotFoundError: there is no such part of a case, or not for them.
    """
    party = find(
        actor,
        Participant.objects.select_related("organisation"),
        Act.READ,
        at=at,
        coordination__case__key=as_written(case_key),
        organisation__key=as_written(organisation_key),
    )
    if not may_see_places(actor, party.coordination_id, at=at):
        raise NotFoundError("party", as_written(organisation_key))
    return places_of([party]).get(party.pk)


def may_see_places(actor: Actor, coordination: int, *, at: datetime) -> bool:
    """Say whether somebody is told how long a vendor's line is.

    It is for the finders of a case that waits there and for who coordinates it, and not for other
    vendors.
    """
    parties = Participant.objects.filter(coordination=coordination, removed_at=None)
    own = parties.filter(organisation__in=actor.organisations, role=Participant.Part.FINDER)
    return own.exists() or narrowed(actor, parties, Act.COORDINATE, at=at).exists()


def places_of(parties: Iterable[Participant]) -> Mapping[int, Place]:
    """Return the places of those parties that wait in a line; organisations are loaded already."""
    asked = {one.organisation_id: one.organisation for one in parties if one.queued_at}
    lines: dict[int, list[int]] = {organisation: [] for organisation in asked}
    for party, organisation in _waiting(asked).values_list("pk", "organisation"):
        lines[organisation].append(party)
    return {
        party: Place(number, len(line), asked[organisation].cases_a_week)
        for organisation, line in lines.items()
        for number, party in enumerate(line, 1)
    }


def capacity_of(actor: Actor, organisation_key: str, *, at: datetime) -> Capacity:
    """Return what a vendor takes and how much waits; of the cases that wait it says nothing.

    Raises:
        NotFoundError: there is no such organisation that the actor reads.
    """
    organisation = find(
        actor, Organisation.objects.all(), Act.READ, at=at, key=as_written(organisation_key)
    )
    return Capacity(
        organisation.cases_a_week,
        taken_in_a_week(organisation.pk, at),
        waiting(organisation.pk).count(),
    )


def waiting(organisation: int) -> QuerySet[Participant]:
    """Return the parts of a vendor that wait in its line, in order."""
    return _waiting([organisation])


def taken_in_a_week(organisation: int, at: datetime) -> int:
    """Return to how many cases a vendor was invited in the last seven days."""
    return Participant.objects.filter(
        organisation=organisation, role=Participant.Part.VENDOR, invited_at__gt=at - A_WEEK
    ).count()


def room_of(organisation: Organisation, at: datetime) -> int | None:
    """Return how many more new cases a vendor takes now; None for no bound."""
    if organisation.cases_a_week is None:
        return None
    return max(organisation.cases_a_week - taken_in_a_week(organisation.pk, at), 0)


def _waiting(organisations: Iterable[int]) -> QuerySet[Participant]:
    return Participant.objects.filter(
        organisation__in=list(organisations),
        invited_at=None,
        queued_at__isnull=False,
        removed_at=None,
        coordination__closed_at=None,
    ).order_by(*IN_LINE)
