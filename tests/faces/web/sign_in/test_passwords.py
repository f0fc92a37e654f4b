"""Signing in with a password: throttled, held to this host, and over when it is over."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.models import Session
from django.test import Client

from tests.desks.parties.makers import PASSWORD, make_person
from tests.faces.web.sign_in.conftest import LOGIN, browser, sign_in, signed_in
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Person

NEW = "another tide table for Whitby"


def test_a_session_is_kept_from_scripts_and_other_sites_and_ends(person: Person) -> None:
    client = browser()
    cookie = sign_in(person, client).cookies["tidegate"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    # With the browser; and here after twelve hours.
    assert not cookie["max-age"]
    assert Session.objects.get().get_decoded()["_auth_user_id"] == str(person.pk)
    assert Entry.objects.get(kind="signed-in").said["by"] == ["password"]


def test_signing_in_begins_a_session_that_nobody_else_could_have_known(person: Person) -> None:
    client = browser()
    client.get(LOGIN)
    client.session["planted"] = "by somebody"
    client.session.save()
    before = client.session.session_key
    sign_in(person, client)
    assert client.session.session_key != before


@pytest.mark.parametrize("password", ["wrong", "", PASSWORD.upper(), PASSWORD + " "])
def test_a_wrong_password_opens_nothing(person: Person, password: str) -> None:
    client = browser()
    assert sign_in(person, client, password).status_code == 200
    assert client.get("/account/").status_code == 302


def test_attempts_are_counted_for_an_address_whatever_host_and_port_they_name(
    person: Person,
) -> None:
    client = browser()
    for port in range(5):
        client.post(
            LOGIN,
            {"login": person.email, "password": "wrong"},
            headers={"host": f"localhost:{port}"},
        )
    answer = sign_in(person, client)
    assert answer.status_code == 200
    assert "Too many" in answer.content.decode()
    assert sign_in(make_person(), client).status_code == 302


def test_one_machine_may_not_try_one_address_after_the_other(person: Person) -> None:
    client = browser()
    for number in range(10):
        client.post(LOGIN, {"login": f"p{number}@example.org", "password": "wrong"})
    assert "Too many" in sign_in(person, client).content.decode()
    elsewhere = Client(SERVER_NAME="localhost", REMOTE_ADDR="192.0.2.7")
    assert sign_in(person, elsewhere).status_code == 302


def test_what_a_client_says_of_its_address_is_not_believed(person: Person) -> None:
    client = browser()
    for number in range(10):
        client.post(
            LOGIN,
            {"login": f"p{number}@example.org", "password": "wrong"},
            headers={"x-forwarded-for": f"192.0.2.{number}", "x-real-ip": f"192.0.2.{number}"},
        )
    assert "Too many" in sign_in(person, client).content.decode()


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example/",
        "http://127.0.0.1:9/",
        "http://localhost/x",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/\r\nLocation: https://evil.example",
        "\t//evil.example",
        "///evil.example",
    ],
)
def test_next_leads_to_a_page_of_ours_or_nowhere(person: Person, back: str) -> None:
    client = browser()
    answer = client.post(
        f"{LOGIN}?next={quote(back)}", {"login": person.email, "password": PASSWORD}
    )
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"
    out = client.post("/account/logout/", {"next": back})
    assert out.headers["Location"] == LOGIN


def test_next_leads_back_to_where_one_was_sent_away_from(person: Person) -> None:
    client = browser()
    away = client.get("/findings?text=minimist")
    assert away.headers["Location"] == f"{LOGIN}?next=/findings%3Ftext%3Dminimist"
    shown = client.get(away.headers["Location"])
    assert 'name="next" value="/findings?text=minimist"' in shown.content.decode()
    back = client.post(
        LOGIN, {"login": person.email, "password": PASSWORD, "next": "/findings?text=minimist"}
    )
    assert back.headers["Location"] == "/findings?text=minimist"


def test_signing_out_ends_the_session_here_too(person: Person) -> None:
    client = signed_in(person)
    assert client.get("/account/logout/").status_code == 200
    assert Session.objects.count() == 1
    kept = client.cookies["tidegate"].value
    client.post("/account/logout/")
    client.cookies["tidegate"] = kept
    assert client.get("/account/").status_code == 302


def test_a_new_password_ends_every_other_session_and_asks_for_the_old_one(person: Person) -> None:
    here, there = signed_in(person), signed_in(person)
    new = {"password1": NEW, "password2": NEW}
    here.post("/account/password/change/", {"oldpassword": "wrong", **new})
    assert there.get("/account/").status_code == 200
    here.post("/account/password/change/", {"oldpassword": PASSWORD, **new})
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302
    assert sign_in(person).status_code == 200
    assert sign_in(person, password=NEW).status_code == 302


@pytest.mark.parametrize("password", ["short", "password1234", "11111111111111"])
def test_a_password_that_others_would_guess_is_refused(person: Person, password: str) -> None:
    client = signed_in(person)
    client.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )
    assert sign_in(person).status_code == 302


def test_passwords_are_kept_as_argon2id(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["tidegate.instance.passwords.Argon2id"]
    encoded = make_password(PASSWORD)
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert len(encoded) <= 128
    assert check_password(PASSWORD, encoded)


@pytest.mark.parametrize(
    "address",
    [
        "/account/signup/",
        "/account/email/",
        "/account/3rdparty/",
        "/account/3rdparty/signup/",
        "/account/login/code/",
        "/account/2fa/webauthn/signup/",
    ],
)
def test_nobody_signs_up_and_no_other_door_of_allauth_is_open(person: Person, address: str) -> None:
    client = signed_in(person)
    before = Person.objects.count()
    data = {"email": "eve@example.org", "password1": PASSWORD, "code": "1"}
    assert client.get(address).status_code in (302, 404)
    assert client.post(address, data).status_code in (302, 404)
    assert Person.objects.count() == before
