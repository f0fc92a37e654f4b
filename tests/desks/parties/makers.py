"""Organisations and people for tests, made past the services; passwords are all `PASSWORD`."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from allauth.account.models import EmailAddress

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of

START: Final = datetime(2026, 11, 1, 12, tzinfo=UTC)
PASSWORD: Final = "a tide table for Whitby"

_numbers = itertools.count(1)


def make_organisation(
    *kinds: OrganisationKind, name: str | None = None, suspended: bool = False
) -> Organisation:
    """Make an organisation; a vendor, if nothing is said."""
    return Organisation.objects.create(
        name=name or f"organisation {next(_numbers)}",
        kinds=[kind.value for kind in kinds or (OrganisationKind.VENDOR,)],
        made_at=START,
        suspended_at=START if suspended else None,
    )


def make_person(email: str | None = None, *, verified: bool = True) -> Person:
    """Make a person with a password and an address."""
    number = next(_numbers)
    person = Person.objects.create_user(
        email or f"person{number}@example.org", PASSWORD, name=f"person {number}", joined_at=START
    )
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=verified)
    return person


def make_place(
    organisation: Organisation,
    role: Role = Role.MEMBER,
    *,
    person: Person | None = None,
    suspended: bool = False,
    left: bool = False,
) -> Membership:
    """Give a person a place."""
    return Membership.objects.create(
        organisation=organisation,
        person=person or make_person(),
        role=role,
        since=START,
        suspended_at=START if suspended else None,
        left_at=START if left else None,
    )


def make_actor(
    organisation: Organisation | None = None, role: Role = Role.MEMBER
) -> tuple[Actor, Person]:
    """Make a person, with a place if an organisation is given; return who they are."""
    person = make_person()
    if organisation is not None:
        make_place(organisation, role, person=person)
    return actor_of(person), person


def chief() -> Actor:
    """Return an administrator of a new coordinating organisation."""
    return make_actor(make_organisation(OrganisationKind.COORDINATOR), Role.ADMINISTRATOR)[0]


def kinds(*words: str) -> Iterable[OrganisationKind]:
    """Return kinds by their words."""
    return [OrganisationKind(word) for word in words]
