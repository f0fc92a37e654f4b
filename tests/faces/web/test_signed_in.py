"""Nobody gets past who is nobody; a session needs its token to change things, a token does not."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.utils import timezone

from tests.desks.parties.makers import make_organisation, make_person, make_place
from tidegate.desks.access.actors import NOBODY
from tidegate.desks.access.words import Scope
from tidegate.desks.parties.models import ApiToken, Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.parties.services.tokens import create_token, revoke_token
from tidegate.faces.console import urls as console
from tidegate.faces.web.acting import VIA, actor_anew, actor_of_request
from tidegate.faces.web.signed_in import is_open

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def closed(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    name = "tidegate.faces.web.signed_in.SignedInMiddleware"
    if name not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, name]


@pytest.fixture
def person() -> Person:
    made = make_person()
    make_place(make_organisation(), person=made)
    return made


def token(person: Person, *scopes: Scope) -> str:
    actor = actor_of(person)
    return create_token(actor, "ci", scopes or tuple(Scope), at=timezone.now()).secret


def client(person: Person | None = None, **more: Any) -> Client:
    made = Client(SERVER_NAME="localhost", **more)
    if person is not None:
        made.force_login(person)
    return made


def problem(answer: Any, status: int, word: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    said: dict[str, Any] = json.loads(answer.content)
    assert said["type"] == f"urn:tidegate:problem:{word}"
    return said


@pytest.mark.parametrize(
    "address",
    ["/", "/findings", "/findings/F-AAAAA-AAAAA", "/nothing-here", "/account/", "/account/tokens",
     "/account/2fa/", "/account/sessions/", "/account/password/change/", "/style", "/now"],
)  # fmt: skip
def test_the_console_leads_whoever_is_nobody_to_the_sign_in(address: str) -> None:
    answer = client().get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/login/")


def test_every_page_of_the_console_is_closed_but_for_those_that_are_named() -> None:
    named = {pattern.name for pattern in console.urlpatterns if is_open(f"/{pattern.pattern}")}
    assert named == {
        "join",
        "theme",
        "docket",
        "docket-calendar",
        "docket-feed",
        "advisories",
        "advisories-without-slash",
        "advisory",
        "advisory-fix",
    }


@pytest.mark.parametrize(
    "address",
    ["/account/login/", "/account/password/reset/", "/account/password/reset/done/",
     "/account/confirm-email/", "/ledger/checkpoint", "/ledger/tile/0/000"],
)  # fmt: skip
def test_where_one_signs_in_and_what_is_public_is_open(address: str) -> None:
    assert client().get(address).status_code in (200, 404)


@pytest.mark.parametrize(
    "address", ["/account/login", "/joinery", "/account/loginx/", "/ledger/", "//account/login/"]
)
def test_what_only_looks_like_an_open_address_is_closed(address: str) -> None:
    assert not is_open(address)


def test_a_part_of_a_page_is_not_filled_with_the_sign_in() -> None:
    answer = client().get("/now", headers={"hx-request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/account/login/"


def test_a_form_that_is_sent_too_late_leads_to_the_sign_in_and_back_to_the_start() -> None:
    assert client().post("/findings/F-1/again").headers["Location"] == "/account/login/"


@pytest.mark.parametrize("address", ["/api/v1/overview", "/api/v1/openapi.json", "/api/nothing"])
def test_the_api_says_401_in_its_own_form(address: str) -> None:
    answer = client().get(address)
    problem(answer, 401, "not-signed-in")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "shown",
    ["Bearer tg_made-up", "Bearer ", "Bearer", "Basic dXNlcjpwYXNz", "tg_made-up", "Bearer \udcff",
     "Bearer tg_x tg_y"],
)  # fmt: skip
def test_a_token_that_is_none_is_refused_even_in_a_session(person: Person, shown: str) -> None:
    answer = client(person).get("/api/v1/overview", headers={"authorization": shown})
    problem(answer, 401, "not-signed-in")
    assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_an_unknown_a_revoked_and_an_expired_token_are_told_the_same(person: Person) -> None:
    revoked, expired = token(person), token(person)
    key = ApiToken.objects.order_by("pk").values_list("key", flat=True)[0]
    revoke_token(actor_of(person), key, at=timezone.now())
    ApiToken.objects.filter(revoked_at=None).update(expires_at=timezone.now() - timedelta(1))
    answers = [
        client().get("/api/v1/overview", headers={"authorization": f"Bearer {shown}"})
        for shown in ("tg_unknown", revoked, expired)
    ]
    assert len({answer.content for answer in answers}) == 1
    assert len({str(sorted(answer.items())) for answer in answers}) == 1


def test_a_token_is_good_for_the_api_and_not_for_the_console(person: Person) -> None:
    shown = {"authorization": f"bearer {token(person)}"}
    assert client().get("/api/v1/overview", headers=shown).status_code == 200
    assert client().get("/findings", headers=shown).status_code == 302
    assert ApiToken.objects.get().last_used_at is not None


def test_a_token_changes_things_without_a_token_against_forgery(person: Person) -> None:
    strict = client(enforce_csrf_checks=True)
    shown = {"authorization": f"Bearer {token(person)}"}
    answer = strict.post(
        "/api/v1/cases/C-AAAAA-AAAAA/merge", "{}", content_type="application/json", headers=shown
    )
    assert answer.status_code != 403


def test_a_session_reads_the_api_and_changes_things_with_the_pages_token_alone(
    person: Person,
) -> None:
    strict = client(person, enforce_csrf_checks=True)
    address = "/api/v1/cases/C-AAAAA-AAAAA/merge"
    assert strict.get("/api/v1/overview").status_code == 200
    problem(strict.post(address, "{}", content_type="application/json"), 403, "foreign-page")
    forged = {"x-csrftoken": "x" * 64}
    answer = strict.post(address, "{}", content_type="application/json", headers=forged)
    problem(answer, 403, "foreign-page")
    strict.get("/account/")
    given = {"x-csrftoken": strict.cookies["csrftoken"].value}
    answer = strict.post(address, "{}", content_type="application/json", headers=given)
    assert answer.status_code in (404, 405, 422)


def test_whoever_acts_is_who_the_request_says_with_what_they_have_now(person: Person) -> None:
    request: Any = RequestFactory().get("/api/v1/x")
    request.user, request.session = person, client(person).session
    assert actor_of_request(request).person == person.pk
    assert len(actor_of_request(request).standings) == 1
    request.session[VIA] = "O-AAAAA-AAAAA"
    assert actor_anew(request).standings == ()


def test_what_goes_on_for_long_finds_out_that_it_is_over(person: Person) -> None:
    browser = client(person)
    request: Any = RequestFactory().get("/api/v1/events")
    request.user, request.session = person, browser.session
    assert actor_anew(request).person == person.pk
    Session.objects.all().delete()
    assert actor_of_request(request).person == person.pk
    assert actor_anew(request) == NOBODY

    shown = f"Bearer {token(person)}"
    asked: Any = RequestFactory().get("/api/v1/events", headers={"authorization": shown})
    assert actor_anew(asked).person == person.pk
    ApiToken.objects.update(revoked_at=timezone.now())
    assert actor_anew(asked) == NOBODY
