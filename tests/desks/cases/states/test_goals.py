"""How good the order of events in a case was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.desks.cases.states.goals import GOALS, score, score_of_all
from tidegate.desks.cases.states.histories import legal_histories
from tidegate.desks.cases.states.vulnerabilities import CaseEvent

_BY_LETTER = {event.letter: event for event in CaseEvent}

# From: Vultron, "possible histories": each with how many of the twelve goals it meets.
_PUBLISHED = """
AXPVFD 0, APVXFD 2, AVXPFD 2, XPVAFD 3, VAXPFD 3, PVAXFD 4, AVPXFD 3, APVFXD 3, XPVFAD 4, VAPXFD 4,
PVXAFD 5, VPAXFD 5, PVAFXD 5, VXPAFD 5, AVPFXD 4, APVFDX 4, VAPFXD 5, XPVFDA 5, PVXFAD 6, AVFXPD 4,
VPXAFD 6, PVFAXD 6, VXPFAD 6, VPAFXD 6, VAFXPD 5, PVAFDX 6, AVPFDX 5, AVFPXD 5, PVFXAD 7, VPXFAD 7,
VAPFDX 6, VAFPXD 6, PVXFDA 7, VPFAXD 7, VFAXPD 6, VXPFDA 7, PVFADX 7, VPAFDX 7, VPFXAD 8, AVFPDX 6,
VFAPXD 7, VPXFDA 8, PVFXDA 8, VAFPDX 7, VPFADX 8, VFPAXD 8, VFXPAD 8, AVFDXP 6, PVFDAX 8, VAFDXP 7,
VPFXDA 9, VFAPDX 8, VFPXAD 9, AVFDPX 7, PVFDXA 9, VPFDAX 9, VFXPDA 9, VFPADX 9, VAFDPX 8, VFADXP 8,
VPFDXA 10, VFPXDA 10, VFADPX 9, VFPDAX 10, VFDAXP 9, VFPDXA 11, VFDAPX 10, VFDXPA 11, VFDPAX 11,
VFDPXA 12
"""
PUBLISHED = {
    tuple(_BY_LETTER[letter] for letter in history): int(count)
    for history, count in (row.split() for row in _PUBLISHED.replace("\n", " ").split(","))
}


def _score(letters):
    return score(_BY_LETTER[letter] for letter in letters)


def test_each_of_the_70_histories_has_the_published_score():
    assert {order: score(order).points for order in legal_histories()} == PUBLISHED


def test_there_are_twelve_different_goals():
    assert len(set(GOALS)) == 12


def test_a_case_in_which_nothing_happened_has_everything_before_it():
    assert _score("").reachable == 12


def test_a_goal_is_met_before_its_second_event_ever_comes():
    assert [str(goal) for goal in _score("V").met] == ["V before P", "V before X", "V before A"]


def test_what_came_too_early_is_missed_for_good():
    early = _score("PV")
    assert "V before P" in map(str, early.missed)
    assert early.reachable == 9


@given(st.sampled_from(legal_histories()), st.integers(0, 5))
def test_goals_are_decided_once(order, length):
    before, after = score(order[:length]), score(order[: length + 1])
    assert set(before.met) <= set(after.met)
    assert set(before.missed) <= set(after.missed)
    assert {*before.met, *before.missed, *before.undecided} == set(GOALS)


def test_a_case_meets_a_goal_where_every_vendor_met_it():
    together = score_of_all([_score("VFP"), _score("VPF")])
    assert "V before P" in map(str, together.met)
    assert "F before P" in map(str, together.missed)


def test_a_case_without_vendors_has_met_nothing():
    assert score_of_all([]).points == 0
    assert score_of_all([]).reachable == 12


@pytest.mark.parametrize("order", [legal_histories()[0]])
def test_one_vendor_is_scored_as_it_is(order):
    assert score_of_all([score(order)]) == score(order)
