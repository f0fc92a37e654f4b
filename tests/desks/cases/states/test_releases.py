"""Who may end an embargo before its time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desks.cases.states.answers import led_to, why_not
from tests.desks.cases.states.instants import day
from tidegate.desks.cases.states.embargoes import Embargo, EmbargoState
from tidegate.desks.cases.states.releases import Approval, release_early, shortens

ACTIVE = Embargo(EmbargoState.ACTIVE, day(90))


def _release(*approvals, embargo=ACTIVE, terms_since=5, now=20):
    return release_early(embargo, approvals, terms_since=day(terms_since), now=day(now))


def _by(person, at=10, **other):
    return Approval(person, day(at), **{"is_coordinator": True, **other})


def test_two_coordinators_end_an_embargo_early():
    assert led_to(_release(_by("ada"), _by("ben"))) == Embargo(EmbargoState.EXITED, day(90))


def test_one_coordinator_does_not_however_often():
    refused = _release(_by("ada"), _by("ada", 11), _by("ada", 12))
    assert "takes 2 different coordinators, and 1 approved" in why_not(refused)


@pytest.mark.parametrize(
    "second",
    [
        _by("ben", is_coordinator=False),
        _by("ben", withdrawn_at=day(15)),
        _by("ben", 4),
        _by("ben", 21),
    ],
    ids=["no coordinator", "withdrawn", "of earlier terms", "not given yet"],
)
def test_an_approval_that_does_not_stand_does_not_count(second):
    assert not _release(_by("ada"), second)


@pytest.mark.parametrize(
    "embargo",
    [
        Embargo(),
        Embargo(EmbargoState.PROPOSED, proposed_ends_at=day(90)),
        Embargo(EmbargoState.EXITED, day(90)),
    ],
)
def test_only_what_is_in_force_is_released(embargo):
    assert not _release(_by("ada"), _by("ben"), embargo=embargo)


@given(
    st.lists(
        st.builds(
            Approval,
            st.sampled_from(["ada", "ben"]),
            st.integers(0, 30).map(day),
            st.booleans(),
            st.none() | st.integers(0, 30).map(day),
        ),
        max_size=6,
    )
)
def test_a_release_rests_on_two_people_that_stand_by_it(approvals):
    stand = [
        one
        for one in approvals
        if one.is_coordinator
        and day(5) <= one.at <= day(20)
        and not (one.withdrawn_at and one.withdrawn_at <= day(20))
    ]
    assert bool(_release(*approvals)) is ({one.person for one in stand} == {"ada", "ben"})


def test_an_earlier_end_is_an_early_release_by_another_name():
    assert shortens(ACTIVE, Embargo(EmbargoState.ACTIVE, day(89)))
    assert shortens(ACTIVE, Embargo(EmbargoState.EXITED, day(90)))
    assert not shortens(ACTIVE, Embargo(EmbargoState.ACTIVE, day(91)))
    assert not shortens(Embargo(), Embargo(EmbargoState.ACTIVE, day(1)))
