"""How far a participant has come with a report."""

from __future__ import annotations

from itertools import product

import pytest

from tidegate.desks.cases.states.reports import REPORTS, ReportEvent, ReportState
from tidegate.desks.cases.states.steps import Refused, step

_LETTERS = {
    "r": ReportEvent.RECEIVE,
    "i": ReportEvent.INVALIDATE,
    "v": ReportEvent.VALIDATE,
    "a": ReportEvent.ACCEPT,
    "d": ReportEvent.DEFER,
    "c": ReportEvent.CLOSE,
}

# From: Vultron, RM formal model, "possible RM histories": all of seven actions or fewer.
_PUBLISHED = {
    "ric",
    "rvac",
    "rvdc",
    "rivac",
    "rivdc",
    "rvadc",
    "rvdac",
    "rivadc",
    "rivdac",
    "rvadac",
    "rvdadc",
    "rivadac",
    "rivdadc",
    "rvadadc",
    "rvdadac",
}


def _ends_at(letters):
    state = ReportState.START
    for letter in letters:
        moved = step(REPORTS, state, _LETTERS[letter])
        if not moved:
            return None
        state = moved.state
    return state


def test_the_histories_up_to_seven_actions_are_the_published_ones():
    closed = {
        "".join(letters)
        for length in range(1, 8)
        for letters in product("rivadc", repeat=length)
        if letters[0] == "r" and letters[-1] == "c"
        if _ends_at(letters) is ReportState.CLOSED
    }
    assert closed == _PUBLISHED


def test_an_invalid_report_may_turn_out_to_be_valid():
    assert _ends_at("riv") is ReportState.VALID


def test_a_valid_report_does_not_close_directly():
    refused = step(REPORTS, ReportState.VALID, ReportEvent.CLOSE, of="a report")
    assert isinstance(refused, Refused)
    assert refused.reason == (
        "close cannot follow where a report is valid; here follows only accept or defer"
    )


@pytest.mark.parametrize("event", ReportEvent)
def test_what_is_closed_stays_closed(event):
    refused = step(REPORTS, ReportState.CLOSED, event)
    assert not refused
    assert "nothing follows any more" in refused.reason
