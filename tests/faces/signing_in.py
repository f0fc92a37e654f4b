"""Somebody who has signed in, for tests that are about what comes after."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.test import AsyncClient, Client

from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.parties.models import Membership, Organisation, Person

SINCE: Final = datetime(2026, 11, 1, tzinfo=UTC)


def person_of(
    organisation: str,
    kind: OrganisationKind,
    role: Role = Role.ADMINISTRATOR,
    *,
    email: str | None = None,
) -> Person:
    """Return a person with a place in an organisation; both are made if they are not there."""
    party, _ = Organisation.objects.get_or_create(
        name=organisation, defaults={"kinds": [kind.value], "made_at": SINCE}
    )
    address = email or f"{role.value}@{organisation.lower().replace(' ', '-')}.example.org"
    person = Person.objects.filter(email=address).first()
    if person is None:
        name = f"{role.value.title()} of {organisation}"
        person = Person.objects.create_user(address, name=name, joined_at=SINCE)
    Membership.objects.get_or_create(
        organisation=party, person=person, defaults={"role": role.value, "since": SINCE}
    )
    return person


def coordinator() -> Person:
    """Return somebody who coordinates, and so reads everything that these tests make."""
    return person_of("The Coordination", OrganisationKind.COORDINATOR)


def signed_in(client: Client | AsyncClient, person: Person | None = None) -> Any:
    """Return a client that has signed in as a person, or as a coordinator."""
    client.force_login(person or coordinator(), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def cookie_of(person: Person | None = None, host: str = "localhost") -> Any:
    """Return the cookie of a session, for a browser."""
    client: Any = signed_in(Client(), person)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": value,
        "domain": host,
        "path": "/",
        "httpOnly": True,
    }
