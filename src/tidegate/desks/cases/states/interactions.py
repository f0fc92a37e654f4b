"""The rules between the machines: what one of them forbids or asks of another.

From: Vultron, process models, model interactions. A rule that may forbid a step answers `Allowed`
or `Refused`; a rule that asks for a step returns the event that has to follow, or nothing.
"""

from __future__ import annotations

from tidegate.desks.cases.states.consents import CONSENTS, Consent, ConsentEvent
from tidegate.desks.cases.states.embargoes import EmbargoEvent, EmbargoState
from tidegate.desks.cases.states.reports import DECIDED, ReportState
from tidegate.desks.cases.states.steps import Allowed, Refused, listed
from tidegate.desks.cases.states.vulnerabilities import CaseEvent, Facts

_ANSWERED: frozenset[ConsentEvent] = frozenset(
    {ConsentEvent.INVITE, ConsentEvent.SIGN, ConsentEvent.DECLINE}
)


def report_allows(report: ReportState, event: CaseEvent) -> Allowed | Refused:
    """Refuse a fix, ready or deployed, of a vendor that has not decided about the report.

    It may have accepted, deferred or closed it: a fix may come out of a report that was put off.
    """
    if event in (CaseEvent.FIX_READY, CaseEvent.FIX_DEPLOYED) and report not in DECIDED:
        decided = listed(state for state in ReportState if state in DECIDED)
        return Refused(
            f"{event} cannot follow while the vendor's report is {report};"
            f" let the report be {decided} first"
        )
    return Allowed()


def facts_end(embargo: EmbargoState, facts: Facts) -> EmbargoEvent | None:
    """Return the step that facts force on an embargo, or nothing.

    Public awareness, a public exploit or attacks are inconsistent with a secret. They end an
    embargo that is in force, whether or not it is being revised, and refuse one that is only
    proposed. The facts are never refused for its sake.
    """
    if not facts.known:
        return None
    if embargo.in_force:
        return EmbargoEvent.END
    return EmbargoEvent.REFUSE if embargo is EmbargoState.PROPOSED else None


def embargo_allows(embargo: EmbargoState, event: ConsentEvent) -> Allowed | Refused:
    """Refuse to ask for, give or decline consent where there are no terms to consent to."""
    if event in _ANSWERED and not embargo.on_the_table:
        return Refused(f"{event} cannot follow while the embargo is {embargo}; propose one first")
    return Allowed()


def consent_after_embargo(consent: Consent, before: EmbargoState, event: EmbargoEvent) -> Consent:
    """Return what a step of the embargo makes of a participant's consent.

    - Terms are proposed, or a revision is refused: the terms on the table are others than before,
      so whoever had signed has lapsed, until it signs these.
    - They are accepted: they are the ones that were signed since they were proposed.
    - The embargo ends, or its first proposal is refused: nobody is bound any more.
    """
    asked = _asked_of_consent(before, event)
    return consent if asked is None else CONSENTS.get((consent, asked), consent)


def _asked_of_consent(before: EmbargoState, event: EmbargoEvent) -> ConsentEvent | None:
    match event:
        case EmbargoEvent.PROPOSE:
            return ConsentEvent.LAPSE
        case EmbargoEvent.REFUSE if before is EmbargoState.REVISE:
            return ConsentEvent.LAPSE
        case EmbargoEvent.REFUSE | EmbargoEvent.END:
            return ConsentEvent.EMBARGO_OVER
        case EmbargoEvent.ACCEPT:
            return None
