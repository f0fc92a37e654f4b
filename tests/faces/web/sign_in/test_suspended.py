"""A suspended person is out at the next request, and nothing that they have lets them in."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session

from tests.desks.parties.makers import PASSWORD, START
from tests.faces.web.sign_in.conftest import (
    LOGIN,
    SECOND,
    add_recovery_codes,
    add_totp,
    browser,
    code_of,
    sign_in,
    signed_in,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.words import Scope
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.parties.services.persons import prepare_reset, reinstate_person, suspend_person
from tidegate.desks.parties.services.tokens import create_token
from tidegate.faces.web.sign_in import factors


@pytest.fixture(autouse=True)
def still(monkeypatch: Any) -> None:
    now = time.time()
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time.time", lambda: now)


def suspend(person: Person) -> None:
    suspend_person(OWNER, person.key, reason="x", at=START)


def test_the_very_next_request_of_a_session_and_of_a_token_is_nobodys(person: Person) -> None:
    client = signed_in(person)
    token = create_token(actor_of(person), "ci", [Scope.READ], at=START).secret
    program = browser()
    shown = {"authorization": f"Bearer {token}"}
    suspend(person)
    assert client.get("/findings").headers["Location"].startswith(LOGIN)
    assert client.get("/api/v1/overview").status_code == 401
    assert program.get("/api/v1/overview", headers=shown).status_code == 401
    assert not Session.objects.exists()


def test_a_session_that_escaped_is_nobodys_too(person: Person) -> None:
    client = signed_in(person)
    # As if it had been made at this very moment, or nobody had deleted it.
    Person.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get("/account/").status_code == 302


def test_an_ended_session_does_not_come_back_when_its_person_does(person: Person) -> None:
    client = signed_in(person)
    suspend(person)
    reinstate_person(OWNER, person.key, at=START)
    assert client.get("/account/").status_code == 302
    assert sign_in(person).status_code == 302


def test_the_right_password_is_answered_like_a_wrong_one(person: Person) -> None:
    wrong = sign_in(person, password="wrong").content
    suspend(person)
    right = sign_in(person)
    assert right.status_code == 200
    assert _without_tokens(right.content) == _without_tokens(wrong)


def test_whoever_is_suspended_between_the_steps_gets_no_further_and_uses_nothing_up(
    person: Person,
) -> None:
    code = code_of(add_totp(person))
    recovery = add_recovery_codes(person)[0]
    client = browser()
    assert sign_in(person, client).headers["Location"] == SECOND
    # Suspended past the service, which would have ended this half of a session as well.
    Person.objects.filter(pk=person.pk).update(is_active=False)
    before = list(Authenticator.objects.values())
    for shown in (code, recovery):
        answer = client.post(SECOND, {"code": shown})
        assert answer.status_code == 200
        assert "Incorrect code" in answer.content.decode()
    assert list(Authenticator.objects.values()) == before
    Person.objects.filter(pk=person.pk).update(is_active=True)
    assert client.post(SECOND, {"code": code}).status_code == 302
    assert client.get("/account/").status_code == 200


def test_the_service_ends_a_sign_in_that_is_half_done(person: Person) -> None:
    code = code_of(add_totp(person))
    client = browser()
    sign_in(person, client)
    suspend(person)
    reinstate_person(OWNER, person.key, at=START)
    assert client.post(SECOND, {"code": code}).headers["Location"] == LOGIN
    assert client.get("/account/").status_code == 302


def test_a_passkey_that_is_right_is_refused(person: Person, monkeypatch: Any) -> None:
    held = Authenticator.objects.create(user=person, type="webauthn", data={})
    monkeypatch.setattr(
        "allauth.mfa.webauthn.forms.LoginWebAuthnForm.clean_credential", lambda _: held
    )
    client = browser()
    data = {"credential": json.dumps({"id": "x"})}
    suspend(person)
    client.post("/account/2fa/webauthn/login/", data)
    assert client.get("/account/").status_code == 302
    held.refresh_from_db()
    assert held.last_used_at is None
    reinstate_person(OWNER, person.key, at=START)
    client.post("/account/2fa/webauthn/login/", data)
    assert client.get("/account/").status_code == 200


def test_no_form_for_a_factor_is_without_this_rule() -> None:
    assert set(settings.MFA_FORMS) == {
        "activate_totp",
        "authenticate",
        "reauthenticate",
        "authenticate_webauthn",
        "login_webauthn",
        "reauthenticate_webauthn",
    }
    for path in settings.MFA_FORMS.values():
        form = getattr(factors, path.rpartition(".")[2])
        assert issubclass(form, factors._Standing | factors._StandingHolder)


def test_a_link_to_a_new_password_that_was_sent_before_is_no_good(person: Person) -> None:
    key = prepare_reset(OWNER, person.key, at=START)
    client = browser()
    suspend(person)
    answer = client.get(f"/account/password/reset/key/{key}/")
    assert answer.status_code == 200
    assert "too old" in answer.content.decode()
    new = {"password1": PASSWORD + "!", "password2": PASSWORD + "!"}
    client.post(f"/account/password/reset/key/{key}/", new)
    assert Person.objects.get(pk=person.pk).check_password(PASSWORD)


def _without_tokens(body: bytes) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", body)
