"""Organisations with people, and cases that are coordinated, for tests of this desk."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tests.desks.findings.makers import START, make_case, make_finder, make_finding
from tests.desks.parties.makers import make_organisation, make_place
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.cases.models import Coordination, Participant
from tidegate.desks.cases.services import consenting, embargoes, inviting, opening
from tidegate.desks.findings.models import Case
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of

NOW: Final = START + timedelta(days=1)
"""When the tests of this desk begin."""

_numbers = itertools.count(1)


def day(number: float) -> datetime:
    """Return the instant so many days after the tests begin."""
    return NOW + timedelta(days=number)


@dataclass(frozen=True)
class Party:
    """An organisation, and one of its people."""

    organisation: Organisation
    person: Person

    @property
    def key(self) -> str:
        """The organisation's key."""
        return self.organisation.key

    @property
    def actor(self) -> Actor:
        """The person, as they stand now."""
        return actor_of(self.person)

    def colleague(self, role: Role = Role.MEMBER) -> Party:
        """Return another person of the same organisation."""
        return _with_a_person(self.organisation, role)


def party(
    *kinds: OrganisationKind, role: Role = Role.MEMBER, cases_a_week: int | None = None
) -> Party:
    """Make an organisation, a vendor if nothing is said, and a person in it."""
    organisation = make_organisation(*kinds)
    if cases_a_week is not None:
        organisation.cases_a_week = cases_a_week
        organisation.save(update_fields=["cases_a_week"])
    return _with_a_person(organisation, role)


def coordinator(role: Role = Role.MEMBER) -> Party:
    """Make an organisation that coordinates, and a person in it."""
    return party(OrganisationKind.COORDINATOR, role=role)


def finder_of(case: Case) -> Party:
    """Make an organisation that has handed in the case's first finding, and a person in it."""
    made = party(OrganisationKind.FINDER)
    finding = case.findings.order_by("pk").select_related("finder").first()
    assert finding is not None
    finding.finder.organisation = made.organisation
    finding.finder.save(update_fields=["organisation"])
    return made


def make_proven_case(**columns: object) -> Case:
    """Make a case of one proven finding."""
    finding = make_finding(make_finder(), verdict="reproduced")
    return make_case(finding, opened_at=START, **columns)  # type: ignore[arg-type]


def coordinated(by: Party, case: Case | None = None, *, at: datetime = NOW) -> Coordination:
    """Open a case's coordination."""
    return opening.open_coordination(by.actor, (case or make_proven_case()).key, at=at)


def take_in(
    row: Coordination,
    by: Party,
    who: Party,
    role: str = Participant.Part.VENDOR,
    *,
    terms: datetime | None = None,
    at: datetime = NOW,
) -> Participant:
    """Invite a party, and let it accept."""
    inviting.invite(by.actor, row.case.key, who.key, role, at=at)
    return consenting.accept(who.actor, row.case.key, who.key, terms=terms, at=at)


def under_embargo(
    by: Party, *parties: Party, ends_at: datetime | None = None, case: Case | None = None
) -> Coordination:
    """Open a case under an embargo of thirty days, with vendors that have consented to it."""
    end = ends_at or day(30)
    row = coordinated(by, case)
    embargoes.propose(by.actor, row.case.key, end, at=NOW)
    for one in parties:
        take_in(row, by, one, terms=end)
    embargoes.accept(by.actor, row.case.key, at=NOW)
    row.refresh_from_db()
    return row


def part_of(row: Coordination, who: Party) -> Participant:
    """Return an organisation's part in a case, as it is kept."""
    return Participant.objects.get(coordination=row, organisation=who.organisation)


def _with_a_person(organisation: Organisation, role: Role) -> Party:
    number = next(_numbers)
    person = Person.objects.create_user(
        f"somebody{number}@example.org", name=f"somebody {number}", joined_at=START
    )
    make_place(organisation, role, person=person)
    return Party(organisation, person)
