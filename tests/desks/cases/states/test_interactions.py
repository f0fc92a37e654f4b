"""What one machine forbids or asks of another."""

from __future__ import annotations

import pytest

from tidegate.desks.cases.states.consents import Consent, ConsentEvent
from tidegate.desks.cases.states.embargoes import EMBARGOES, EmbargoEvent, EmbargoState
from tidegate.desks.cases.states.interactions import (
    consent_after_embargo,
    embargo_allows,
    facts_end,
)
from tidegate.desks.cases.states.vulnerabilities import Facts


@pytest.mark.parametrize("facts", [facts for facts in Facts if facts.known])
@pytest.mark.parametrize("state", EmbargoState)
def test_after_any_fact_no_embargo_is_in_force_or_proposed(state, facts):
    event = facts_end(state, facts)
    after = state if event is None else EMBARGOES[state, event]
    assert after in (EmbargoState.NONE, EmbargoState.EXITED)
    assert (after is EmbargoState.EXITED) is (state.in_force or state is EmbargoState.EXITED)


@pytest.mark.parametrize("state", EmbargoState)
def test_without_a_fact_nothing_is_ended(state):
    assert facts_end(state, Facts.NONE) is None


@pytest.mark.parametrize(
    "before", [EmbargoState.PROPOSED, EmbargoState.ACTIVE, EmbargoState.REVISE]
)
def test_new_terms_lapse_every_signatory(before):
    after = consent_after_embargo(Consent.SIGNATORY, before, EmbargoEvent.PROPOSE)
    assert after is Consent.LAPSED


@pytest.mark.parametrize("event", [EmbargoEvent.PROPOSE, EmbargoEvent.REFUSE, EmbargoEvent.END])
@pytest.mark.parametrize("before", EmbargoState)
@pytest.mark.parametrize("consent", Consent)
def test_after_terms_have_changed_nobody_is_a_signatory(consent, before, event):
    assert consent_after_embargo(consent, before, event) is not Consent.SIGNATORY


@pytest.mark.parametrize("consent", Consent)
def test_accepting_what_was_signed_changes_no_consent(consent):
    after = consent_after_embargo(consent, EmbargoState.REVISE, EmbargoEvent.ACCEPT)
    assert after is consent


@pytest.mark.parametrize("consent", Consent)
@pytest.mark.parametrize(
    ("before", "event"),
    [
        (EmbargoState.ACTIVE, EmbargoEvent.END),
        (EmbargoState.REVISE, EmbargoEvent.END),
        (EmbargoState.PROPOSED, EmbargoEvent.REFUSE),
    ],
)
def test_where_the_embargo_is_over_nobody_is_bound(consent, before, event):
    assert consent_after_embargo(consent, before, event) is Consent.NO_EMBARGO


@pytest.mark.parametrize("state", [EmbargoState.NONE, EmbargoState.EXITED])
def test_nobody_consents_to_no_terms(state):
    for event in (ConsentEvent.INVITE, ConsentEvent.SIGN, ConsentEvent.DECLINE):
        assert not embargo_allows(state, event)
    assert embargo_allows(EmbargoState.PROPOSED, ConsentEvent.INVITE)
