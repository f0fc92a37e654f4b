"""How the deadlines of a case came to be what they are."""

from __future__ import annotations

import json

import pytest

from tests.desks.cases.policies.makers import day, happened, policy, rule
from tidegate.desks.cases.policies.inputs import ClockInputError
from tidegate.desks.cases.policies.loading import shipped_policy
from tidegate.desks.cases.policies.recomputing import Computation, computed_again
from tidegate.desks.cases.policies.words import Circumstance

ANTHROPIC = shipped_policy("anthropic-cvd")


def _history(*steps):
    history: tuple[Computation, ...] = ()
    for at, when in steps:
        history = computed_again(history, ANTHROPIC, happened(**when), at=day(at), reason="news")
    return history


def _changes(computation):
    return [
        (
            change.rule,
            change.before and change.before.due_at,
            change.after and change.after.due_at,
        )
        for change in computation.changes
    ]


def test_every_change_of_a_deadline_is_told_with_what_it_was():
    reported = {"reported": 0}
    history = _history(
        (0, reported), (4, {**reported, "vendor_replied": 3}), (9, {**reported, "fix_available": 8})
    )
    assert _changes(history[0]) == [
        ("disclosure-after-90-days", None, day(90)),
        ("escalation-after-silence", None, day(30)),
    ]
    assert _changes(history[1]) == [("escalation-after-silence", day(30), day(30))]
    assert _changes(history[2]) == [
        ("escalation-after-silence", day(30), day(30)),
        ("disclosure-with-the-fix", None, day(8)),
        ("details-after-the-fix", None, day(53)),
    ]


def test_a_deadline_that_is_gone_is_told_too():
    critical = {
        "reported": 0,
        "exploitation_known": 1,
        "circumstances": [Circumstance.CRITICAL],
    }
    history = _history((1, critical), (2, {"reported": 0, "exploitation_known": 1}))
    assert _changes(history[1]) == [("disclosure-when-exploited", day(8), None)]


def test_what_changes_nothing_adds_nothing():
    history = _history((0, {"reported": 0}), (1, {"reported": 0, "notice_published": 1}))
    assert len(history) == 1


def test_nothing_in_a_history_is_changed():
    first = _history((0, {"reported": 0}))
    later = computed_again(first, ANTHROPIC, happened(reported=1), at=day(2), reason="corrected")
    assert later[:1] == first
    assert later[1].reason == "corrected"


def test_another_version_of_a_policy_is_a_change():
    first = computed_again((), policy(), happened(reported=0), at=day(0), reason="reported")
    newer = policy(rule(), version="4")
    later = computed_again(first, newer, happened(reported=0), at=day(1), reason="new version")
    (change,) = later[1].changes
    assert change.before is not None
    assert change.after is not None
    assert (change.before.policy_version, change.after.policy_version) == ("3", "4")


def test_a_history_runs_forward():
    with pytest.raises(ClockInputError, match="were computed at 2026-09-20T08:30:00Z already"):
        _history((5, {"reported": 0}), (4, {"reported": 1}))


def test_a_history_can_be_kept_as_json():
    history = _history((0, {"reported": 0}), (9, {"reported": 0, "fix_available": 8}))
    kept = json.loads(json.dumps([computation.record() for computation in history]))
    assert kept[1]["at"] == "2026-09-24T08:30:00Z"
    assert kept[1]["changes"][0]["after"]["due_at"] == "2026-09-23T08:30:00Z"
