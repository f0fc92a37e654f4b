"""Whether a clock may be extended, paused, or go on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desks.cases.policies.makers import day, happened, policy, rule
from tests.desks.cases.states.answers import led_to, why_not
from tidegate.desks.cases.policies.clocks import deadlines
from tidegate.desks.cases.policies.granting import extended, paused, resumed
from tidegate.desks.cases.policies.inputs import Grant, Pause
from tidegate.desks.cases.policies.words import Ground

OWN = policy()
GRANT = Grant("disclosure", day(50), frozenset({Ground.REQUESTED}), "ada")
PAUSE = Pause("disclosure", day(50), None, "a strike")


def _due(inputs):
    (found,) = deadlines(OWN, inputs)
    return found.due_at


def test_a_clock_that_runs_is_extended_once():
    inputs = led_to(extended(OWN, happened(reported=0), GRANT))
    assert _due(inputs) == day(70)
    assert "was extended already" in why_not(extended(OWN, inputs, GRANT))


def test_a_paused_clock_goes_on_where_it_stood():
    inputs = led_to(paused(OWN, happened(reported=0), PAUSE))
    inputs = led_to(resumed(OWN, inputs, "disclosure", at=day(58)))
    assert _due(inputs) == day(68)


def test_a_paused_clock_may_be_extended_however_late():
    inputs = led_to(paused(OWN, happened(reported=0), PAUSE))
    late = Grant("disclosure", day(300), GRANT.grounds, "ada")
    assert extended(OWN, inputs, late)


@pytest.mark.parametrize("when", [{}, {"reported": 51}])
def test_what_does_not_run_is_neither_extended_nor_paused(when):
    assert "does not run" in why_not(extended(OWN, happened(**when), GRANT))
    assert "does not run" in why_not(paused(OWN, happened(**when), PAUSE))


def test_what_has_run_out_is_neither_extended_nor_paused():
    inputs = happened(reported=-11)
    assert "ran out at 2026-11-03T08:30:00Z" in why_not(extended(OWN, inputs, GRANT))
    assert "is too late" in why_not(paused(OWN, inputs, PAUSE))


def test_what_was_met_is_left_as_it_is():
    met = policy(rule(met_by=["fix-available"]))
    inputs = happened(reported=0, fix_available=9)
    assert "was met already" in why_not(extended(met, inputs, GRANT))


def test_an_extension_without_its_grounds_is_refused():
    groundless = Grant("disclosure", day(50), frozenset({Ground.PROGRESSING}), "ada")
    assert "requested is missing" in why_not(extended(OWN, happened(reported=0), groundless))


def test_only_what_is_paused_goes_on_and_only_later():
    assert "is not paused" in why_not(resumed(OWN, happened(reported=0), "disclosure", at=day(1)))
    inputs = led_to(paused(OWN, happened(reported=0), PAUSE))
    early = resumed(OWN, inputs, "disclosure", at=PAUSE.since - timedelta(hours=1))
    assert "let it end after it begins" in why_not(early)
    assert "paused already" in why_not(paused(OWN, inputs, Pause("disclosure", day(55), None, "")))
