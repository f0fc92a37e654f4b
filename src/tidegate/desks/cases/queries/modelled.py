"""A case as the pure model sees it, read from its rows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tidegate.desks.cases.models import Coordination, EmbargoTerms, Participant
from tidegate.desks.cases.states import cases as model
from tidegate.desks.cases.states.consents import Consent
from tidegate.desks.cases.states.embargoes import Embargo, EmbargoState
from tidegate.desks.cases.states.histories import Entry
from tidegate.desks.cases.states.reports import ReportState
from tidegate.desks.cases.states.vulnerabilities import CaseEvent


def case_of(
    row: Coordination, parties: Mapping[str, Participant], proposal: EmbargoTerms | None
) -> model.Case:
    """Return a case from its rows; `parties` by the key of their organisation."""
    parts = {
        key: model.Participant(
            report=ReportState(party.report),
            consent=Consent(party.consent),
            is_vendor=party.role == Participant.Part.VENDOR,
        )
        for key, party in parties.items()
    }
    return model.Case(embargo_of(row, proposal), MappingProxyType(parts), entries_of(row))


def embargo_of(row: Coordination, proposal: EmbargoTerms | None) -> Embargo:
    """Return a case's embargo."""
    return Embargo(
        EmbargoState(row.embargo),
        ends_at=row.ends_at,
        proposed_ends_at=proposal.ends_at if proposal else None,
    )


def entries_of(row: Coordination) -> tuple[Entry, ...]:
    """Return what was seen in a case, in the order of recording."""
    rows = row.occurrences.order_by("recorded_at", "pk").values_list(
        "event", "happened_at", "recorded_at", "participant__organisation__key"
    )
    return tuple(
        Entry(CaseEvent(event), happened_at, recorded_at, vendor or "")
        for event, happened_at, recorded_at, vendor in rows
    )


def proposal_of(row: Coordination) -> EmbargoTerms | None:
    """Return the terms that are proposed, while some are."""
    return row.terms.filter(outcome=EmbargoTerms.Outcome.OPEN).order_by("-pk").first()


def agreed_terms_of(row: Coordination) -> EmbargoTerms | None:
    """Return the terms that were agreed on last."""
    agreed = row.terms.filter(outcome=EmbargoTerms.Outcome.ACCEPTED)
    return agreed.order_by("-decided_at", "-pk").first()
