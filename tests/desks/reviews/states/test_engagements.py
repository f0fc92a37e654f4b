"""The course of an engagement: what leads on, what never stands in the way, what stays ended."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.desks.cases.states.steps import Moved, Refused
from tidegate.desks.reviews.states.engagements import ENDED, ENGAGEMENTS, Event, State, take

COURSE: list[State] = [state for state in State if state is not State.WITHDRAWN]
PATHS = st.lists(st.sampled_from(Event), max_size=20)

APPROVING = ("approv", "refus", "permit", "licen", "clear", "block", "hold", "den", "allow")


def walked(events: list[Event], state: State = State.DRAFT) -> Iterator[State]:
    """Yield where a path has led after each event; one that is refused leads nowhere."""
    yield state
    for event in events:
        answer = take(state, event)
        state = answer.state if isinstance(answer, Moved) else state
        yield state


def reachable() -> set[State]:
    """Return all states on all paths."""
    found, new = set[State](), {State.DRAFT}
    while new:
        found |= new
        new = {after for (before, _), after in ENGAGEMENTS.items() if before in found} - found
    return found


def test_every_state_is_reached_by_some_path():
    assert reachable() == set(State)


@pytest.mark.parametrize("state", State)
def test_a_release_can_be_recorded_in_every_state(state: State):
    assert take(state, Event.RELEASE)


@given(PATHS)
def test_a_release_can_be_recorded_after_every_step_of_every_path(events: list[Event]):
    for state in walked(events):
        assert take(state, Event.RELEASE)


@given(PATHS, PATHS)
def test_whatever_was_possible_without_a_release_is_possible_with_one(first, then):
    """Recording a release takes no step away from the developer or from anybody else."""
    *_, without = walked(first)
    *_, released = walked([*first, Event.RELEASE])
    for event in then:
        answer = take(without, event)
        if isinstance(answer, Moved):
            other = take(released, event)
            assert isinstance(other, Moved), f"{event} in {without}, and not in {released}"
            without, released = answer.state, other.state


def test_nothing_in_the_course_approves_or_refuses_a_release():
    words = [word for one in (*State, *Event) for word in one.value.split("-")]
    assert not [word for word in words if word.startswith(APPROVING)]
    leading = {event for (_, event), after in ENGAGEMENTS.items() if after is State.RELEASED}
    into = {
        event
        for (before, event), after in ENGAGEMENTS.items()
        if after is State.RELEASED and before is not State.RELEASED
    }
    assert into == {Event.RELEASE}
    assert leading - into == set(Event) - {Event.RELEASE, Event.CLOSE, Event.WITHDRAW}


@pytest.mark.parametrize("state", COURSE)
def test_a_developer_withdraws_from_every_state(state: State):
    assert take(state, Event.WITHDRAW) == Moved(State.WITHDRAWN)


@given(PATHS)
def test_what_was_withdrawn_stays_withdrawn(events: list[Event]):
    assert set(walked(events, State.WITHDRAWN)) == {State.WITHDRAWN}


@given(PATHS)
def test_what_was_closed_stays_closed_unless_it_is_withdrawn(events: list[Event]):
    assert set(walked(events, State.CLOSED)) <= ENDED


@given(PATHS)
def test_the_course_never_goes_back(events: list[Event]):
    states = list(walked(events))
    for before, after in pairwise(states):
        if after is not State.WITHDRAWN:
            assert COURSE.index(before) <= COURSE.index(after)


@pytest.mark.parametrize("event", [Event.OPEN_WINDOW, Event.SHARE])
def test_nobody_has_access_before_terms_are_agreed_on(event: Event):
    for state in (State.DRAFT, State.PROPOSED):
        assert not take(state, event)


@pytest.mark.parametrize("state", sorted(ENDED))
def test_no_access_begins_where_all_has_ended(state: State):
    for event in set(Event) - {Event.RELEASE, Event.WITHDRAW}:
        assert not take(state, event)


def test_whether_a_model_is_covered_can_be_decided_from_documents_alone():
    assert take(State.PROPOSED, Event.DETERMINE) == Moved(State.DETERMINED)


def test_what_is_refused_says_what_can_follow():
    answer = take(State.DRAFT, Event.DETERMINE)
    assert answer == Refused(
        "determine cannot follow where the engagement is draft; here follows only propose,"
        " release or withdraw"
    )
