"""A token is shown once, does no more than its person, and is good for nothing when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desks.parties.makers import START, make_actor, make_organisation, make_place
from tidegate.desks.access.actors import HOUSE, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role, Scope
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.digests import digest_of
from tidegate.desks.parties.models import ApiToken, Person
from tidegate.desks.parties.queries.actors import actor_of, narrowed_to
from tidegate.desks.parties.services.refusals import NotPossibleError
from tidegate.desks.parties.services.tokens import (
    actor_of_token,
    create_token,
    revoke_token,
)

pytestmark = pytest.mark.django_db


def test_the_secret_is_shown_once_and_only_its_digest_is_kept() -> None:
    actor, _ = make_actor(make_organisation())
    made = create_token(actor, "nightly build", [Scope.READ, Scope.HAND_IN], at=START)
    assert made.secret.startswith("tg_")
    assert len(made.secret) == 46
    row = ApiToken.objects.values().get()
    assert made.secret not in str(row)
    assert row["digest"] == digest_of(made.secret)
    assert row["expires_at"] == START + timedelta(days=90)
    assert made.secret not in repr(made)
    assert made.secret not in str(Entry.objects.values())


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_token_is_good_for_a_year_at_most(days: int) -> None:
    actor, _ = make_actor(make_organisation())
    with pytest.raises(NotPossibleError, match="1 to 365"):
        create_token(actor, "x", [Scope.READ], days=days, at=START)
    with pytest.raises(NotPossibleError, match="one or more of"):
        create_token(actor, "x", [], at=START)


def test_a_token_makes_no_token_that_may_do_more() -> None:
    actor, _ = make_actor(make_organisation())
    reads = narrowed_to(actor, scopes=[Scope.READ])
    with pytest.raises(NotPossibleError, match="write"):
        create_token(reads, "x", [Scope.READ, Scope.WRITE], at=START)


def test_whoever_acts_in_one_organisation_alone_makes_tokens_for_it_alone() -> None:
    here, there = make_organisation(), make_organisation()
    actor, person = make_actor(here)
    make_place(there, person=person)
    narrow = actor_of(person, via=here.pk)
    with pytest.raises(NotPossibleError, match="name it"):
        create_token(narrow, "x", [Scope.READ], at=START)
    with pytest.raises(NotFoundError):
        create_token(narrow, "x", [Scope.READ], organisation=there.key, at=START)
    made = create_token(narrow, "x", [Scope.READ], organisation=here.key, at=START)
    found = actor_of_token(made.secret, at=START)
    assert found is not None
    assert found.organisations == (here.pk,)
    assert actor.key == found.key


def test_a_coordinator_makes_none_for_an_organisation_that_they_only_see() -> None:
    vendor = make_organisation()
    actor, _ = make_actor(make_organisation(OrganisationKind.COORDINATOR), Role.ADMINISTRATOR)
    with pytest.raises(NotPossibleError, match="no place"):
        create_token(actor, "x", [Scope.READ], organisation=vendor.key, at=START)


@pytest.mark.parametrize("who", [OWNER, HOUSE])
def test_a_token_is_a_persons(who) -> None:
    with pytest.raises(NotFoundError):
        create_token(who, "x", [Scope.READ], at=START)


def test_everybody_revokes_their_own_and_nobody_elses() -> None:
    vendor = make_organisation()
    actor, _ = make_actor(vendor)
    boss, _ = make_actor(vendor, Role.ADMINISTRATOR)
    made = create_token(actor, "x", [Scope.READ], at=START)
    with pytest.raises(NotFoundError):
        revoke_token(boss, made.token.key, at=START)
    revoke_token(actor, made.token.key, at=START)
    assert actor_of_token(made.secret, at=START) is None
    with pytest.raises(NotPossibleError, match="already"):
        revoke_token(actor, made.token.key, at=START)


def test_its_last_use_is_known_to_the_minute_and_written_once_a_minute() -> None:
    actor, _ = make_actor(make_organisation())
    made = create_token(actor, "x", [Scope.READ], at=START)
    moment = START + timedelta(minutes=3, seconds=42, microseconds=7)
    assert actor_of_token(made.secret, at=moment)
    assert ApiToken.objects.get().last_used_at == START + timedelta(minutes=3)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert actor_of_token(made.secret, at=moment + timedelta(seconds=10))
    assert not [one for one in asked.captured_queries if "UPDATE" in one["sql"]]


def test_an_unknown_a_revoked_an_expired_and_a_suspended_persons_take_the_same_questions() -> None:
    actor, person = make_actor(make_organisation())
    revoked = create_token(actor, "r", [Scope.READ], at=START)
    revoke_token(actor, revoked.token.key, at=START)
    expired = create_token(actor, "e", [Scope.READ], days=1, at=START - timedelta(days=2))
    asked: list[list[str]] = []

    def ask(secret: str) -> None:
        with CaptureQueriesContext(connection) as queries:
            assert actor_of_token(secret, at=START) is None
        asked.append([_shape(one["sql"]) for one in queries.captured_queries])

    ask("tg_made-up")
    ask("")
    ask("\udcff")
    ask(revoked.secret)
    ask(expired.secret)
    suspended = create_token(actor, "s", [Scope.READ], at=START)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    ask(suspended.secret)
    assert all(one == asked[0] for one in asked), asked


def _shape(sql: str) -> str:
    """Return a query without what it is asked about."""
    return sql.split("WHERE")[0]
