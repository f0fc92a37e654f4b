"""Who is told of an entry, at a moment: the table's audiences, each person asked about anew.

A person is told through an organisation, and is asked about as one of its people alone. So an
organisation's webhook hears only of what its own standing allows, whatever else its people are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Model, Q

from tidegate.desks.access.actors import NOBODY as NO_ACTOR
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import may, may_with_instance
from tidegate.desks.access.engagements import FOR_GOVERNMENT
from tidegate.desks.access.words import Act, OrganisationKind, Role
from tidegate.desks.cases.models import Message, Participant, TeamMember
from tidegate.desks.findings.models import Case
from tidegate.desks.ledger.models import Entry
from tidegate.desks.notices.audiences import Audience
from tidegate.desks.notices.kinds import TABLE
from tidegate.desks.notices.queries import engaged
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of, narrowed_to
from tidegate.desks.publications.models import Publication

Pair = tuple[int, int | None]
"""Ids of a person and of the organisation that they would be told through, if through one."""


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who is told of an entry."""

    person: int
    organisation: int | None
    """Through which; None where it is about the person alone."""
    is_actor: bool
    """They did it themselves, and need no notice of it."""


def who_is_told(
    entry: Entry, at: datetime, *, person: int | None = None, organisation: int | None = None
) -> tuple[Told, ...]:
    """Return who may be told of an entry at a moment; each pair of person and organisation once.

    Args:
        entry: of the ledger.
        at: now.
        person: the id of the only one who is asked about; all of them without it.
        organisation: the same, of the organisation that they are told through.
    """
    telling = TABLE.get(entry.kind)
    if telling is None or not telling.is_told(entry.said):
        return ()
    asked = _Asked(entry, at)
    only_for = _only_for(entry)
    found: dict[Pair, Told] = {}
    for audience in telling.audiences:
        for pair in _CANDIDATES[audience](entry):
            if only_for is not None and pair[1] not in only_for:
                continue
            if person not in (None, pair[0]) or organisation not in (None, pair[1]):
                continue
            if pair not in found and asked.may_be_told(audience, pair):
                is_actor = audience is not Audience.SELF and asked.is_actor(pair[0])
                found[pair] = Told(*pair, is_actor=is_actor)
    return tuple(found.values())


class _Asked:
    """The policy's answers about one entry."""

    def __init__(self, entry: Entry, at: datetime) -> None:
        self._entry = entry
        self._at = at
        self._actors: dict[int, Actor] = {}
        self._objects: dict[Audience, Model | None] = {}
        self._by = Person.objects.filter(key=entry.person).values_list("pk", flat=True).first()

    def is_actor(self, person: int) -> bool:
        return person == self._by

    def may_be_told(self, audience: Audience, pair: Pair) -> bool:
        if audience in (Audience.MEMBER, Audience.SELF):
            return True
        person, organisation = pair
        actor = self._actor(person)
        if audience is Audience.INSTANCE:
            return may_with_instance(actor, Act.ADMINISTER)
        act, object_of = _ASKED[audience]
        if audience not in self._objects:
            self._objects[audience] = object_of(self._entry)
        on = self._objects[audience]
        return on is not None and may(
            narrowed_to(actor, organisation=organisation), act, on, at=self._at
        )

    def _actor(self, person: int) -> Actor:
        if person not in self._actors:
            found = Person.objects.filter(pk=person).first()
            self._actors[person] = actor_of(found) if found else NO_ACTOR
        return self._actors[person]


def _only_for(entry: Entry) -> frozenset[int] | None:
    """Return the ids of the organisations that alone read an entry; None where all may."""
    if not entry.only_for:
        return None
    if entry.only_for == FOR_GOVERNMENT:
        return engaged.governing(entry)
    rows = Organisation.objects.filter(key=entry.only_for)
    return frozenset(rows.values_list("pk", flat=True))


def _teams(entry: Entry) -> Iterator[Pair]:
    rows = TeamMember.objects.filter(
        participant__coordination__case__key=entry.case,
        participant__removed_at=None,
        left_at=None,
    )
    yield from rows.order_by("pk").values_list("person", "participant__organisation")


def _coordinators(_: Entry) -> Iterator[Pair]:
    return _placed(
        one.pk
        for one in Organisation.objects.filter(suspended_at=None)
        if OrganisationKind.COORDINATOR in one.kind_words
    )


def _addressed(entry: Entry) -> Iterator[Pair]:
    yield from _teams(entry)
    yield from _coordinators(entry)


def _party(entry: Entry) -> Iterator[Pair]:
    about = Organisation.objects.filter(key=entry.organisation).values_list("pk", flat=True).first()
    return (pair for pair in _table(entry) if pair[1] == about)


def _table(entry: Entry) -> Iterator[Pair]:
    yield from _teams(entry)
    parties = Participant.objects.filter(
        coordination__case__key=entry.case, invited_at__isnull=False, removed_at=None
    )
    yield from _placed(parties.values_list("organisation", flat=True), Role.ADMINISTRATOR)


def _assigned(entry: Entry) -> Iterator[Pair]:
    about = Organisation.objects.filter(key=entry.organisation).values_list("pk", flat=True).first()
    for person, _ in _member(entry):
        yield person, about


def _administrators(entry: Entry) -> Iterator[Pair]:
    about = Organisation.objects.filter(key=entry.organisation)
    return _placed(about.values_list("pk", flat=True), Role.ADMINISTRATOR)


def _member(entry: Entry) -> Iterator[Pair]:
    return _person(str(entry.said.get("member", "")))


def _self(entry: Entry) -> Iterator[Pair]:
    return _person(entry.person)


def _person(key: str) -> Iterator[Pair]:
    for pk in Person.objects.filter(key=key).values_list("pk", flat=True):
        yield pk, None


def _placed(organisations: Iterable[int], *roles: Role) -> Iterator[Pair]:
    """Return the people of organisations, by the order in which they came."""
    of_role = Q(role__in=roles) if roles else Q()
    rows = Membership.objects.filter(
        of_role, organisation__in=list(organisations), left_at=None, suspended_at=None
    )
    yield from rows.order_by("pk").values_list("person", "organisation")


_CANDIDATES: Final[Mapping[Audience, Callable[[Entry], Iterable[Pair]]]] = {
    Audience.TEAM: _teams,
    Audience.COORDINATORS: _coordinators,
    Audience.ADDRESSED: _addressed,
    Audience.PARTY: _party,
    Audience.TABLE: _table,
    Audience.ASSIGNED: _assigned,
    Audience.ADMINISTRATORS: _administrators,
    Audience.INSTANCE: _coordinators,
    Audience.MEMBER: _member,
    Audience.SELF: _self,
    Audience.DEVELOPER: engaged.developers,
    Audience.NAMED: engaged.named_people,
    Audience.PARTNERS: engaged.partners,
    Audience.OFFICIALS: engaged.named_people,
    Audience.LEADS: engaged.leads,
    Audience.TOLD: engaged.told,
    Audience.HOLDER: engaged.holder,
    Audience.APPOINTED: engaged.appointed,
    Audience.PUBLISHERS: _coordinators,
}


def _case(entry: Entry) -> Model | None:
    return Case.objects.filter(key=entry.case).first()


def _message(entry: Entry) -> Model | None:
    return Message.objects.filter(key=str(entry.said.get("message", ""))).first()


def _publication(entry: Entry) -> Model | None:
    named = str(entry.said.get("publication", ""))
    return Publication.objects.filter(identifier=named).first()


def _organisation(entry: Entry) -> Model | None:
    return Organisation.objects.filter(key=entry.organisation).first()


_ASKED: Final[Mapping[Audience, tuple[Act, Callable[[Entry], Model | None]]]] = {
    Audience.TEAM: (Act.READ, _case),
    Audience.COORDINATORS: (Act.COORDINATE, _case),
    Audience.ADDRESSED: (Act.READ, _message),
    Audience.PARTY: (Act.SEE, _case),
    Audience.TABLE: (Act.SEE, _case),
    Audience.ASSIGNED: (Act.SEE, _case),
    Audience.ADMINISTRATORS: (Act.ADMINISTER, _organisation),
    Audience.DEVELOPER: (Act.ADMINISTER, engaged.engagement_of),
    Audience.NAMED: (Act.READ, engaged.engagement_of),
    Audience.PARTNERS: (Act.WRITE, engaged.partner_of),
    Audience.OFFICIALS: (Act.DETERMINE, engaged.engagement_of),
    Audience.LEADS: (Act.SEE, engaged.engagement_of),
    Audience.TOLD: (Act.SEE, engaged.engagement_of),
    Audience.HOLDER: (Act.SEE, engaged.engagement_of),
    Audience.APPOINTED: (Act.SEE, engaged.engagement_of),
    Audience.PUBLISHERS: (Act.COORDINATE, _publication),
}
"""What the policy is asked about each person of an audience: an act, and with what."""
