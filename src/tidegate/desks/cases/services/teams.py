"""Who works on a case for a party: added, given until when, removed.

An administrator of the own organisation decides that, or a coordinator. Only the organisation's own
people are on its team; who leaves the organisation reads nothing through it any more.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.access.deciding import may
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.models import Clock, Participant, TeamMember
from tidegate.desks.cases.services import clocks
from tidegate.desks.cases.services.machines import Held, hold, party_of
from tidegate.desks.cases.services.recording import record
from tidegate.desks.cases.services.texts import instant
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.queries.places import person_with_a_place

GRANT: Final = "grant"
"""Name of the clocks on which a place on a team ends."""


def add_member(
    actor: Actor,
    case_key: str,
    organisation_key: str,
    person_key: str,
    *,
    until: datetime | None = None,
    at: datetime,
) -> TeamMember:
    """Put a person on a party's team, or set anew until when they are on it.

    Args:
        actor: an administrator of the organisation, or a coordinator.
        case_key: of the case.
        organisation_key: whose team.
        person_key: somebody with a place in that organisation.
        until: when it ends by itself; never, without it.
        at: now.

    Raises:
        NotFoundError: there is no such case or part of it, or not for them to decide.
        NotPossibleError: the person has no place in the organisation, or the date is not ahead.
    """
    with transaction.atomic():
        held, party = _party(actor, case_key, organisation_key, at)
        found = person_with_a_place(party.organisation_id, person_key)
        if found is None:
            raise NotPossibleError(
                f"{as_written(person_key)} has no place in {party.organisation.name}; let them"
                " join the organisation first"
            )
        end = _ahead(until, at)
        member = put_on(party, found, by=actor, until=end, at=at)
        record(
            "team-member-added",
            held.row,
            at=at,
            actor=actor,
            party=party,
            member=found.key,
            until=shown(end) if end else "",
        )
        return member


def remove_member(
    actor: Actor, case_key: str, organisation_key: str, person_key: str, *, at: datetime
) -> TeamMember:
    """Take a person off a party's team; they read nothing through it from now on.

    Raises:
        NotFoundError: there is no such case or part of it, or not for them to decide.
        NotPossibleError: the person is not on the team.
    """
    with transaction.atomic():
        held, party = _party(actor, case_key, organisation_key, at)
        member = party.team.filter(person__key=as_written(person_key), left_at=None).first()
        if member is None:
            raise NotPossibleError(
                f"{as_written(person_key)} is not on the team of {party.organisation.name}"
            )
        take_off(party, member, at=at, why="removed")
        record(
            "team-member-removed",
            held.row,
            at=at,
            actor=actor,
            party=party,
            member=as_written(person_key),
        )
        return member


def put_on(
    party: Participant, person: Person, *, by: Actor, until: datetime | None = None, at: datetime
) -> TeamMember:
    """Keep that a person is on a team, until when, and let the clock of that run."""
    member = party.team.filter(person=person, left_at=None).first()
    if member is None:
        member = TeamMember(participant=party, person=person, added_by=by.name, since=at)
    member.until = until
    member.save()
    subject = _subject(party, person)
    if until is None:
        clocks.cancel(
            party.coordination, Clock.Kind.GRANT_END, at=at, why="no end", subject=subject
        )
    else:
        clocks.run(
            party.coordination,
            Clock.Kind.GRANT_END,
            GRANT,
            until,
            trigger="granted",
            triggered_at=at,
            subject=subject,
        )
    return member


def take_off(party: Participant, member: TeamMember, *, at: datetime, why: str) -> None:
    """Keep that a person is on a team no more."""
    member.left_at = at
    member.save(update_fields=["left_at"])
    clocks.cancel(
        party.coordination,
        Clock.Kind.GRANT_END,
        at=at,
        why=why,
        subject=_subject(party, member.person),
    )


def grant_ended(clock: Clock, *, at: datetime) -> None:
    """End the place on a team whose time is over."""
    organisation, _, person = clock.subject.partition(" ")
    member = (
        TeamMember.objects.select_related("participant__organisation", "participant__coordination")
        .filter(
            participant__coordination=clock.coordination,
            participant__organisation__key=organisation,
            person__key=person,
            left_at=None,
            until__lte=at,
        )
        .first()
    )
    if member is None:
        return
    member.left_at = at
    member.save(update_fields=["left_at"])
    record(
        "team-member-ended",
        clock.coordination,
        at=at,
        actor=HOUSE,
        party=member.participant,
        member=person,
    )


def _party(
    actor: Actor, case_key: str, organisation_key: str, at: datetime
) -> tuple[Held, Participant]:
    """Return a party whose team the actor may change."""
    held = hold(actor, case_key, Act.SEE, at=at)
    party = held.parties.get(as_written(organisation_key))
    if party is None or not (
        may(actor, Act.COORDINATE, party, at=at)
        or (party.invited_at is not None and may(actor, Act.ADMINISTER, party.organisation, at=at))
    ):
        raise NotFoundError("party", as_written(organisation_key))
    return held, party_of(held, organisation_key)


def _ahead(until: datetime | None, at: datetime) -> datetime | None:
    if until is None:
        return None
    end = instant(until, "the end of the grant")
    if end <= at:
        raise NotPossibleError(f"{shown(end)} is not ahead; name a later end, or none")
    return end


def _subject(party: Participant, person: Person) -> str:
    return f"{party.organisation.key} {person.key}"
