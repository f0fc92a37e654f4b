"""What becomes of embargoes, consents and reports when cases are merged or split.

From: Vultron, embargo management, case splitting and merging. Merged cases keep the earliest of the
ends that were agreed on, until other terms are. Split cases both inherit.

A merged embargo has to be safe for whichever case was the more secret: a merge never ends an
embargo. One that has ended already has no end left to agree on, so it says nothing about the merged
case. The facts that ended it do: they come along, and end the other one as well
(`interactions.facts_end`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tidegate.desks.cases.states.consents import CONSENTS, Consent, ConsentEvent
from tidegate.desks.cases.states.embargoes import Embargo, EmbargoState
from tidegate.desks.cases.states.reports import ReportState

_STRONGEST_FIRST: Final = (
    Consent.SIGNATORY,
    Consent.LAPSED,
    Consent.INVITED,
    Consent.DECLINED,
    Consent.NO_EMBARGO,
)

_OPENEST_FIRST: Final = (
    ReportState.ACCEPTED,
    ReportState.DEFERRED,
    ReportState.VALID,
    ReportState.CLOSED,
    ReportState.INVALID,
    ReportState.RECEIVED,
    ReportState.START,
)


def merged_embargo(one: Embargo, other: Embargo) -> Embargo:
    """Return the embargo of two cases that become one.

    In force, if one of them is, until the earliest end that was agreed on; revisions that were
    open fall, for they were proposed for another case. Else proposed, with the earliest end that
    is; else ended, or none. Which of the two comes first makes no difference, nor does the order
    in which several are merged.
    """
    both = (one, other)
    agreed = [each.ends_at for each in both if each.state.in_force and each.ends_at]
    if agreed:
        return Embargo(EmbargoState.ACTIVE, min(agreed))
    proposed = [each.proposed_ends_at for each in both if each.proposed_ends_at]
    if proposed:
        return Embargo(EmbargoState.PROPOSED, proposed_ends_at=min(proposed))
    past = [each.ends_at for each in both if each.ends_at]
    return Embargo(EmbargoState.EXITED, min(past)) if past else Embargo()


def split_embargo(embargo: Embargo) -> tuple[Embargo, Embargo]:
    """Return the embargoes of the two cases that one becomes: both inherit, an open proposal too.

    When one of them is revised to an earlier end later on, ask `reveals` before accepting it.
    """
    return embargo, embargo


def reveals(ends_at: datetime, sibling: Embargo) -> bool:
    """Say whether a case that becomes public at `ends_at` gives its sibling away too early.

    What is published of one part of a split case points at the other part.
    """
    return sibling.ends_at is not None and sibling.state.in_force and ends_at < sibling.ends_at


def carried_consent(consent: Consent, before: Embargo, after: Embargo) -> Consent:
    """Return what a merge makes of a consent that was given to the terms of one of the cases.

    It stands where the merged terms are the ones that were signed. Where they are others, it
    lapses; where there are none, nobody is bound.
    """
    if not after.state.on_the_table:
        return CONSENTS.get((consent, ConsentEvent.EMBARGO_OVER), consent)
    if (before.terms, before.state.in_force) != (after.terms, after.state.in_force):
        return CONSENTS.get((consent, ConsentEvent.LAPSE), consent)
    return consent


def merged_consent(one: Consent, other: Consent) -> Consent:
    """Return the consent of a participant of both cases, each carried over already."""
    return min(one, other, key=_STRONGEST_FIRST.index)


def merged_report(one: ReportState, other: ReportState) -> ReportState:
    """Return how far a participant of both cases is: what is open in one is not closed by a merge.

    A decision that was made in one of them, on the same bug, stands for both.
    """
    return min(one, other, key=_OPENEST_FIRST.index)
