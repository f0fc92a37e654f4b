"""How what was seen is written down, in whatever order it came."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desks.cases.states.answers import led_to, why_not
from tests.desks.cases.states.instants import day
from tidegate.desks.cases.states.histories import (
    Entry,
    facts_of,
    follow,
    history_of,
    legal_histories,
    record_fact,
    record_progress,
    state_of,
    written,
)
from tidegate.desks.cases.states.reports import ReportState
from tidegate.desks.cases.states.vulnerabilities import FACTS, CaseEvent, Facts, VendorState

V, F, D, P, X, A = CaseEvent

_SEEN = st.lists(st.sampled_from(CaseEvent), max_size=12)


def _letters(history):
    return "".join(one.event.letter for one in history)


def _entries(letters, vendor="acme"):
    by_letter = {event.letter: event for event in CaseEvent}
    return tuple(
        Entry(event, day(at), day(at), "" if event in FACTS else vendor)
        for at, event in enumerate(by_letter[letter] for letter in letters)
    )


def test_a_legal_history_is_written_as_it_is_and_no_other_one_is():
    unchanged = {
        order
        for order in permutations(CaseEvent)
        if tuple(one.event for one in written(order)) == order
    }
    assert unchanged == set(legal_histories())


@given(_SEEN)
def test_whatever_was_seen_the_history_is_legal(events):
    history = [one.event for one in written(events)]
    followed = follow(history)
    assert followed
    assert followed.state.forced is None


@given(_SEEN)
def test_whatever_was_seen_is_in_the_history(events):
    history = written(events)
    assert set(events) <= {one.event for one in history}
    assert {one.event for one in history if one.because_of is None} <= set(events)


@given(_SEEN, _SEEN)
def test_what_is_seen_later_changes_nothing_of_what_was_written(earlier, later):
    before = [one.event for one in written(earlier)]
    assert [one.event for one in written([*earlier, *later])][: len(before)] == before


def test_an_exploit_that_is_published_while_nobody_knew_brings_the_rest_along():
    seen = record_fact((), X, happened_at=day(0), recorded_at=day(1))
    assert [entry.event for entry in seen] == [X]
    assert [(one.event, one.because_of) for one in history_of(seen, "acme")] == [
        (X, None),
        (P, X),
        (V, P),
    ]
    assert facts_of(seen) is Facts.PUBLIC_EXPLOIT


def test_a_fact_that_is_seen_again_is_kept_and_written_once():
    seen = _entries("XAPPX")
    assert len(seen) == 5
    assert _letters(history_of(seen)) == "XPA"


def test_a_vendor_that_joins_a_public_case_is_aware_since_it_became_public():
    assert _letters(history_of(_entries("APX"), "late")) == "APVX"
    assert state_of(_entries("APX"), "late").vendor is VendorState.AWARE


def test_attacks_alone_make_nobody_aware():
    assert str(state_of(_entries("A"), "acme")) == "vfdpxA"


def test_one_vendor_does_not_move_another():
    seen = (*_entries("VF"), *_entries("V", "other"))
    assert state_of(seen, "acme").vendor is VendorState.FIX_READY
    assert state_of(seen, "other").vendor is VendorState.AWARE


def test_facts_are_facts_without_any_vendor():
    assert _letters(history_of(_entries("XA"))) == "XPA"


def test_sorted_by_when_it_happened_a_fix_proves_that_its_vendor_knew():
    recorded = _entries("VF")
    happened = (recorded[1], recorded[0])
    assert [(one.event, one.because_of) for one in history_of(happened, "acme")] == [
        (V, F),
        (F, None),
    ]


@pytest.mark.parametrize("report", [ReportState.ACCEPTED, ReportState.DEFERRED, ReportState.CLOSED])
def test_a_vendor_that_has_decided_may_have_a_fix(report):
    seen = record_progress(_entries("V"), F, "acme", report, happened_at=day(1), recorded_at=day(1))
    assert state_of(led_to(seen), "acme").vendor is VendorState.FIX_READY


@pytest.mark.parametrize(
    "report", [ReportState.START, ReportState.RECEIVED, ReportState.INVALID, ReportState.VALID]
)
@pytest.mark.parametrize(("before", "event"), [("V", F), ("VF", D)])
def test_a_vendor_that_has_not_decided_has_none(report, before, event):
    refused = record_progress(
        _entries(before), event, "acme", report, happened_at=day(3), recorded_at=day(3)
    )
    mend = f"report is {report}; let the report be accepted, deferred or closed"
    assert mend in why_not(refused)


def test_a_vendor_may_know_before_it_has_decided_anything():
    assert record_progress((), V, "acme", ReportState.START, happened_at=day(0), recorded_at=day(0))


def test_a_fix_of_a_vendor_that_knows_nothing_is_refused():
    refused = record_progress(
        (), F, "acme", ReportState.ACCEPTED, happened_at=day(0), recorded_at=day(0)
    )
    assert "here follows only vendor-aware" in why_not(refused)


def test_a_fact_is_nobodys_and_progress_is_somebodys():
    with pytest.raises(ValueError, match="hand it over without a vendor"):
        Entry(P, day(0), day(0), "acme")
    with pytest.raises(ValueError, match="hand it over with its vendor"):
        Entry(F, day(0), day(0))
