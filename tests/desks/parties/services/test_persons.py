"""A suspended person is out at once, wherever they were in; and comes back to none of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from tests.desks.parties.makers import (
    PASSWORD,
    START,
    chief,
    make_actor,
    make_organisation,
    make_person,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Role, Scope
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import ApiToken, Mark, Person
from tidegate.desks.parties.services import persons
from tidegate.desks.parties.services.proving import address_proved
from tidegate.desks.parties.services.refusals import NotPossibleError
from tidegate.desks.parties.services.sessions import clear_expired
from tidegate.desks.parties.services.tokens import actor_of_token, create_token

pytestmark = pytest.mark.django_db


def session_of(**held: object) -> str:
    store = SessionStore()
    store.update(held)
    store.save()
    assert store.session_key
    return store.session_key


def test_sessions_half_signed_in_ones_and_tokens_end_and_nobody_elses_do() -> None:
    actor, person = make_actor(make_organisation(), Role.MEMBER)
    other = make_person()
    made = create_token(actor, "ci", [Scope.READ], at=START)
    of = {"_auth_user_id": str(person.pk)}
    begun = {"account_login": {"user_pk": user_pk_to_url_str(person)}}
    session_of(**of)
    session_of(**of)
    session_of(**begun)
    kept = [session_of(_auth_user_id=str(other.pk)), session_of(account_login=None), session_of()]

    persons.suspend_person(chief(), person.key, reason="left the company", at=START)

    assert {row.session_key for row in Session.objects.all()} == set(kept)
    assert actor_of_token(made.secret, at=START) is None
    person.refresh_from_db()
    assert not person.is_active
    assert Entry.objects.get(kind="person-suspended").said["sessions"] == 3

    persons.reinstate_person(OWNER, person.email.upper(), at=START)
    assert actor_of_token(made.secret, at=START) is None
    person.refresh_from_db()
    assert person.is_active


def test_what_has_expired_is_cleared_away_and_nothing_else() -> None:
    kept = session_of()
    Session.objects.filter(session_key=session_of()).update(expire_date=START)
    for key, expires in (("old", START), ("new", START + timedelta(seconds=1))):
        Mark.objects.create(key=key, value=1, expires_at=expires)
    assert clear_expired(at=START) == 1
    assert [row.session_key for row in Session.objects.all()] == [kept]
    assert [row.key for row in Mark.objects.all()] == ["new"]


def test_an_organisations_administrator_suspends_nobodys_account() -> None:
    actor, _ = make_actor(make_organisation(), Role.ADMINISTRATOR)
    person = make_person()
    with pytest.raises(NotFoundError):
        persons.suspend_person(actor, person.key, reason="rival", at=START)
    person.refresh_from_db()
    assert person.is_active


def test_nobody_suspends_themselves_twice_or_without_a_reason() -> None:
    runs, person = chief(), make_person()
    with pytest.raises(NotPossibleError, match="themselves"):
        persons.suspend_person(runs, runs.key, reason="tired", at=START)
    with pytest.raises(NotPossibleError, match="reason"):
        persons.suspend_person(runs, person.key, reason=" ", at=START)
    persons.suspend_person(runs, person.key, reason="x", at=START)
    with pytest.raises(NotPossibleError, match="already"):
        persons.suspend_person(runs, person.key, reason="x", at=START)


@pytest.mark.parametrize(
    ("password", "said"),
    [("short", "12 characters"), ("passwordpassword1", ""), ("person1@example.org", "similar")],
)
def test_a_bad_password_makes_nobody(password: str, said: str) -> None:
    if not said:
        persons.make_person("p@example.org", "P", password, verified=False, at=START)
        return
    with pytest.raises(NotPossibleError, match=said):
        persons.make_person("person1@example.org", "P", password, verified=False, at=START)
    assert not Person.objects.exists()


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c", "a b@example.org", "x" * 250 + "@e.org"])
def test_an_address_that_is_none_makes_nobody(email: str) -> None:
    with pytest.raises(NotPossibleError):
        persons.make_person(email, "P", PASSWORD, verified=False, at=START)


def test_a_person_names_themselves_and_their_zone() -> None:
    actor, person = make_actor()
    persons.change_profile(actor, name="Ada L.", time_zone="Europe/London", at=START)
    person.refresh_from_db()
    assert (person.name, person.time_zone) == ("Ada L.", "Europe/London")
    assert Entry.objects.get().kind == "person-renamed"
    for name, zone in (("", "UTC"), ("Ada", "Mars/Olympus"), ("Ada", "../../etc/passwd")):
        with pytest.raises(NotPossibleError):
            persons.change_profile(actor, name=name, time_zone=zone, at=START)


def test_what_was_set_up_before_an_address_was_proved_is_taken_away_and_after_it_stays() -> None:
    person = make_person(verified=False)
    Authenticator.objects.create(user=person, type="totp", data={})
    ApiToken.objects.create(
        person=person, digest="d", made_at=START, expires_at=START + timedelta(days=1)
    )
    session_of(_auth_user_id=str(person.pk))
    address_proved(person, at=START)
    assert not Authenticator.objects.exists()
    assert ApiToken.objects.get().revoked_at == START
    assert not Session.objects.exists()
    assert EmailAddress.objects.get(user=person).verified
    Authenticator.objects.create(user=person, type="totp", data={})
    address_proved(person, at=START)
    assert Authenticator.objects.exists()


def test_a_link_to_a_new_password_is_made_by_who_runs_the_instance_alone() -> None:
    person = make_person()
    Authenticator.objects.create(user=person, type="totp", data={})
    actor, _ = make_actor(make_organisation(), Role.ADMINISTRATOR)
    with pytest.raises(NotFoundError):
        persons.prepare_reset(actor, person.email, at=START)
    assert persons.prepare_reset(OWNER, person.email, at=START).count("-") == 2
    assert Authenticator.objects.exists()
    persons.prepare_reset(OWNER, person.email, without_factors=True, at=START)
    assert not Authenticator.objects.exists()
    persons.suspend_person(OWNER, person.key, reason="x", at=START)
    with pytest.raises(NotPossibleError):
        persons.prepare_reset(OWNER, person.email, at=START)
