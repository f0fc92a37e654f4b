"""Whoever reads a grant reads the same of it as the policy decides by, and never its secret."""

from __future__ import annotations

import dataclasses
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.desks.reviews.accesses import access, may_use
from tests.desks.reviews.making import NOW, agree, day, developer, terms_of
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.reviews.models import Engagement, Grant, NamedPerson
from tidegate.desks.reviews.queries.grants import GrantState, grant_page, list_grants
from tidegate.desks.reviews.services import grants
from tidegate.desks.reviews.services.break_glass import ask_break_glass
from tidegate.desks.reviews.states.grants import Hours

pytestmark = pytest.mark.django_db


def test_a_grant_is_read_by_its_person_their_lead_and_the_developer_alone():
    here = access()
    grant = here.issued()
    for actor in (here.holder, here.lead, here.developer):
        assert [one.key for one in list_grants(actor, at=NOW)] == [grant.key]
        assert grant_page(actor, grant.key, at=NOW).grant.key == grant.key
    for other in (here.another(), developer().actor, access().holder, OWNER):
        assert not list_grants(other, at=NOW)
        with pytest.raises(NotFoundError):
            grant_page(other, grant.key, at=NOW)
    with pytest.raises(NotFoundError):
        list_grants(developer().actor, engagement=here.key, at=NOW)


def test_neither_the_secret_nor_its_digest_is_shown():
    here = access()
    secret = grants.take_up(here.holder, here.issued().key, at=NOW)
    row = Grant.objects.get()
    for actor in (here.holder, here.developer):
        page = str(dataclasses.asdict(grant_page(actor, row.key, at=NOW)))
        assert secret not in page
        assert str(row.digest) not in page


def test_its_state_goes_from_asked_to_lapsed():
    here = access()
    grant = here.asked()

    def state(at=NOW) -> GrantState:
        return grant_page(here.holder, grant.key, at=at).grant.state

    assert state() is GrantState.ASKED
    grants.issue_grant(here.developer, grant.key, at=NOW)
    assert state() is GrantState.ISSUED
    grants.take_up(here.holder, grant.key, at=NOW)
    assert state() is GrantState.IN_USE
    assert state(day(5)) is GrantState.LAPSED
    grants.revoke_grant(here.holder, grant.key, at=day(1))
    assert state(day(1)) is GrantState.ENDED


def test_the_end_of_the_window_is_the_end_of_a_grant():
    here = access()
    grant = here.taken_up()
    Engagement.objects.update(window_ends_at=day(2))
    page = grant_page(here.holder, grant.key, at=day(2))
    assert (page.grant.state, page.grant.good_until) == (GrantState.LAPSED, day(2))
    assert page.grant.unusable == "Access was over at 2026-12-03T12:00:00Z."


def test_the_scope_is_said_in_words():
    here = access(addresses=("192.0.2.0/24",))
    office = Hours("Europe/Berlin", time(8), time(18), frozenset({0, 1}))
    grant = here.taken_up(tokens=1000, hours=office)
    Grant.objects.update(used_tokens=234)
    page = grant_page(here.holder, grant.key, at=NOW)
    assert page.hours == office
    assert page.tokens_used == 234
    assert page.scope == (
        "Calls may name the-model, by chat.",
        "At most 60 calls may begin in a minute.",
        "At most 1,000 tokens may be used in all; 234 have been.",
        "It is good from 08:00 to 18:00 Europe/Berlin on Monday, Tuesday.",
        "It is good from 192.0.2.0/24 alone.",
        "It is good from 2026-12-01T12:00:00Z to 2026-12-06T12:00:00Z.",
    )
    assert grant_page(here.holder, grant.key, at=day(1) + timedelta(hours=8)).grant.unusable == (
        "It is good from 08:00 to 18:00 Europe/Berlin on Monday, Tuesday."
    )


def test_the_terms_in_force_are_there_in_plain_words():
    here = access(read=False)
    grant = here.issued()
    page = grant_page(here.holder, grant.key, at=NOW)
    assert page.terms_sha256 == here.agreement.sha256
    assert not page.acknowledged
    assert page.terms
    assert not any("{" in one.plain + one.text for one in page.terms)
    assert "acknowledge" in page.grant.may
    assert "take-up" not in page.grant.may


def test_the_newest_terms_are_to_be_read_anew():
    here = access()
    grant = here.issued()
    assert grant_page(here.holder, grant.key, at=NOW).acknowledged
    agree(here.made, terms_of(here.made, watermark=False))
    assert not grant_page(here.holder, grant.key, at=NOW).acknowledged


def test_what_somebody_may_do_is_what_they_can():
    here = access(break_glass=True)
    grant = here.asked()

    def may(actor, key=grant.key) -> set[str]:
        return set(grant_page(actor, key, at=NOW).grant.may)

    assert may(here.developer) == {"issue", "decline", "revoke"}
    assert may(here.holder) == may(here.lead) == {"revoke"}
    grants.issue_grant(here.developer, grant.key, at=NOW)
    assert may(here.developer) == may(here.lead) == {"revoke"}
    assert may(here.holder) == {"revoke", "take-up"}
    scope: dict[str, Any] = {
        "purpose": grant.purpose,
        "endpoints": ["the-model"],
        "operations": ["chat"],
        "calls_a_minute": 1,
        "begins_at": NOW,
        "ends_at": day(1),
    }
    glass = ask_break_glass(here.holder, here.key, reason="now", **scope, at=NOW)
    assert may(here.developer, glass.key) == {"decline", "revoke"}
    assert may(here.holder, glass.key) == {"revoke"}


@given(
    moves=st.lists(
        st.sampled_from(["issue", "take-up", "recuse", "plug", "window", "revoke"]), max_size=5
    ),
    number=st.floats(0, 8),
)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_reason_is_given_exactly_where_the_policy_refuses(db, moves, number):
    with transaction.atomic():
        here = access()
        grant = here.asked(begins_at=day(1))
        rows = Grant.objects.filter(pk=grant.pk)
        for move in ["issue", "take-up", *moves] if len(moves) > 1 else moves:
            match move:
                case "issue":
                    rows.update(issued_at=NOW)
                case "take-up":
                    rows.update(taken_up_at=NOW)
                case "recuse":
                    NamedPerson.objects.filter(pk=here.evaluator.pk).update(recused_at=NOW)
                case "plug":
                    Engagement.objects.filter(key=here.key).update(access_off_at=NOW)
                case "window":
                    Engagement.objects.filter(key=here.key).update(window_ends_at=day(3))
                case "revoke":
                    rows.update(ended_at=NOW)
        at = day(number)
        (shown,) = list_grants(here.developer, engagement=here.key, at=at)
        assert (shown.unusable == "") is may_use(grant, at)
        transaction.set_rollback(True)
