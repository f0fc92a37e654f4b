"""What is known of a vulnerability and how far its fix is: 32 states, 70 histories."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from tests.desks.cases.states.answers import led_to, why_not
from tidegate.desks.cases.states.histories import follow, legal_histories
from tidegate.desks.cases.states.steps import step
from tidegate.desks.cases.states.vulnerabilities import (
    CASES,
    VENDORS,
    CaseEvent,
    CaseState,
    Facts,
    VendorState,
)

V, F, D, P, X, A = CaseEvent


def _is_possible(order):
    """Say whether an order keeps the constraints as the model states them, without any table.

    From: Vultron, "formalizing the constraints on histories".
    """
    place = {event: order.index(event) for event in order}
    return (
        place[V] < place[F] < place[D]
        and (place[V] < place[P] or _leads_to(order, P, V))
        and (place[P] < place[X] or _leads_to(order, X, P))
    )


def _leads_to(order, cause, effect):
    return order[order.index(cause) + 1 : order.index(cause) + 2] == (effect,)


def test_there_are_32_states():
    states = {state for state, _ in CASES} | set(CASES.values())
    assert states == {CaseState(vendor, facts) for vendor in VendorState for facts in Facts}
    assert len({str(state) for state in states}) == 32


def test_exactly_70_histories_are_legal():
    assert len(set(legal_histories())) == 70


def test_all_70_histories_are_accepted_and_every_other_order_is_refused():
    accepted = {order for order in permutations(CaseEvent) if follow(order)}
    assert accepted == set(legal_histories())
    assert accepted == {order for order in permutations(CaseEvent) if _is_possible(order)}


@pytest.mark.parametrize("order", legal_histories())
def test_a_legal_history_ends_with_everything_happened(order):
    assert led_to(follow(order)) == CaseState(VendorState.FIX_DEPLOYED, Facts.ALL)


def test_a_refusal_names_the_first_event_that_is_wrong():
    assert why_not(follow([V, P, D])) == (
        "event 3: fix-deployed cannot follow where a case is VfdPxa;"
        " here follows only fix-ready, exploit-public or attacks-seen"
    )


@pytest.mark.parametrize("state", sorted({state for state, _ in CASES}, key=str), ids=str)
def test_what_the_public_knows_is_forced_on(state):
    following = {event for before, event in CASES if before == state}
    if state.facts.has(X) and not state.facts.has(P):
        assert following == {P}
    elif state.facts.has(P) and state.vendor is VendorState.UNAWARE:
        assert following == {V}
    else:
        assert state.forced is None


def test_nothing_happens_twice():
    assert not any(
        step(CASES, after, event) for (_, event), after in CASES.items() if after.forced != event
    )


def test_a_fix_needs_a_vendor_that_knows_and_its_deployment_a_fix():
    assert not step(VENDORS, VendorState.UNAWARE, F)
    assert not step(VENDORS, VendorState.AWARE, D)


def test_the_states_are_written_as_the_model_writes_them():
    assert list(VendorState) == ["vfd", "Vfd", "VFd", "VFD"]
    assert str(CaseState(VendorState.FIX_READY, Facts.of(attacks=True))) == "VFdpxA"
    told = product([False, True], repeat=3)
    assert {Facts.of(public=p, exploit=x, attacks=a) for p, x, a in told} == set(Facts)


def test_facts_are_told_in_words():
    assert Facts.PUBLIC_ATTACKS.words == "the vulnerability is public, attacks were seen"
