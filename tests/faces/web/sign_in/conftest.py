"""A person, a browser of theirs, and the way in."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from tests.desks.parties.makers import PASSWORD, make_organisation, make_person, make_place
from tidegate.desks.parties.models import Person

LOGIN = "/account/login/"
SECOND = "/account/2fa/authenticate/"


@pytest.fixture(autouse=True)
def quick(settings: Any) -> None:
    """Hash quickly, and let nobody past who is nobody."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        *(
            name
            for name in ["tidegate.faces.web.signed_in.SignedInMiddleware"]
            if name not in settings.MIDDLEWARE
        ),
    ]


@pytest.fixture
def person(db: None) -> Person:
    """Return a person with a place."""
    made = make_person()
    make_place(make_organisation(), person=made)
    return made


def browser() -> Client:
    """Return a browser that has been nowhere yet."""
    return Client(SERVER_NAME="localhost")


def sign_in(person: Person, client: Client | None = None, password: str = PASSWORD) -> Any:
    """Send the form with the password; return the answer."""
    client = client or browser()
    return client.post(LOGIN, {"login": person.email, "password": password})


def signed_in(person: Person) -> Client:
    """Return a browser in which somebody has signed in with their password."""
    client = browser()
    answer = sign_in(person, client)
    assert answer.status_code == 302, answer.content
    assert client.get("/account/").status_code == 200
    return client


def add_totp(person: Person) -> str:
    """Give a person an authenticator app; return its secret."""
    secret = str(totp.generate_totp_secret())
    totp.TOTP.activate(person, secret)
    return secret


def add_recovery_codes(person: Person) -> list[str]:
    """Give a person recovery codes; return them."""
    return list(RecoveryCodes.activate(person).generate_codes())


def code_of(secret: str) -> str:
    """Return the code of now."""
    *_, counter = list(totp.yield_hotp_counters_from_time())[:2]
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


def factors_of(person: Person) -> set[str]:
    """Return the kinds of second factors that a person has."""
    return set(Authenticator.objects.filter(user=person).values_list("type", flat=True))
