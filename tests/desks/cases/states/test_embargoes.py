"""Until when a case is kept secret."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from itertools import product

import pytest

from tests.desks.cases.states.answers import led_to, why_not
from tests.desks.cases.states.instants import day
from tidegate.desks.cases.instants import InstantError
from tidegate.desks.cases.states.embargoes import (
    EMBARGOES,
    Embargo,
    EmbargoEvent,
    EmbargoState,
    accept,
    propose,
    refuse,
    run_out,
)
from tidegate.desks.cases.states.steps import step
from tidegate.desks.cases.states.vulnerabilities import Facts

_LETTERS = {
    "p": EmbargoEvent.PROPOSE,
    "a": EmbargoEvent.ACCEPT,
    "r": EmbargoEvent.REFUSE,
    "t": EmbargoEvent.END,
}

# From: Vultron, EM formal model, "possible histories".
_COMPLETE = re.compile(r"(p+r)*(p+a(p+[ar])*p*t)?")

ACTIVE = Embargo(EmbargoState.ACTIVE, day(90))
REVISE = Embargo(EmbargoState.REVISE, day(90), day(120))
PROPOSED = Embargo(EmbargoState.PROPOSED, proposed_ends_at=day(90))
EXITED = Embargo(EmbargoState.EXITED, day(90))


def _ends_at(letters):
    state = EmbargoState.NONE
    for letter in letters:
        moved = step(EMBARGOES, state, _LETTERS[letter])
        if not moved:
            return None
        state = moved.state
    return state


def test_the_histories_up_to_seven_actions_are_the_published_ones():
    for length in range(8):
        for letters in product("part", repeat=length):
            complete = _ends_at(letters) in (EmbargoState.NONE, EmbargoState.EXITED)
            assert complete is bool(_COMPLETE.fullmatch("".join(letters))), letters


def test_a_refused_revision_leads_back_to_the_terms_in_force():
    assert led_to(refuse(REVISE)) == ACTIVE


def test_a_refused_proposal_leaves_no_embargo():
    assert led_to(refuse(PROPOSED)) == Embargo()


def test_a_proposal_may_be_answered_by_another_one():
    countered = propose(PROPOSED, day(30), facts=Facts.NONE, now=day(0))
    assert led_to(countered) == Embargo(EmbargoState.PROPOSED, proposed_ends_at=day(30))


def test_an_embargo_stays_in_force_while_it_is_revised():
    revised = led_to(propose(ACTIVE, day(120), facts=Facts.NONE, now=day(0)))
    assert revised == REVISE
    assert revised.binds(day(89))
    assert not revised.binds(day(90))
    assert revised.terms == day(120)


def test_an_accepted_revision_takes_the_place_of_what_was():
    accepted = accept(REVISE, facts=Facts.NONE, now=day(0))
    assert led_to(accepted) == Embargo(EmbargoState.ACTIVE, day(120))


@pytest.mark.parametrize("facts", [facts for facts in Facts if facts.known])
def test_nothing_is_negotiated_about_what_is_known_already(facts):
    assert not propose(Embargo(), day(90), facts=facts, now=day(0))
    assert not accept(PROPOSED, facts=facts, now=day(0))
    assert not propose(ACTIVE, day(90), facts=facts, now=day(0))
    assert not accept(REVISE, facts=facts, now=day(0))


def test_an_end_that_has_passed_is_not_agreed_on():
    assert not propose(Embargo(), day(3), facts=Facts.NONE, now=day(3))
    late = accept(PROPOSED, facts=Facts.NONE, now=day(90))
    assert "propose another end" in why_not(late)


def test_an_embargo_that_has_run_out_is_not_revived_by_a_revision():
    # The clock that ends it may be late; its date is not.
    assert not propose(ACTIVE, day(120), facts=Facts.NONE, now=day(90))
    assert not accept(REVISE, facts=Facts.NONE, now=day(90))


def test_an_embargo_runs_out_at_its_end_and_not_before():
    refused = run_out(ACTIVE, day(90) - timedelta(microseconds=1))
    assert "ends at 2026-11-30T12:00:00Z" in why_not(refused)
    assert led_to(run_out(ACTIVE, day(90))) == EXITED
    assert led_to(run_out(REVISE, day(90))) == EXITED


@pytest.mark.parametrize("event", EmbargoEvent)
def test_what_has_ended_does_not_begin_again(event):
    assert not step(EMBARGOES, EmbargoState.EXITED, event)


def test_the_states_are_the_words_that_the_tables_hold():
    assert list(EmbargoState) == ["none", "proposed", "active", "revise", "exited"]


@pytest.mark.parametrize(
    ("state", "ends_at", "proposed"),
    [
        (EmbargoState.NONE, day(1), None),
        (EmbargoState.PROPOSED, None, None),
        (EmbargoState.PROPOSED, day(1), day(2)),
        (EmbargoState.ACTIVE, None, None),
        (EmbargoState.ACTIVE, day(1), day(2)),
        (EmbargoState.REVISE, day(1), None),
        (EmbargoState.REVISE, None, day(1)),
        (EmbargoState.EXITED, None, None),
    ],
)
def test_dates_that_do_not_fit_the_state_are_an_error(state, ends_at, proposed):
    with pytest.raises(ValueError, match=f"an embargo that is {state} has"):
        Embargo(state, ends_at, proposed)


def test_an_end_without_a_zone_or_in_another_one_is_an_error():
    with pytest.raises(InstantError, match="has no zone; hand it over in UTC"):
        Embargo(EmbargoState.ACTIVE, datetime(2026, 11, 30, 12))  # noqa: DTZ001 - the point of it
    summer = timezone(timedelta(hours=2))
    with pytest.raises(InstantError, match="write 2026-11-30T10:00:00Z instead"):
        Embargo(EmbargoState.ACTIVE, datetime(2026, 11, 30, 12, tzinfo=summer))
