"""Signing in through an organisation's own provider: as far as it was trusted, and no further."""

from __future__ import annotations

from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client
from django.utils import timezone

from tests.desks.parties.makers import START, make_organisation, make_person, make_place
from tests.faces.web.sign_in.conftest import SECOND, add_totp, browser, code_of, signed_in
from tests.faces.web.sign_in.provider import ISSUER, FakeProvider
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.words import Role, Scope
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.parties.services import joining
from tidegate.desks.parties.services.providers import set_provider
from tidegate.desks.parties.services.tokens import create_token
from tidegate.faces.web.acting import VIA
from tidegate.faces.web.sign_in.provider import ProviderAdapter

EMAIL = "ada@acme.example"


@pytest.fixture
def acme(db: None) -> Organisation:
    made = make_organisation(name="ACME")
    told = {"issuer": ISSUER, "client_id": "tidegate", "secret": "s3cret"}
    set_provider(OWNER, made.key, **told, domains=["acme.example"], at=START)
    return made


@pytest.fixture
def provider(monkeypatch: Any) -> FakeProvider:
    fake = FakeProvider()
    session = ProviderAdapter.get_requests_session

    def faked(self: ProviderAdapter) -> requests.Session:
        made = session(self)
        made.mount("https://", fake)
        return made

    monkeypatch.setattr(ProviderAdapter, "get_requests_session", faked)
    return fake


def begin(client: Client, acme: Organisation, back: str = "") -> str:
    """Go to the provider; return the address that leads there."""
    answer = client.post("/account/organisation/", {"organisation": acme.key.lower(), "next": back})
    confirm = client.get(answer.headers["Location"])
    assert "ACME" in confirm.content.decode()
    going = client.post(answer.headers["Location"])
    assert going.status_code == 200, going.content
    return _led_to(going)


def come_back(client: Client, acme: Organisation, address: str, **more: str) -> Any:
    """Come back from the provider; return the answer."""
    state = parse_qs(urlsplit(address).query)["state"][0]
    return client.get(
        f"/account/provider/{acme.key}/login/callback/", {"state": state, "code": "c", **more}
    )


def _led_to(answer: Any) -> str:
    _, _, rest = answer.content.decode().partition('http-equiv="refresh" content="0; url=')
    return unescape(rest.partition('"')[0])


def through(acme: Organisation, client: Client | None = None) -> tuple[Client, Any]:
    client = client or browser()
    return client, come_back(client, acme, begin(client, acme))


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_whoever_has_a_place_comes_in_and_stands_there_alone(
    acme: Organisation, provider: FakeProvider
) -> None:
    person = make_person(EMAIL)
    make_place(acme, person=person)
    make_place(make_organisation(name="Elsewhere"), Role.ADMINISTRATOR, person=person)
    provider.says("Ada@ACME.example")
    client = browser()
    address = begin(client, acme, "/findings?text=a b")
    asked = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{ISSUER}/authorize?")
    assert asked["code_challenge_method"] == ["S256"]
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    back = come_back(client, acme, address)
    assert _led_to(back) == "/findings?text=a%20b"
    assert client.session[VIA] == acme.key
    shown = client.get("/account/").content.decode()
    assert "work for it alone" in shown
    assert "Elsewhere" not in shown
    (sent,) = [body for path, body in provider.asked if path == "/token"]
    assert sent["client_secret"] == ["s3cret"]
    assert sent["code_verifier"]


def test_signing_in_another_way_stands_everywhere_again(
    acme: Organisation, provider: FakeProvider
) -> None:
    person = make_person(EMAIL)
    make_place(acme, person=person)
    provider.says(EMAIL)
    client, _ = through(acme)
    assert VIA in client.session
    client.post("/account/logout/")
    assert VIA not in signed_in(person).session


def test_whoever_was_invited_joins_by_coming(acme: Organisation, provider: FakeProvider) -> None:
    joining.invite(OWNER, acme.key, EMAIL, Role.MEMBER, at=timezone.now())
    provider.says(EMAIL)
    client, _ = through(acme)
    assert is_in(client)
    assert Person.objects.get().name == "Ada of ACME"
    assert Membership.objects.get().organisation == acme


@pytest.mark.parametrize(
    "lie",
    [
        {"email": "stranger@acme.example"},
        {"email": "ada@elsewhere.example"},
        {"verified": False},
        {"verified": "no"},
        {"verified": None},
    ],
)
def test_a_stranger_another_domain_and_an_unverified_address_stay_out(
    acme: Organisation, provider: FakeProvider, lie: dict[str, Any]
) -> None:
    make_place(acme, person=make_person(EMAIL))
    make_place(acme, person=make_person("ada@elsewhere.example"))
    provider.says(**{"email": EMAIL, **lie})
    client, answer = through(acme)
    assert answer.status_code == 403
    assert not is_in(client)
    assert Person.objects.count() == 2


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"aud": "another client"}},
        {"claims": {"exp": 1}},
        {"claims": {"sub": "u-2"}},
        {"userinfo": {"sub": "u-2"}},
        {"userinfo": {"sub": None}},
        {"configuration": {"issuer": "https://evil.example"}},
        {"without_id_token": True},
    ],
)
def test_what_does_not_hold_together_opens_nothing(
    acme: Organisation, provider: FakeProvider, lie: dict[str, Any]
) -> None:
    make_place(acme, person=make_person(EMAIL))
    provider.says(EMAIL)
    for name, changed in lie.items():
        before = getattr(provider, name)
        setattr(provider, name, {**before, **changed} if isinstance(changed, dict) else changed)
    client, answer = through(acme)
    assert answer.status_code in (401, 502)
    assert not is_in(client)


def test_one_organisations_provider_does_not_answer_for_anothers(
    acme: Organisation, provider: FakeProvider
) -> None:
    rival = make_organisation(name="Rival")
    told = {"issuer": ISSUER, "client_id": "tidegate", "secret": "x"}
    set_provider(OWNER, rival.key, **told, domains=["acme.example"], at=START)
    make_place(acme, person=make_person(EMAIL))
    provider.says(EMAIL)
    client = browser()
    address = begin(client, acme)
    assert come_back(client, rival, address).status_code == 401
    assert not is_in(client)


def test_a_state_is_good_once_and_for_its_own_browser(
    acme: Organisation, provider: FakeProvider
) -> None:
    make_place(acme, person=make_person(EMAIL))
    provider.says(EMAIL)
    client = browser()
    address = begin(client, acme)
    # An address that was led back to somebody else signs nobody in.
    victim = browser()
    assert come_back(victim, acme, address).status_code == 401
    assert not is_in(victim)
    assert come_back(client, acme, address).status_code == 200
    client.post("/account/logout/")
    assert come_back(client, acme, address).status_code == 401


def test_the_second_step_is_asked_for_here_too(acme: Organisation, provider: FakeProvider) -> None:
    person = make_person(EMAIL)
    make_place(acme, person=person)
    secret = add_totp(person)
    # Another organisation whose provider calls this instance by the same name.
    other = make_organisation(name="Other")
    told = {"issuer": ISSUER, "client_id": "tidegate", "secret": "x"}
    set_provider(OWNER, other.key, **told, domains=["other.example"], at=START)
    provider.says(EMAIL)
    client, answer = through(acme)
    assert _led_to(answer) == SECOND
    assert not is_in(client)
    client.post(SECOND, {"code": code_of(secret)})
    assert is_in(client)
    assert client.session[VIA] == acme.key


def test_nothing_is_connected_to_somebody_who_is_signed_in(
    acme: Organisation, provider: FakeProvider, person: Person
) -> None:
    make_place(acme, person=make_person(EMAIL))
    provider.says(EMAIL)
    client = signed_in(person)
    address = f"/account/provider/{acme.key}/login/?process=connect"
    asked = _led_to(client.post(address, {"process": "connect"}))
    come_back(client, acme, asked)
    assert not person.socialaccount_set.exists()  # type: ignore[attr-defined]
    assert client.session["_auth_user_id"] != str(person.pk)


def test_what_an_address_asks_for_is_not_asked_of_the_provider(
    acme: Organisation, provider: FakeProvider
) -> None:
    more = "?scope=offline_access&auth_params=prompt%3Dnone%26redirect_uri%3Dhttps://evil.example"
    address = _led_to(browser().post(f"/account/provider/{acme.key}/login/{more}"))
    asked = parse_qs(urlsplit(address).query)
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert "prompt" not in asked
    assert asked["redirect_uri"] == [
        f"http://localhost/account/provider/{acme.key}/login/callback/"
    ]


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_to_another_site(
    acme: Organisation, provider: FakeProvider, back: str
) -> None:
    make_place(acme, person=make_person(EMAIL))
    provider.says(EMAIL)
    client = browser()
    assert _led_to(come_back(client, acme, begin(client, acme, back))) == "/"


def test_a_provider_that_is_not_there_is_an_error_and_no_way_in(acme: Organisation) -> None:
    for key in ("O-AAAAA-AAAAA", "openid_connect", "x"):
        assert browser().get(f"/account/provider/{key}/login/").status_code == 404
        assert browser().get(f"/account/provider/{key}/login/callback/").status_code == 404


def test_nothing_is_asked_in_the_clear(db: None) -> None:
    session = ProviderAdapter().get_requests_session()
    with pytest.raises(requests.exceptions.InvalidSchema, match="in the clear"):
        session.get("http://169.254.169.254/latest/meta-data/")


def test_a_token_made_in_such_a_session_is_good_for_that_organisation_alone(
    acme: Organisation, provider: FakeProvider
) -> None:
    person = make_person(EMAIL)
    make_place(acme, person=person)
    other = make_organisation()
    make_place(other, person=person)
    provider.says(EMAIL)
    client, _ = through(acme)
    form = {"name": "ci", "scopes": ["read"], "days": "30"}
    assert client.post("/account/tokens", {**form, "organisation": ""}).status_code == 422
    assert client.post("/account/tokens", {**form, "organisation": other.key}).status_code == 422
    made = client.post("/account/tokens", {**form, "organisation": acme.key})
    assert "tg_" in made.content.decode()


def test_such_a_session_sees_and_changes_nothing_of_how_its_person_signs_in_elsewhere(
    acme: Organisation, provider: FakeProvider
) -> None:
    person = make_person(EMAIL)
    make_place(acme, person=person)
    other = make_place(make_organisation(), person=person)
    wide = create_token(actor_of(person), "good everywhere", [Scope.READ], at=timezone.now()).token
    provider.says(EMAIL)
    client, _ = through(acme)
    for address in (
        "/account/2fa/",
        "/account/2fa/webauthn/add/",
        "/account/2fa/totp/activate/",
        "/account/sessions/",
        "/account/password/change/",
        "/account/password/set/",
        "/account/reauthenticate/",
    ):
        assert client.get(address).status_code == 403
        assert client.post(address, {}).status_code == 403
    assert "good everywhere" not in client.get("/account/tokens").content.decode()
    assert client.post(f"/account/tokens/{wide.key}/revoke").status_code == 404
    assert client.post(f"/account/places/{other.organisation.key}/leave").status_code == 404
    assert client.post("/account/", {"name": "Eve", "time_zone": "UTC"}).status_code == 422
    wide.refresh_from_db()
    other.refresh_from_db()
    assert (wide.revoked_at, other.left_at) == (None, None)
    assert Person.objects.get(pk=person.pk).name == person.name
