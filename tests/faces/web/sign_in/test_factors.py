"""The second step: a code works once, wherever and however often it is tried."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests.desks.parties.makers import PASSWORD, make_person
from tests.faces.web.sign_in.conftest import (
    SECOND,
    add_recovery_codes,
    add_totp,
    browser,
    code_of,
    factors_of,
    sign_in,
    signed_in,
)
from tidegate.desks.parties.models import Mark, Person

AGAIN = "/account/2fa/reauthenticate/"


@pytest.fixture(autouse=True)
def still(monkeypatch: Any) -> None:
    """Let the clock stand, so that a code stays the code of now."""
    now = time.time()
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time.time", lambda: now)


def halfway(person: Person) -> Client:
    """Return a browser in which the password was given."""
    client = browser()
    assert sign_in(person, client).headers["Location"] == SECOND
    assert client.get("/account/").status_code == 302
    return client


def opens(client: Client, code: str) -> bool:
    client.post(SECOND, {"code": code})
    return client.get("/account/").status_code == 200


def test_the_password_alone_opens_nothing(person: Person) -> None:
    add_totp(person)
    client = halfway(person)
    assert client.get("/findings").status_code == 302
    assert client.get("/api/v1/overview").status_code == 401
    assert not opens(client, "000000")


def test_a_totp_code_signs_in_once(person: Person) -> None:
    code = code_of(add_totp(person))
    assert opens(halfway(person), code)
    assert not opens(halfway(person), code)


def test_two_that_try_the_same_code_in_two_browsers_are_one(person: Person) -> None:
    code = code_of(add_totp(person))
    first, second = halfway(person), halfway(person)
    assert [opens(first, code), opens(second, code)] == [True, False]


@pytest.mark.parametrize("written", ["{0} ", " {0}", "{0:.3}-{1}", "{0:.3} {1}"])
def test_a_used_code_is_used_however_it_is_written(person: Person, written: str) -> None:
    code = code_of(add_totp(person))
    assert opens(halfway(person), code)
    assert not opens(halfway(person), written.format(code, code[3:]))


def test_a_code_that_signed_in_does_not_show_once_more_who_it_is(person: Person) -> None:
    code = code_of(add_totp(person))
    client = halfway(person)
    assert opens(client, code)
    client.post(AGAIN, {"code": code})
    assert client.get("/account/2fa/totp/deactivate/").status_code == 302
    assert "totp" in factors_of(person)


def test_a_code_is_remembered_by_the_table_for_as_long_as_it_would_be_good(person: Person) -> None:
    code = code_of(add_totp(person))
    assert opens(halfway(person), code)
    mark = Mark.objects.get(key__contains="totp.used")
    # Three steps of 30 s: the one before, this one and the next.
    assert 80 < (mark.expires_at.timestamp() - time.time()) < 95


def test_the_code_that_an_app_was_set_up_with_does_not_sign_in(person: Person) -> None:
    client = signed_in(person)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    client.get("/account/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    code = code_of(secret)
    client.post("/account/2fa/totp/activate/", {"code": code})
    assert factors_of(person) == {"totp", "recovery_codes"}
    assert not opens(halfway(person), code)


def test_a_recovery_code_signs_in_once(person: Person) -> None:
    add_totp(person)
    first, second, *_ = add_recovery_codes(person)
    assert opens(halfway(person), first)
    assert not opens(halfway(person), first)
    client = halfway(person)
    assert opens(client, second)
    client.post(AGAIN, {"code": second})
    assert client.get("/account/2fa/recovery-codes/generate/").status_code == 302


def test_codes_are_not_tried_without_end(person: Person) -> None:
    secret = add_totp(person)
    client = halfway(person)
    for number in range(5):
        client.post(SECOND, {"code": f"{number:06}"})
    assert not opens(client, code_of(secret))
    # Nor from elsewhere, for it is the account that is tried.
    elsewhere = Client(SERVER_NAME="localhost", REMOTE_ADDR="192.0.2.7")
    sign_in(person, elsewhere)
    assert not opens(elsewhere, code_of(secret))


def test_one_persons_code_is_not_anothers(person: Person) -> None:
    other = make_person()
    add_totp(person)
    assert not opens(halfway(person), code_of(add_totp(other)))


def test_secrets_lie_sealed(person: Person) -> None:
    secret = add_totp(person)
    codes = add_recovery_codes(person)
    kept = str(list(Authenticator.objects.values()))
    assert secret not in kept
    assert not any(code in kept for code in codes)
    assert kept.count("'sealed.") == 2


@pytest.mark.parametrize(
    "address",
    [
        "/account/2fa/totp/activate/",
        "/account/2fa/webauthn/add/",
        "/account/2fa/recovery-codes/generate/",
        "/account/2fa/recovery-codes/",
    ],
)
def test_factors_are_changed_only_by_who_has_just_shown_who_they_are(
    person: Person, address: str
) -> None:
    add_recovery_codes(person)
    client = signed_in(person)
    assert client.get(address).headers["Location"].startswith("/account/reauthenticate/")
    if not address.endswith("recovery-codes/"):
        assert client.post(address).headers["Location"].startswith("/account/reauthenticate/")
    client.post("/account/reauthenticate/", {"password": "wrong"})
    assert client.get(address).status_code == 302
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.get(address).status_code == 200


def test_recovery_codes_are_shown_once(person: Person) -> None:
    add_totp(person)
    codes = add_recovery_codes(person)
    client = halfway(person)
    assert opens(client, codes[0])
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    shown = client.get("/account/2fa/recovery-codes/").content.decode()
    assert all(code in shown for code in codes[1:])
    again = client.get("/account/2fa/recovery-codes/").content.decode()
    assert not any(code in again for code in codes)


@pytest.mark.parametrize(
    "credential", ["{}", "[]", "null", '{"id":"x"}', '{"response":[]}', "not json"]
)
@pytest.mark.parametrize("address", ["/account/2fa/webauthn/login/", SECOND])
def test_a_passkey_that_is_none_opens_nothing_and_breaks_nothing(
    person: Person, credential: str, address: str
) -> None:
    add_totp(person)
    client = halfway(person)
    client.get("/account/2fa/webauthn/login/", headers={"accept": "application/json"})
    answer = client.post(address, {"credential": credential})
    assert answer.status_code in (200, 302)
    assert client.get("/account/").status_code == 302
