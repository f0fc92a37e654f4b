"""Whether a participant has agreed to the embargo."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desks.cases.states.answers import led_to
from tidegate.desks.cases.states.consents import CONSENTS, Consent, ConsentEvent
from tidegate.desks.cases.states.steps import step

_STEPS = st.lists(st.sampled_from(ConsentEvent), max_size=20)


@given(_STEPS)
def test_a_signatory_has_signed_since_the_terms_last_changed(events):
    state = Consent.NO_EMBARGO
    signed = False
    for event in events:
        moved = step(CONSENTS, state, event)
        if not moved:
            continue
        state = moved.state
        if event is ConsentEvent.SIGN:
            signed = True
        elif event in (ConsentEvent.LAPSE, ConsentEvent.EMBARGO_OVER, ConsentEvent.DECLINE):
            signed = False
        assert (state is Consent.SIGNATORY) is signed


def test_who_declined_is_invited_anew_before_it_can_sign():
    assert not step(CONSENTS, Consent.DECLINED, ConsentEvent.SIGN)
    invited = led_to(step(CONSENTS, Consent.DECLINED, ConsentEvent.INVITE))
    assert led_to(step(CONSENTS, invited, ConsentEvent.SIGN)) is Consent.SIGNATORY


@pytest.mark.parametrize("event", [ConsentEvent.SIGN, ConsentEvent.DECLINE])
def test_a_lapsed_consent_may_be_given_again_or_declined(event):
    assert step(CONSENTS, Consent.LAPSED, event)


def test_silence_never_becomes_consent():
    after = {
        CONSENTS[before, ConsentEvent.STAY_SILENT]
        for before in Consent
        if (before, ConsentEvent.STAY_SILENT) in CONSENTS
    }
    assert after == {Consent.DECLINED}


def test_a_signatory_is_not_asked_again_for_what_it_signed():
    assert not step(CONSENTS, Consent.SIGNATORY, ConsentEvent.INVITE)


@pytest.mark.parametrize("consent", Consent)
def test_when_the_embargo_is_over_nobody_is_bound(consent):
    assert CONSENTS[consent, ConsentEvent.EMBARGO_OVER] is Consent.NO_EMBARGO


def test_the_states_are_the_words_that_the_tables_hold():
    assert list(Consent) == ["no-embargo", "invited", "signatory", "declined", "lapsed"]
