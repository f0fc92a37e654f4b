"""Calls on record: their beginning before anything else, their end once, refusals by the minute."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyrage
import pytest
from django.core.cache import cache

from tests.desks.reviews import making
from tests.desks.reviews.making import NOW, day
from tidegate.desks.ledger.models import Entry
from tidegate.desks.reviews.frameworks.framework import Kept
from tidegate.desks.reviews.keys import new_call_key
from tidegate.desks.reviews.models import Call, Endpoint, Engagement, Grant, Refusal, Transcript
from tidegate.desks.reviews.queries.usable import Reason, holder_of, known_grant
from tidegate.desks.reviews.services import calls
from tidegate.desks.reviews.services.calls import Act, Begun, Over, Refused, settle_lost, write
from tidegate.desks.reviews.states.grants import Operation

pytestmark = pytest.mark.django_db

SECRET = "tg-grant-of-a-test"
IDENTITY = pyrage.x25519.Identity.generate()


@pytest.fixture
def made() -> making.Engaged:
    """Return an engagement with its window open, and a grant."""
    found = making.engagement(state="window-open", window=(day(-1), day(20)))
    making.agree(found, making.terms_of(found, content=Kept.DEVELOPER))
    making.endpoint(found.row)
    named = making.named(found.row, found.government)
    making.grant(named, begins_at=day(-1), ends_at=day(10), secret=SECRET)
    return found


def begun(**more: Any) -> Begun:
    grant = known_grant(SECRET)
    assert grant is not None
    said: dict[str, Any] = {
        "key": new_call_key(),
        "gateway": "one",
        "grant": grant,
        "actor": holder_of(grant),
        "endpoint": Endpoint.objects.get(),
        "operation": Operation.CHAT,
        "address": "198.51.100.7",
        "at": NOW,
        "request_sha256": "a" * 64,
        "request_bytes": 100,
    }
    return Begun(**{**said, **more})


def over(act: Begun, **more: Any) -> Over:
    said: dict[str, Any] = {"outcome": Call.Outcome.COMPLETE, "at": NOW + timedelta(seconds=2)}
    return Over(act.key, act.grant, **{**said, **more})


def kinds() -> list[str]:
    return list(Entry.objects.order_by("index").values_list("kind", flat=True))


def test_a_call_is_two_entries_and_the_first_one_leads_the_engagement_on(made):
    act = begun()
    assert write([act]) == [None]
    row = Call.objects.get()
    assert (row.outcome, row.gateway, row.began_at) == ("running", "one", NOW)
    assert made.now().state == "under-evaluation"
    write([over(act, tokens_in=3, tokens_out=4, status=200, delivered_sha256="b" * 64)])
    row.refresh_from_db()
    assert (row.outcome, row.tokens_out, row.delivered_sha256) == ("complete", 4, "b" * 64)
    grant = Grant.objects.get()
    assert (grant.used_tokens, grant.used_from) == (7, "198.51.100.7")
    assert grant.used_at == NOW + timedelta(seconds=2)
    assert kinds()[-2:] == ["model-called", "model-answered"]
    called, answered = (entry.said for entry in Entry.objects.order_by("index").reverse()[:2][::-1])
    assert called["request_sha256"] == "a" * 64
    assert called["person"] == grant.named.person.key
    assert answered["call"] == called["call"] == act.key
    # What a model is called stands in no entry that goes out by mail.
    assert "model" not in {*called, *answered}


def test_a_call_ends_once(made):
    act = begun()
    write([act, over(act), over(act, outcome=Call.Outcome.FAILED)])
    assert Call.objects.get().outcome == "complete"
    assert kinds().count("model-answered") == 1


@pytest.mark.parametrize(
    ("model", "columns", "why"),
    [
        (Grant, {"ended_at": NOW}, Reason.ENDED),
        (Grant, {"ends_at": NOW}, Reason.ENDED),
        (Grant, {"digest": "another"}, Reason.ENDED),
        (Grant, {"calls_a_minute": 0}, Reason.RATE),
        (Grant, {"used_from": "203.0.113.9", "used_at": NOW}, Reason.ANOTHER_PLACE),
        (Engagement, {"access_off_at": NOW}, Reason.ENDED),
        (Engagement, {"withdrawn_at": NOW}, Reason.ENDED),
        (Engagement, {"window_ends_at": NOW}, Reason.ENDED),
        (Endpoint, {"ended_at": NOW}, Reason.ENDED),
        (Grant, {"tokens": 5, "used_tokens": 5}, Reason.BUDGET),
    ],
)
def test_what_has_ended_since_it_was_checked_is_not_begun(made, model, columns, why):
    act = begun()
    model.objects.all().update(**columns)
    (answer,) = write([act])
    assert answer is not None
    assert answer.reason is why
    assert not Call.objects.exists()
    assert Refusal.objects.get().reason == why
    assert kinds()[-1] == "call-refused"


def test_of_calls_in_one_group_no_more_begin_than_the_rate_lets(made):
    Grant.objects.update(calls_a_minute=3)
    answers = write([begun() for _ in range(5)])
    assert [answer is None for answer in answers] == [True] * 3 + [False] * 2
    later = begun(at=NOW + timedelta(seconds=61))
    assert write([later]) == [None]


def test_of_calls_in_one_group_one_place_and_one_name_are_taken_once(made):
    here, there = begun(idempotency="x"), begun(address="203.0.113.9")
    again, other = begun(idempotency="x"), begun(idempotency="y")
    reasons = [answer and answer.reason for answer in write([here, there, again, other])]
    assert reasons == [None, Reason.ANOTHER_PLACE, Reason.REPLAYED, None]


def test_what_runs_from_another_place_keeps_a_grant_there_however_long(made):
    first = begun()
    write([first])
    Grant.objects.update(used_at=day(-0.5))
    (answer,) = write([begun(address="203.0.113.9")])
    assert answer is not None
    assert answer.reason is Reason.ANOTHER_PLACE
    assert write([begun()]) == [None]
    ended = [over(call) for call in (first, begun(key=Call.objects.latest("pk").key))]
    write(ended)
    Grant.objects.update(used_at=day(-0.5))
    assert write([begun(address="203.0.113.9")]) == [None]


def test_calls_at_once_use_no_more_than_a_budget(made):
    Grant.objects.update(tokens=100)
    acts = [begun(set_aside=40) for _ in range(4)]
    reasons = [answer and answer.reason for answer in write(acts)]
    assert reasons == [None, None, Reason.BUDGET, Reason.BUDGET]
    # In another transaction they count, too; and once they have ended, what they have used.
    assert write([begun(set_aside=40)]) != [None]
    after: list[Act] = [
        over(acts[0], tokens_out=10),
        over(acts[1], tokens_out=10),
        begun(set_aside=80),
    ]
    assert write(after) == [None, None, None]
    assert Grant.objects.get().used_tokens == 20


def test_a_call_that_runs_alone_begins_while_anything_is_left(made):
    Grant.objects.update(tokens=100, used_tokens=99)
    assert write([begun(set_aside=4000)]) == [None]


def test_whoever_has_recused_themselves_in_another_part_begins_nothing(made):
    act = begun()
    person = act.grant.named.person
    other = making.named(made.row, made.developer, person=person)
    other.recused_at = NOW
    other.save()
    (answer,) = write([act])
    assert answer is not None
    assert answer.reason is Reason.ENDED


def test_a_name_is_free_again_where_its_call_failed(made):
    first = begun(idempotency="x")
    write([first, over(first, outcome=Call.Outcome.FAILED)])
    assert write([begun(idempotency="x")]) == [None]


def test_refusals_are_counted_by_the_minute_and_the_ledger_has_the_first(made):
    grant = known_grant(SECRET)
    assert grant is not None
    before = len(kinds())

    def refused(seconds: float, address: str = "198.51.100.7") -> Refused:
        at = NOW + timedelta(seconds=seconds)
        return Refused(grant, holder_of(grant), Reason.RATE, address, at)

    write([refused(0), refused(5)])
    write([refused(59), refused(30, "203.0.113.9"), refused(61)])
    rows = Refusal.objects.order_by("pk").values_list("address", "count")
    assert list(rows) == [("198.51.100.7", 3), ("203.0.113.9", 1), ("198.51.100.7", 1)]
    assert kinds()[before:] == ["call-refused", "call-refused"]


def test_content_is_kept_with_the_end_and_an_end_without_a_reader_is_still_an_end(made):
    party = making.party_of(made.row, made.developer)
    party.recipient = str(IDENTITY.to_public())
    party.save()
    first, second, third = begun(), begun(), begun()
    write([first, over(first, kept=lambda: b"what was said")])
    kept = Transcript.objects.get()
    assert pyrage.decrypt(bytes(kept.content), [IDENTITY]) == b"what was said"
    party.recipient = ""
    party.save()
    write([second, over(second, kept=lambda: b"what was said", reason="x")])
    row = Call.objects.get(key=second.key)
    assert row.outcome == "complete"
    assert row.reason.startswith("x Not kept:")
    # Of what was withdrawn nothing is kept any more.
    write([third])
    Engagement.objects.update(withdrawn_at=NOW)
    write([over(third, kept=lambda: b"what was said", outcome=Call.Outcome.CUT)])
    assert Transcript.objects.count() == 1


def test_calls_of_a_dead_gateway_are_settled_once_and_others_left_alone(made):
    calls.say_alive("alive")
    write([begun(gateway="dead"), begun(gateway="alive")])
    late = NOW + timedelta(minutes=1)
    assert settle_lost(NOW) == 0
    assert settle_lost(late) == 1
    assert settle_lost(late) == 0
    outcomes = dict(Call.objects.values_list("gateway", "outcome"))
    assert outcomes == {"dead": "unknown", "alive": "running"}
    # Where it is used from is what the calls themselves said.
    assert Grant.objects.get().used_at == NOW
    assert kinds().count("model-answered") == 1
    cache.clear()


def test_nothing_is_written_of_a_group_in_which_one_cannot_be(made):
    good = begun()
    bad = begun(key=good.key)
    with pytest.raises(Exception, match=r"UNIQUE|unique"):
        write([good, bad])
    assert not Call.objects.exists()
