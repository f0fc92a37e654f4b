"""Whether a grant may be used now: asked anew each time, in the policy's own words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desks.reviews import making
from tests.desks.reviews.making import NOW, day
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import may
from tidegate.desks.access.words import Act, Role
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.reviews.frameworks.framework import Kept
from tidegate.desks.reviews.models import Call, Endpoint, Engagement, Grant, NamedPerson, Party
from tidegate.desks.reviews.queries import usable as asking
from tidegate.desks.reviews.queries.prepared import INT, OTHER_INT, TEXT, Prepared
from tidegate.desks.reviews.queries.usable import (
    Asked,
    Lasts,
    Unusable,
    Usable,
    ends_of,
    known_grant,
    may_be_used,
    usable,
)
from tidegate.desks.reviews.states.grants import Operation

pytestmark = pytest.mark.django_db

SECRET = "tg-grant-of-a-test"


@pytest.fixture
def made() -> making.Engaged:
    """Return an engagement with its window open, terms, an endpoint, and a grant."""
    found = making.engagement(state="window-open", window=(day(-1), day(20)))
    settings: dict[str, Any] = {"content": Kept.NONE, "vetting": False, "addresses": ()}
    agreement = making.agree(found, making.terms_of(found, **settings))
    named = making.named(found.row, found.government)
    making.endpoint(found.row)
    making.grant(named, begins_at=day(-1), ends_at=day(10), secret=SECRET)
    making.acknowledged(agreement, named.person)
    return found


def usable_grant(secret: str, asked: Asked) -> Usable | Unusable | None:
    grant = known_grant(secret)
    return None if grant is None else usable(grant, asked)


def asked(**more: Any) -> Asked:
    said: dict[str, Any] = {"at": NOW, "operation": Operation.CHAT, "model": "the-model"}
    return Asked("198.51.100.7", **{**said, **more})


def reason(**more: Any) -> str:
    """Return why the grant may not be used; empty if it may."""
    found = usable_grant(SECRET, asked(**more))
    assert found is not None
    return str(found.reason) if isinstance(found, Unusable) else ""


def test_a_grant_may_be_used_for_what_it_is_for(made):
    found = usable_grant(SECRET, asked())
    assert isinstance(found, Usable)
    assert found.endpoint is not None
    assert (found.endpoint.name, found.ends_at) == ("the-model", day(10))
    assert found.actor.person == found.grant.named.person_id


def test_a_secret_of_nobody_is_nobodys(made):
    assert usable_grant("tg-grant-of-nobody", asked()) is None
    assert known_grant("\ud800") is None


def test_access_ends_and_begins_by_the_clock(made):
    assert reason(at=day(10) - timedelta(microseconds=1)) == ""
    assert reason(at=day(10)) == "ended"
    assert reason(at=NOW) == ""
    # It was issued only now.
    assert reason(at=NOW - timedelta(microseconds=1)) == "not-yet"
    Grant.objects.update(begins_at=day(1))
    assert reason(at=day(1)) == ""
    assert reason(at=day(1) - timedelta(microseconds=1)) == "not-yet"


@pytest.mark.parametrize(
    ("model", "columns", "why"),
    [
        (Engagement, {"window_ends_at": NOW}, "ended"),
        (Engagement, {"window_opens_at": day(1)}, "not-yet"),
        (Engagement, {"window_ended_at": NOW}, "ended"),
        (Grant, {"lapse_noted_at": NOW}, "ended"),
        (Grant, {"issued_at": day(1)}, "not-yet"),
        (Engagement, {"access_off_at": NOW}, "access-off"),
        (Engagement, {"withdrawn_at": NOW}, "ended"),
        (Engagement, {"closed_at": NOW}, "ended"),
        (Grant, {"ended_at": NOW}, "ended"),
        (Grant, {"issued_at": None}, "not-taken-up"),
        (Grant, {"endpoints": ["another"]}, "model"),
        (Grant, {"operations": ["messages"]}, "operation"),
        (Grant, {"calls_a_minute": 0}, "rate"),
        (Grant, {"tokens": 5, "used_tokens": 5}, "budget"),
        (Grant, {"addresses": ["203.0.113.0/24"]}, "address"),
        (Grant, {"used_from": "203.0.113.9", "used_at": day(-0.001)}, "another-place"),
        (Endpoint, {"ended_at": NOW}, "model"),
        (Endpoint, {"protocol": "anthropic"}, "operation"),
        (NamedPerson, {"ended_at": NOW}, "no-standing"),
        (NamedPerson, {"recused_at": NOW}, "no-standing"),
        (Party, {"ended_at": NOW}, "no-standing"),
        (Person, {"is_active": False}, "no-standing"),
        (Membership, {"suspended_at": NOW}, "no-standing"),
        (Membership, {"left_at": NOW}, "no-standing"),
        (Membership, {"role": Role.READER}, "no-standing"),
        (Organisation, {"suspended_at": NOW}, "no-standing"),
    ],
)
def test_what_has_changed_counts_from_the_next_call_on(made, model, columns, why):
    # Asked before, so that whatever is kept in memory is kept.
    assert reason() == ""
    model.objects.all().update(**columns)
    assert reason() == why


def test_terms_that_were_changed_have_to_be_read_again(made):
    assert reason() == ""
    settings: dict[str, Any] = {"content": Kept.NONE, "vetting": False}
    agreement = making.agree(made, making.terms_of(made, **settings))
    assert reason() == "terms-not-read"
    making.acknowledged(agreement, Grant.objects.get().named.person)
    assert reason() == ""


def test_the_policy_says_the_same_when_it_is_asked_in_its_own_way(made):
    grant = Grant.objects.get()
    actor = asking.holder_of(grant)
    for at in (day(-2), day(-1), NOW, day(10), day(30)):
        assert asking.may_use(actor, grant.pk, at) is may(actor, Act.USE, grant, at=at)
        assert may_be_used(grant.pk, at) is asking.may_use(actor, grant.pk, at)
    stranger = making.side().actor
    assert not asking.may_use(stranger, grant.pk, NOW)
    # Of two places, or of none, there is no question that was worded before.
    both = Actor("x", actor.person, actor.standings + stranger.standings)
    assert asking.may_use(both, grant.pk, NOW)
    assert not asking.may_use(Actor("x", actor.person), grant.pk, NOW)


def test_a_check_asks_few_questions_that_were_all_worded_before(made):
    assert reason() == ""
    with CaptureQueriesContext(connection) as questions:
        assert reason() == ""
    assert len(questions) <= 8
    prepared = [value for value in vars(asking).values() if isinstance(value, Prepared)]
    assert len(prepared) >= 6
    assert all(one.is_prepared for one in prepared)
    grant = Grant.objects.get()
    standing = asking.holder_of(grant).standings[0]
    question = asking._use_in(standing.role, standing.kinds, asking.holder_of(grant).scopes)
    assert question.is_prepared


def test_ends_are_those_of_what_lasts_less_long(made):
    grant = Grant.objects.get()
    assert ends_of([grant.pk], NOW) == {grant.pk: Lasts(day(10), grant.digest)}
    Engagement.objects.update(window_ends_at=day(3))
    assert ends_of([grant.pk, 10**6], NOW) == {grant.pk: Lasts(day(3), grant.digest)}
    assert ends_of([grant.pk], day(3)) == {}
    Engagement.objects.update(access_off_at=NOW)
    assert ends_of([grant.pk], NOW) == {}


def test_a_partners_grant_lasts_as_its_record_and_stands_on_its_own_terms(made):
    Engagement.objects.update(window_ends_at=day(2))
    made.row.refresh_from_db()
    side, record = making.partnered(made, dates=(day(3), day(9)))
    named = making.named(made.row, side)
    making.grant(named, begins_at=day(3), ends_at=day(30), secret="tg-grant-of-a-partner")

    def why(at: Any) -> str:
        found = usable_grant("tg-grant-of-a-partner", asked(at=at))
        return str(found.reason) if isinstance(found, Unusable) else ""

    assert why(day(4)) == "no-terms"
    settings: dict[str, Any] = {"content": Kept.NONE, "vetting": False}
    terms = making.terms_of(made, side, **settings)
    making.acknowledged(making.agree(made, terms, partner=side), named.person)
    assert why(day(4)) == ""
    assert why(day(2.5)) == "not-yet"
    assert why(day(9)) == "ended"
    record.declined_at = NOW
    record.save()
    assert why(day(4)) == "ended"


def test_a_question_that_cannot_be_worded_before_is_worded_anew(made):
    grant = Grant.objects.get()
    by_value = Prepared(
        lambda pk, name: (
            Grant.objects.filter(pk=pk).values_list("pk")
            if len(name) % 2
            else Grant.objects.none().values_list("pk")
        ),
        {"pk": INT, "name": TEXT},
    )
    assert not by_value.is_prepared
    assert by_value.rows(pk=grant.pk, name="odd") == [(grant.pk,)]
    alike = Prepared(
        lambda one, two: Grant.objects.filter(pk=one, named=two).values_list("pk"),
        {"one": INT, "two": INT},
    )
    assert not alike.is_prepared
    apart = Prepared(
        lambda one, two: Grant.objects.filter(pk=one, named=two).values_list("pk"),
        {"one": INT, "two": OTHER_INT},
    )
    assert apart.is_prepared
    assert apart.rows(one=grant.pk, two=grant.named_id) == [(grant.pk,)]
    assert apart.rows(one=grant.named_id, two=grant.pk) in ([], [(grant.pk,)])


def test_a_place_is_an_address_or_the_network_of_one():
    for here, there, is_another in (
        ("198.51.100.7", "198.51.100.7", False),
        ("198.51.100.7", "198.51.100.8", True),
        ("2001:db8::1", "2001:db8::ffff:1", False),
        ("2001:db8::1", "2001:db8:0:1::1", True),
        ("", "198.51.100.7", False),
        ("198.51.100.7", "", True),
    ):
        use = asking.Use(NOW, here, 0)
        assert asking.is_elsewhere(use, there, NOW) is is_another
        assert not asking.is_elsewhere(use, there, NOW + asking.ONE_PLACE)


def test_a_grant_that_runs_elsewhere_is_used_there_however_long(made):
    grant = Grant.objects.get()
    Call.objects.create(
        engagement=grant.engagement,
        grant=grant,
        endpoint=Endpoint.objects.get(),
        operation="chat",
        address="203.0.113.9",
        began_at=day(-0.5),
        request_sha256="a" * 64,
        request_bytes=1,
    )
    assert reason() == "another-place"
    Call.objects.update(outcome=Call.Outcome.COMPLETE)
    assert reason() == ""


def test_what_was_not_read_yet_is_checked_but_for_its_model(made):
    assert reason(model=None) == ""
    Grant.objects.update(calls_a_minute=0)
    assert reason(model=None) == "rate"
    Grant.objects.update(operations=["messages"])
    assert reason(model=None) == "operation"
    Grant.objects.update(ended_at=NOW)
    assert reason(model=None) == "ended"
