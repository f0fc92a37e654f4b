"""What becomes of embargoes and consents when cases are merged or split."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desks.cases.states.instants import day
from tidegate.desks.cases.states.consents import Consent
from tidegate.desks.cases.states.embargoes import Embargo, EmbargoState
from tidegate.desks.cases.states.joining import (
    carried_consent,
    merged_consent,
    merged_embargo,
    merged_report,
    reveals,
    split_embargo,
)
from tidegate.desks.cases.states.releases import shortens
from tidegate.desks.cases.states.reports import ReportState

_DAYS = st.integers(1, 200).map(day)
EMBARGOES = (
    st.just(Embargo())
    | st.builds(lambda at: Embargo(EmbargoState.PROPOSED, proposed_ends_at=at), _DAYS)
    | st.builds(lambda at: Embargo(EmbargoState.ACTIVE, at), _DAYS)
    | st.builds(lambda at, to: Embargo(EmbargoState.REVISE, at, to), _DAYS, _DAYS)
    | st.builds(lambda at: Embargo(EmbargoState.EXITED, at), _DAYS)
)


@given(EMBARGOES, EMBARGOES)
def test_which_case_is_merged_into_which_makes_no_difference(one, other):
    assert merged_embargo(one, other) == merged_embargo(other, one)


@given(EMBARGOES, EMBARGOES, EMBARGOES)
def test_the_order_in_which_several_are_merged_makes_no_difference(one, two, three):
    left = merged_embargo(merged_embargo(one, two), three)
    assert left == merged_embargo(one, merged_embargo(two, three))


@given(st.lists(EMBARGOES, min_size=2, max_size=6))
def test_the_earliest_end_that_was_agreed_on_wins(embargoes):
    merged = embargoes[0]
    for other in embargoes[1:]:
        merged = merged_embargo(merged, other)
    agreed = [one.ends_at for one in embargoes if one.state.in_force]
    assert merged.state.in_force is bool(agreed)
    if agreed:
        assert merged.ends_at == min(agreed)
        assert merged.proposed_ends_at is None


@given(EMBARGOES, EMBARGOES)
def test_a_merge_ends_no_embargo(one, other):
    if one.state.in_force:
        assert merged_embargo(one, other).state.in_force


def test_what_has_ended_is_no_end_to_agree_on():
    ended, secret = Embargo(EmbargoState.EXITED, day(1)), Embargo(EmbargoState.ACTIVE, day(90))
    assert merged_embargo(ended, secret) == secret
    assert not shortens(secret, merged_embargo(ended, secret))


@given(EMBARGOES)
def test_both_parts_of_a_split_case_inherit(embargo):
    assert split_embargo(embargo) == (embargo, embargo)


def test_a_part_that_is_published_first_reveals_the_other():
    sibling = Embargo(EmbargoState.ACTIVE, day(90))
    assert reveals(day(89), sibling)
    assert not reveals(day(90), sibling)
    assert not reveals(day(1), Embargo())


@given(st.sampled_from(Consent), EMBARGOES, EMBARGOES)
def test_a_consent_is_carried_to_the_terms_that_were_signed_and_to_no_other(consent, before, other):
    after = merged_embargo(before, other)
    carried = carried_consent(consent, before, after)
    if carried is Consent.SIGNATORY:
        assert consent is Consent.SIGNATORY
        assert before.terms == after.terms
    if not after.state.on_the_table:
        assert carried is Consent.NO_EMBARGO


def test_who_signed_the_end_that_wins_stays_bound():
    early, late = Embargo(EmbargoState.ACTIVE, day(30)), Embargo(EmbargoState.ACTIVE, day(90))
    after = merged_embargo(early, late)
    assert carried_consent(Consent.SIGNATORY, early, after) is Consent.SIGNATORY
    assert carried_consent(Consent.SIGNATORY, late, after) is Consent.LAPSED


@pytest.mark.parametrize(
    ("one", "other", "merged"),
    [
        (ReportState.CLOSED, ReportState.ACCEPTED, ReportState.ACCEPTED),
        (ReportState.START, ReportState.RECEIVED, ReportState.RECEIVED),
        (ReportState.INVALID, ReportState.VALID, ReportState.VALID),
        (ReportState.VALID, ReportState.DEFERRED, ReportState.DEFERRED),
    ],
)
def test_a_merge_closes_no_open_report(one, other, merged):
    assert merged_report(one, other) is merged_report(other, one) is merged


def test_a_participant_of_both_cases_is_bound_by_the_one_that_it_signed():
    assert merged_consent(Consent.INVITED, Consent.SIGNATORY) is Consent.SIGNATORY
    assert merged_consent(Consent.LAPSED, Consent.NO_EMBARGO) is Consent.LAPSED
