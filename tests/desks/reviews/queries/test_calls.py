"""The developer sees who uses what; whoever calls sees their own calls, and nobody else's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.desks.reviews.accesses import Access, access
from tests.desks.reviews.making import NOW, day, developer, grant, named
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.desks.reviews.models import Call, Grant, Refusal, Transcript
from tidegate.desks.reviews.queries.calls import MINUTES, list_calls, live_use

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def call(here: Access, of: Grant, at: datetime = NOW, **columns: Any) -> Call:
    return Call.objects.create(
        **{
            "engagement": here.made.row,
            "grant": of,
            "endpoint": here.endpoint,
            "operation": "chat",
            "address": "192.0.2.1",
            "began_at": at,
            "request_sha256": "ab",
            "request_bytes": 10,
            "response_bytes": 5,
            "tokens_in": 2,
            "tokens_out": 1,
            "outcome": Call.Outcome.COMPLETE,
            **columns,
        }
    )


def two_grants() -> tuple[Access, Grant, Grant]:
    here = access()
    other = named(here.made.row, here.government)
    dates: dict[str, Any] = {"begins_at": NOW, "ends_at": day(5)}
    mine, theirs = (
        grant(who, secret=f"{here.key} {who.pk}", **dates) for who in (here.evaluator, other)
    )
    return here, mine, theirs


def test_the_developer_and_who_leads_read_all_and_others_their_own():
    here, mine, theirs = two_grants()
    first, second = call(here, mine), call(here, theirs)
    for actor in (here.developer, here.lead):
        assert [one.key for one in list_calls(actor, here.key)] == [second.key, first.key]
    assert [one.key for one in list_calls(here.holder, here.key)] == [first.key]
    assert [one.key for one in list_calls(actor_of(theirs.named.person), here.key)] == [second.key]
    assert not list_calls(here.another(), here.key)
    for stranger in (developer().actor, access().holder, OWNER):
        with pytest.raises(NotFoundError):
            list_calls(stranger, here.key)
        with pytest.raises(NotFoundError):
            live_use(stranger, here.key, at=NOW)


def test_calls_are_read_page_by_page_and_by_grant():
    here, mine, theirs = two_grants()
    made = [call(here, mine if number % 2 else theirs) for number in range(5)]
    keys = [one.key for one in reversed(made)]
    page = list_calls(here.developer, here.key, limit=2)
    assert [one.key for one in page] == keys[:2]
    rest = list_calls(here.developer, here.key, before=page[-1].key)
    assert [one.key for one in rest] == keys[2:]
    assert len(list_calls(here.developer, here.key, grant=mine.key)) == 2
    assert not list_calls(here.developer, here.key, limit=-1)


def test_the_key_of_another_engagement_opens_no_page():
    here, mine, _ = two_grants()
    other, foreign, _ = two_grants()
    call(here, mine)
    unknown = call(other, foreign)
    with pytest.raises(NotFoundError):
        list_calls(here.developer, here.key, before=unknown.key)
    with pytest.raises(NotFoundError):
        list_calls(here.developer, here.key, grant=foreign.key)


def test_a_transcript_is_offered_to_those_alone_who_may_have_it():
    here, mine, _ = two_grants()
    made = call(here, mine)
    row = Transcript.objects.create(call=made, content=b"x", kept_for=[], kept_at=NOW)
    assert list_calls(here.developer, here.key)[0].transcript
    assert not list_calls(here.holder, here.key)[0].transcript
    Transcript.objects.filter(pk=row.pk).update(for_holder=True)
    assert list_calls(here.holder, here.key)[0].transcript
    Transcript.objects.filter(pk=row.pk).update(destroyed_at=NOW)
    assert not list_calls(here.developer, here.key)[0].transcript


def test_what_runs_now_and_what_was_used_is_seen_live():
    here, mine, theirs = two_grants()
    now = NOW + timedelta(hours=3, seconds=30)
    running = call(here, mine, now, outcome=Call.Outcome.RUNNING, tokens_in=0, tokens_out=0)
    call(here, mine, now - 59 * MINUTE)
    call(here, mine, now - 2 * timedelta(hours=1))
    call(here, theirs, now - MINUTE)
    for minute, reason, count in ((now, "rate", 3), (now - day(1) + NOW, "rate", 4)):
        Refusal.objects.create(
            engagement=here.made.row,
            grant=theirs,
            reason=reason,
            address="192.0.2.1",
            minute=minute.replace(second=0),
            count=count,
        )
    live = live_use(here.developer, here.key, at=now)
    assert [one.key for one in live.running] == [running.key]
    first, second = live.uses
    assert (first.grant, first.calls, first.running, first.tokens, first.bytes) == (
        mine.key,
        3,
        1,
        6,
        45,
    )
    assert (first.last_call_at, first.refusals) == (now, 0)
    assert (second.refusals, dict(second.last_refusals)) == (7, {"rate": 3})
    assert (live.calls, live.tokens, live.bytes, live.refusals) == (4, 9, 60, 7)
    assert len(live.minutes) == MINUTES
    assert live.minutes[-1].at == now.replace(second=0)
    assert [(one.calls, one.tokens, one.refusals) for one in live.minutes if one.calls] == [
        (1, 3, 0),
        (1, 3, 0),
        (1, 0, 3),
    ]


def test_whoever_calls_sees_no_use_and_no_refusal_of_others():
    here, mine, theirs = two_grants()
    call(here, theirs)
    Refusal.objects.create(
        engagement=here.made.row,
        grant=theirs,
        reason="rate",
        address="192.0.2.1",
        minute=NOW,
    )
    live = live_use(here.holder, here.key, at=NOW)
    assert not live.uses
    assert not live.running
    assert not any(one.calls or one.refusals for one in live.minutes)
    assert live.refusals == 0
    call(here, mine)
    assert [one.grant for one in live_use(here.holder, here.key, at=NOW).uses] == [mine.key]


def test_the_number_of_questions_does_not_grow_with_calls(django_assert_max_num_queries):
    here, mine, theirs = two_grants()
    for number in range(30):
        call(here, mine if number % 2 else theirs)
    actor = here.developer
    with django_assert_max_num_queries(12):
        list_calls(actor, here.key)
    with django_assert_max_num_queries(16):
        live_use(actor, here.key, at=NOW)
