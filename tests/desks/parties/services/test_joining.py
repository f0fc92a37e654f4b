"""An invitation lets in whom it was sent to, once; and tells nobody who has an account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher

from tests.desks.parties.makers import (
    PASSWORD,
    START,
    chief,
    make_actor,
    make_organisation,
    make_person,
    make_place,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Role
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.digests import digest_of
from tidegate.desks.parties.models import Invitation, Membership, Organisation, Person
from tidegate.desks.parties.queries.invitations import invitation_of
from tidegate.desks.parties.services import joining
from tidegate.desks.parties.services.organisations import suspend_organisation
from tidegate.desks.parties.services.refusals import NotPossibleError, NotUsableError

pytestmark = pytest.mark.django_db

EMAIL = "ada@example.org"


@pytest.fixture
def vendor() -> Organisation:
    return make_organisation()


def invited(vendor: Organisation, email: str = EMAIL, role: Role = Role.MEMBER) -> str:
    return joining.invite(OWNER, vendor.key, email, role, at=START).secret


def test_the_secret_is_kept_as_a_digest_and_is_good_for_14_days(vendor: Organisation) -> None:
    made = joining.invite(OWNER, vendor.key, " Ada@Example.org ", Role.READER, at=START)
    row = Invitation.objects.values().get()
    assert made.secret not in str(row) + repr(made) + str(Entry.objects.values())
    assert row["digest"] == digest_of(made.secret)
    assert (row["email"], row["role"]) == (EMAIL, "reader")
    last = START + timedelta(days=14)
    assert invitation_of(made.secret, at=last - timedelta(seconds=1))
    assert invitation_of(made.secret, at=last) is None
    assert invitation_of(made.secret + "x", at=START) is None


def test_administrators_invite_to_their_own_organisation_alone(vendor: Organisation) -> None:
    actor, _ = make_actor(vendor, Role.ADMINISTRATOR)
    member, _ = make_actor(vendor)
    assert joining.invite(actor, vendor.key, EMAIL, Role.ADMINISTRATOR, at=START)
    for who, where in ((member, vendor), (actor, make_organisation())):
        with pytest.raises(NotFoundError):
            joining.invite(who, where.key, EMAIL, Role.MEMBER, at=START)


def test_an_invitation_is_the_same_whether_or_not_there_is_an_account(
    vendor: Organisation,
) -> None:
    actor, _ = make_actor(vendor, Role.ADMINISTRATOR)
    make_person(EMAIL)
    said = []
    for email in (EMAIL, "nobody@example.org"):
        joining.invite(actor, vendor.key, email, Role.MEMBER, at=START)
        entry = Entry.objects.get(kind="invited", text__contains=email)
        said.append(sorted(entry.said))
    assert said[0] == said[1]


def test_a_new_invitation_ends_the_one_before(vendor: Organisation) -> None:
    first, second = invited(vendor), invited(vendor)
    assert invitation_of(first, at=START) is None
    assert invitation_of(second, at=START)


def test_an_account_is_opened_and_the_invitation_accepted_once(vendor: Organisation) -> None:
    secret = invited(vendor, role=Role.ADMINISTRATOR)
    joining.open_account(secret, name="Ada", password=PASSWORD, at=START)
    person = Person.objects.get(email=EMAIL)
    assert not Membership.objects.exists()
    place = joining.accept(person, secret, at=START)
    assert (place.role, place.organisation) == ("administrator", vendor)
    with pytest.raises(NotUsableError):
        joining.accept(person, secret, at=START)
    with pytest.raises(NotUsableError):
        joining.open_account(secret, name="Eve", password=PASSWORD, at=START)
    kinds = list(Entry.objects.order_by("index").values_list("kind", flat=True))
    assert kinds == ["invited", "account-opened", "member-joined"]


def test_opening_an_account_that_is_there_changes_nothing_and_hashes_as_often(
    vendor: Organisation, monkeypatch: Any
) -> None:
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: Any, password: str, *more: Any) -> str:
        hashed.append(password)
        return str(encode(self, password, *more))

    known = make_person(EMAIL)
    before = known.password
    secrets = [invited(vendor), invited(vendor, "new@example.org")]
    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    counts = []
    for secret in secrets:
        hashed.clear()
        joining.open_account(secret, name="Eve", password="another tide table", at=START)
        counts.append(len(hashed))
    assert counts == [1, 1]
    known.refresh_from_db()
    assert (known.password, known.name) == (before, known.name)
    assert Person.objects.filter(name="Eve").count() == 1


def test_only_who_was_invited_accepts(vendor: Organisation) -> None:
    secret = invited(vendor)
    with pytest.raises(NotPossibleError, match="sign in under that address"):
        joining.accept(make_person("eve@example.org"), secret, at=START)
    assert joining.accept(make_person(EMAIL), secret, at=START)


def test_whoever_came_through_a_provider_joins_its_organisation_alone(
    vendor: Organisation,
) -> None:
    person, secret = make_person(EMAIL), invited(vendor)
    with pytest.raises(NotPossibleError, match="provider"):
        joining.accept(person, secret, via=make_organisation().pk, at=START)
    assert joining.accept(person, secret, via=vendor.pk, at=START)


def test_a_suspended_person_joins_nothing_and_a_suspended_organisation_takes_nobody(
    vendor: Organisation,
) -> None:
    person, secret = make_person(EMAIL), invited(vendor)
    Person.objects.update(is_active=False)
    with pytest.raises(NotUsableError):
        joining.accept(person, secret, at=START)
    Person.objects.update(is_active=True)
    suspend_organisation(OWNER, vendor.key, reason="x", at=START)
    with pytest.raises(NotUsableError):
        joining.accept(person, secret, at=START)
    assert not Membership.objects.exists()


def test_whoever_has_a_place_is_not_invited_and_whoever_left_is_again(
    vendor: Organisation,
) -> None:
    place = make_place(vendor, person=make_person(EMAIL))
    with pytest.raises(NotPossibleError, match="has a place"):
        invited(vendor)
    place.left_at = START
    place.save()
    assert joining.accept(place.person, invited(vendor), at=START).pk != place.pk


def test_an_invitation_is_taken_back_by_those_who_may(vendor: Organisation) -> None:
    made = joining.invite(OWNER, vendor.key, EMAIL, Role.MEMBER, at=START)
    stranger, _ = make_actor(make_organisation(), Role.ADMINISTRATOR)
    with pytest.raises(NotFoundError):
        joining.revoke_invitation(stranger, made.invitation.key, at=START)
    joining.revoke_invitation(chief(), made.invitation.key, at=START)
    with pytest.raises(NotUsableError):
        joining.open_account(made.secret, name="Ada", password=PASSWORD, at=START)
    with pytest.raises(NotPossibleError, match="before"):
        joining.revoke_invitation(chief(), made.invitation.key, at=START)
