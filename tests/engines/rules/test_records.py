"""What is kept of a deadline answers 'why this date?' as fully as the deadline itself did."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines import rules
from tidegate.engines.rules import force_on, is_determined, why, why_moved

FIRST = datetime(2026, 11, 20, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
_days = st.dates(date(2026, 11, 20), date(2026, 12, 20))


def _input(*words: str) -> st.SearchStrategy[rules.Input]:
    return st.builds(
        rules.Input, st.sampled_from((*words, "unknown")), st.sampled_from(("", "a source"))
    )


@st.composite
def circumstances(draw: st.DrawFn) -> rules.Circumstances:
    listed = draw(_input("yes", "no"))
    return rules.Circumstances(
        scope=draw(st.sampled_from(rules.Scope)),
        inputs={
            "in_kev": listed,
            "publicly_exposed": draw(_input("yes", "no")),
            "automatable": draw(_input("yes", "no")),
            "technical_impact": draw(_input("partial", "total")),
        },
        detected_at=draw(
            st.none() | st.integers(0, 30 * 24).map(lambda hours: FIRST + timedelta(hours=hours))
        ),
        listed_on=None if listed.value == "no" else draw(st.none() | _days),
        authority_due_on=draw(st.none() | _days),
        authority_asks_triage=draw(st.none() | st.booleans()),
    )


def kept(deadline: rules.Deadline) -> Any:
    return json.loads(json.dumps(deadline.record()))


@given(circumstances())
@settings(max_examples=60, deadline=None)
def test_a_record_gives_the_sentences_of_its_deadline(known):
    deadline = rules.deadline(rules.policy_set_for(known.scope, ()), known, ZONE)
    record = kept(deadline)
    assert why(record) == rules.reasons(deadline)
    assert is_determined(record) == deadline.is_determined


@given(st.lists(circumstances(), min_size=2, max_size=3))
@settings(max_examples=20, deadline=None)
def test_what_moved_it_is_told_as_the_engine_tells_it(all_known):
    moments = [
        rules.Moment(
            datetime(2026, 12, 20 + number, tzinfo=UTC),
            known,
            rules.policy_set_for(known.scope, ()),
        )
        for number, known in enumerate(all_known)
    ]
    for one in rules.history(moments, ZONE):
        before = kept(one.before) if one.before else None
        record = kept(one.deadline)
        told = (*why(record), *why_moved(record, before, one.move, one.changes))
        assert told == rules.explain(one)


def test_it_binds_from_its_day_on_and_is_guidance_before():
    since = date(2026, 12, 7)
    assert force_on(since, date(2026, 12, 6)) is rules.Force.GUIDANCE
    assert force_on(since, since) is rules.Force.BINDING
    assert force_on(None, since) is rules.Force.GUIDANCE
