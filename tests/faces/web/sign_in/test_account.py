"""The own account in the console: what its person changes, and after what."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from tests.desks.parties.makers import PASSWORD, make_organisation, make_place
from tests.faces.web.sign_in.conftest import browser, signed_in
from tidegate.desks.access.words import Role
from tidegate.desks.parties.models import ApiToken, Membership, Person
from tidegate.faces.console.headers import HEADERS

TOKEN = {"name": "ci", "scopes": ["read", "hand-in"], "organisation": "", "days": "30"}


def shown_secret(answer: Any) -> str | None:
    found = re.search(r"tg_[\w-]{43}", answer.content.decode())
    return found[0] if found else None


def test_a_token_is_made_by_who_has_just_shown_who_they_are_and_is_shown_once(
    person: Person,
) -> None:
    client = signed_in(person)
    away = client.post("/account/tokens", TOKEN)
    assert away.headers["Location"].startswith("/account/reauthenticate/")
    assert not ApiToken.objects.exists()
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    made = client.post("/account/tokens", TOKEN)
    secret = shown_secret(made)
    assert secret
    assert made.headers["Cache-Control"] == "no-store"
    assert shown_secret(client.get("/account/tokens")) is None
    program = browser()
    shown = {"authorization": f"Bearer {secret}"}
    assert program.get("/api/v1/overview", headers=shown).status_code == 200
    client.post(f"/account/tokens/{ApiToken.objects.get().key}/revoke")
    assert program.get("/api/v1/overview", headers=shown).status_code == 401


@pytest.mark.parametrize(
    "wrong", [{"days": "366"}, {"days": "x"}, {"scopes": ["root"]}, {"scopes": []}, {"name": ""}]
)
def test_a_token_that_may_not_be_is_not_made(person: Person, wrong: dict[str, Any]) -> None:
    client = signed_in(person)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    answer = client.post("/account/tokens", {**TOKEN, **wrong})
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_somebody_elses_token_is_not_there(person: Person) -> None:
    client = signed_in(person)
    assert client.post("/account/tokens/T-AAAAA-AAAAA/revoke").status_code == 404


def test_a_name_and_a_zone_are_changed_and_a_place_is_given_up(person: Person) -> None:
    client = signed_in(person)
    assert client.post("/account/", {"name": "", "time_zone": "UTC"}).status_code == 422
    client.post("/account/", {"name": "<b>Ada</b>", "time_zone": "Europe/London"})
    shown = client.get("/account/").content.decode()
    assert "&lt;b&gt;Ada&lt;/b&gt;" in shown
    assert "<b>Ada" not in shown
    place = Membership.objects.get(person=person)
    client.post(f"/account/places/{place.organisation.key}/leave")
    assert Membership.objects.get(pk=place.pk).left_at is not None
    leads = make_place(make_organisation(), Role.ADMINISTRATOR, person=person)
    answer = client.post(f"/account/places/{leads.organisation.key}/leave")
    assert answer.status_code == 422
    assert "last administrator" in answer.content.decode()


def test_all_other_sessions_are_ended_from_this_one(person: Person) -> None:
    here, there = signed_in(person), signed_in(person)
    assert "this one" in here.get("/account/sessions/").content.decode()
    here.post("/account/sessions/")
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302
    assert Session.objects.filter(session_data__gt="").exists()


@pytest.mark.parametrize(
    "address",
    ["/account/login/", "/account/password/reset/", "/join/x", "/account/", "/account/tokens",
     "/account/2fa/", "/account/sessions/"],
)  # fmt: skip
def test_these_pages_are_held_to_the_policy_of_all_pages(person: Person, address: str) -> None:
    client = browser() if "login" in address or "reset" in address else signed_in(person)
    answer = client.get(address)
    assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    body = answer.content.decode()
    assert not re.search(r"<script(?![^>]* src=\"/static/console/)", body)
    assert not re.search(r"\son\w+=|\sstyle=", body)
