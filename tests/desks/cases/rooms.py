"""A case with its parties and their people, for tests: rows, made directly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from django.db import connection

from tests.desks.findings.makers import make_case, make_finding
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Label, OrganisationKind, Role
from tidegate.desks.cases.models import Coordination, Participant, TeamMember
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of

NOW: Final = datetime(2026, 11, 26, 12, tzinfo=UTC)
BEFORE: Final = NOW - timedelta(days=3)
_names: Final = count(1)

_KINDS: Final = {
    "finder": OrganisationKind.FINDER,
    "vendor": OrganisationKind.VENDOR,
    "coordinator": OrganisationKind.COORDINATOR,
    "operator": OrganisationKind.OPERATOR,
    "other": OrganisationKind.REVIEWER,
}


def make_organisation(kind: OrganisationKind, name: str = "") -> Organisation:
    """Make an organisation."""
    named = name or f"{kind} {next(_names)}"
    return Organisation.objects.create(name=named, kinds=[kind.value], made_at=BEFORE)


def make_person(organisation: Organisation, role: Role = Role.MEMBER, name: str = "") -> Person:
    """Make a person with a place in an organisation."""
    number = next(_names)
    person = Person.objects.create(
        email=f"person{number}@example.org", name=name or f"person {number}", joined_at=BEFORE
    )
    Membership.objects.create(
        organisation=organisation, person=person, role=role.value, since=BEFORE
    )
    return person


def make_coordination(
    *, tlp: Label = Label.AMBER, ends_at: datetime | None = None, **more: Any
) -> Coordination:
    """Make a case that is coordinated; with an end it is under an embargo."""
    case = make_case(make_finding())
    state = {"embargo": "active", "ends_at": ends_at} if ends_at else {}
    return Coordination.objects.create(case=case, tlp=tlp, opened_at=BEFORE, **{**state, **more})


def make_party(
    coordination: Coordination,
    role: str = "vendor",
    *,
    organisation: Organisation | None = None,
    consent: str = "signatory",
    joined_at: datetime | None = BEFORE,
    **more: Any,
) -> Participant:
    """Make an organisation's part in a case; it has joined, unless something else is said."""
    return Participant.objects.create(
        coordination=coordination,
        organisation=organisation or make_organisation(_KINDS[role]),
        role=role,
        consent=consent,
        invited_by="somebody",
        invited_at=BEFORE,
        joined_at=joined_at,
        **more,
    )


def make_member(
    party: Participant,
    person: Person | None = None,
    *,
    role: Role = Role.MEMBER,
    until: datetime | None = None,
) -> Person:
    """Put a person, a new one if none is named, on a party's team."""
    person = person or make_person(party.organisation, role)
    TeamMember.objects.create(
        participant=party, person=person, added_by="somebody", since=BEFORE, until=until
    )
    return person


def acting(person: Person) -> Actor:
    """Return a person as who asks."""
    return actor_of(person)


def everything_kept() -> Iterator[bytes]:
    """Give every value of every table, as bytes: what somebody reads who has the database."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    yield (
                        bytes(value)
                        if isinstance(value, bytes | memoryview)
                        else (str(value).encode("utf-8"))
                    )
