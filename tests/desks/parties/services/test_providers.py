"""A provider vouches for its own people, as far as it was trusted, and for nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp

from tests.desks.parties.makers import (
    START,
    make_actor,
    make_organisation,
    make_person,
    make_place,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Role
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.providers import providers, speaks_for
from tidegate.desks.parties.sealed import sealed
from tidegate.desks.parties.services import joining
from tidegate.desks.parties.services.providers import admit, remove_provider, set_provider
from tidegate.desks.parties.services.refusals import NotPossibleError
from tidegate.desks.parties.services.rewrapping import FACTOR, rewrap
from tidegate.instance.keyring import keyring

pytestmark = pytest.mark.django_db

EMAIL = "ada@acme.example"
GOOD: dict[str, Any] = {
    "issuer": "https://id.acme.example/",
    "client_id": "tidegate",
    "secret": "what the provider shows once",
    "domains": ["@ACME.example"],
}


@pytest.fixture
def acme() -> Organisation:
    made = make_organisation(name="ACME")
    set_provider(OWNER, made.key, **GOOD, at=START)
    return made


def let_in(organisation: Organisation, **said: str) -> Person | None:
    about = {"email": EMAIL, "subject": "u-1", "name": "Ada", **said}
    return admit(organisation.key, **about, at=START)


def test_the_secret_lies_sealed_and_is_opened_to_ask_the_provider(acme: Organisation) -> None:
    assert GOOD["secret"] not in str(SocialApp.objects.values())
    assert GOOD["secret"] not in str(Entry.objects.values())
    (app,) = providers(acme.key)
    assert (app.secret, app.client_id) == (GOOD["secret"], "tidegate")
    assert app.settings["server_url"] == "https://id.acme.example"
    assert speaks_for(app, "Someone@acme.EXAMPLE")
    assert not speaks_for(app, "someone@acme.example.evil.example")
    assert not speaks_for(app, "someone@sub.acme.example")


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://id.acme.example"},
        {"issuer": "https://"},
        {"issuer": "https://id.acme.example?x=1"},
        {"issuer": "https://user@id.acme.example"},
        {"issuer": "https://id.acme.example:99999999"},
        {"domains": []},
        {"domains": ["acme"]},
        {"domains": ["*.acme.example"]},
        {"secret": ""},
        {"client_id": "x" * 192},
    ],
)
def test_what_cannot_be_a_provider_is_refused_whole(wrong: dict[str, Any]) -> None:
    made = make_organisation()
    with pytest.raises(NotPossibleError):
        set_provider(OWNER, made.key, **{**GOOD, **wrong}, at=START)
    assert not SocialApp.objects.exists()


def test_its_own_administrators_do_not_say_for_whom_it_speaks(acme: Organisation) -> None:
    actor, _ = make_actor(acme, Role.ADMINISTRATOR)
    with pytest.raises(NotFoundError):
        set_provider(actor, acme.key, **{**GOOD, "domains": ["rival.example"]}, at=START)
    with pytest.raises(NotFoundError):
        remove_provider(actor, acme.key, at=START)


def test_whoever_has_a_place_is_let_in_and_known_by_what_the_provider_calls_them(
    acme: Organisation,
) -> None:
    place = make_place(acme, person=make_person(EMAIL))
    assert let_in(acme) == place.person
    assert let_in(acme) == place.person
    # The address went to somebody else at the provider; the account did not.
    assert let_in(acme, subject="u-2") is None
    # And the one whom it knows does not become another.
    make_place(acme, person=make_person("bob@acme.example"))
    assert let_in(acme, email="bob@acme.example", subject="u-1") is None


def test_a_stranger_is_not_let_in_and_nobody_is_made(acme: Organisation) -> None:
    make_place(make_organisation(), person=make_person("known@acme.example"))
    assert let_in(acme) is None
    assert let_in(acme, email="known@acme.example") is None
    assert Person.objects.count() == 1
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("known", [True, False])
def test_whoever_was_invited_joins_by_coming(acme: Organisation, known: bool) -> None:
    if known:
        make_person(EMAIL)
    joining.invite(OWNER, acme.key, EMAIL, Role.READER, at=START)
    person = let_in(acme)
    assert person is not None
    assert Membership.objects.get(person=person).role == "reader"
    assert known or not person.has_usable_password()


@pytest.mark.parametrize("end", ["left", "suspended", "person", "organisation"])
def test_whoever_has_lost_the_place_is_not_let_in(acme: Organisation, end: str) -> None:
    place = make_place(acme, person=make_person(EMAIL), suspended=end == "suspended")
    if end == "left":
        Membership.objects.update(left_at=START)
    if end == "person":
        Person.objects.update(is_active=False)
    if end == "organisation":
        Organisation.objects.update(suspended_at=START)
    joining.invite(OWNER, acme.key, "other@acme.example", Role.MEMBER, at=START)
    assert let_in(acme) is None
    assert place.pk


def test_a_suspended_organisations_provider_is_not_asked_and_a_removed_one_is_gone(
    acme: Organisation,
) -> None:
    make_place(acme, person=make_person(EMAIL))
    assert let_in(acme)
    Organisation.objects.update(suspended_at=START)
    assert providers() == []
    Organisation.objects.update(suspended_at=None)
    remove_provider(OWNER, acme.key, at=START)
    assert providers() == []
    assert not SocialAccount.objects.exists()
    with pytest.raises(NotPossibleError):
        remove_provider(OWNER, acme.key, at=START)


def test_after_a_rotation_every_secret_is_wrapped_by_the_newest_key(
    tmp_path: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("TIDEGATE_KEYS", str(tmp_path / "keys"))
    acme = make_organisation(name="ACME")
    set_provider(OWNER, acme.key, **GOOD, at=START)
    factor = Authenticator.objects.create(
        user=make_person(), type="totp", data={"secret": sealed("JBSWY3DP", FACTOR)}
    )
    assert rewrap() == 0
    keyring().rotate(START)
    assert rewrap() == 2
    assert rewrap() == 0
    next((tmp_path / "keys").glob("wrapping-1-*.json")).unlink()
    keyring()._known.clear()
    assert providers(acme.key)[0].secret == GOOD["secret"]
    assert Authenticator.objects.get(pk=factor.pk).data != factor.data
