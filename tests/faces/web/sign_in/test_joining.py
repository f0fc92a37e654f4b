"""From an invitation's link to a place, in a browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.desks.parties.makers import PASSWORD, make_organisation, make_person
from tests.faces.web.sign_in.conftest import browser, sign_in, signed_in
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.words import Role
from tidegate.desks.parties.models import Invitation, Membership, Organisation, Person
from tidegate.desks.parties.services import joining

pytestmark = pytest.mark.django_db

EMAIL = "ada@example.org"
OPEN = {"what": "open", "name": "Ada", "password": PASSWORD}


@pytest.fixture
def vendor() -> Organisation:
    return make_organisation(name="ACME <b>&")


def invited(vendor: Organisation, email: str = EMAIL) -> str:
    made = joining.invite(OWNER, vendor.key, email, Role.MEMBER, at=timezone.now())
    return f"/join/{made.secret}"


def test_somebody_new_opens_an_account_signs_in_and_joins(vendor: Organisation) -> None:
    link, client = invited(vendor), browser()
    shown = client.get(link).content.decode()
    assert "ACME &lt;b&gt;&amp;" in shown
    answer = client.post(link, OPEN)
    assert answer.headers["Location"].startswith("/account/login/?next=")
    login = client.get(answer.headers["Location"]).content.decode()
    assert "the password that you chose" in login
    assert not Membership.objects.exists()
    sign_in(Person.objects.get(email=EMAIL), client)
    assert 'value="accept"' in client.get(link).content.decode()
    assert client.post(link, {"what": "accept"}).headers["Location"] == "/account/"
    assert Membership.objects.get().person.email == EMAIL
    assert "ACME" in client.get("/account/").content.decode()
    assert client.get(link).status_code == 404


def test_looking_at_a_link_uses_nothing_up(vendor: Organisation) -> None:
    link = invited(vendor)
    for _ in range(3):
        assert browser().get(link).status_code == 200
    assert not Person.objects.exists()


def test_whoever_is_signed_in_as_somebody_else_is_told_so_and_does_not_join(
    vendor: Organisation,
) -> None:
    link, client = invited(vendor), signed_in(make_person("eve@example.org"))
    assert "You are signed in as" in client.get(link).content.decode()
    answer = client.post(link, {"what": "accept"})
    assert answer.status_code == 422
    assert "sign in under that address" in answer.content.decode()
    assert not Membership.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {"name": ""},
        {"name": "a\u202eb"},
        {"password": "short"},
        {"password": "passwordpassword"},
        {"password": "ada@example.org"},
        {"password": ""},
    ],
)
def test_a_form_that_cannot_be_used_is_shown_again_and_opens_nothing(
    vendor: Organisation, form: dict[str, str]
) -> None:
    answer = browser().post(invited(vendor), {**OPEN, **form})
    if form != {"password": "passwordpassword"}:
        assert answer.status_code == 422
        assert "field__error" in answer.content.decode()
        assert not Person.objects.exists()


@pytest.mark.parametrize("secret", ["x", "x" * 500, "..%2f..", "%00"])
def test_a_link_that_is_none_says_one_thing(db: None, secret: str) -> None:
    answer = browser().get(f"/join/{secret}")
    assert answer.status_code == 404


def test_a_link_is_over_after_14_days(vendor: Organisation) -> None:
    link = invited(vendor)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert browser().get(link).status_code == 404
    assert browser().post(link, OPEN).status_code == 404
    assert not Person.objects.exists()


def test_accounts_are_not_opened_without_end(vendor: Organisation) -> None:
    client, statuses = browser(), set()
    for number in range(22):
        link = invited(vendor, f"p{number}@example.org")
        statuses.add(client.post(link, {**OPEN, "password": "short"}).status_code)
    assert statuses == {422, 429}


def test_with_mail_a_new_address_is_proved_before_anything_is_opened(
    vendor: Organisation, settings: Any, mailoutbox: list[Any]
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.MFA_ALLOW_UNVERIFIED_EMAIL = False
    link, client = invited(vendor), browser()
    client.post(link, OPEN)
    person = Person.objects.get(email=EMAIL)
    assert sign_in(person, client).headers["Location"] == "/account/confirm-email/"
    assert client.get("/account/").status_code == 302
    (message,) = mailoutbox
    # What somebody wrote as their name is not sent to strangers in our name.
    assert "Ada" not in message.body
    (line,) = [one for one in message.body.splitlines() if one.startswith("http")]
    path = line.partition("localhost")[2]
    assert "opened an account here" in client.get(path).content.decode()
    client.post(path)
    assert sign_in(person, client).status_code == 302
    assert client.get("/account/").status_code == 200
