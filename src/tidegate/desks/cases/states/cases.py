"""The whole case, as the model sees it: one verb a function, with all that follows from it.

A service reads a case from its rows, asks here, and writes back what differs. So a rule between two
machines cannot be forgotten in one of the services. Who may ask for a verb is not asked here: that
is the access policy's.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.states import embargoes, histories, joining, releases
from tidegate.desks.cases.states.consents import CONSENTS, Consent, ConsentEvent
from tidegate.desks.cases.states.embargoes import Embargo, EmbargoEvent
from tidegate.desks.cases.states.goals import Score, score, score_of_all
from tidegate.desks.cases.states.histories import Entry
from tidegate.desks.cases.states.interactions import (
    consent_after_embargo,
    embargo_allows,
    facts_end,
)
from tidegate.desks.cases.states.releases import Approval
from tidegate.desks.cases.states.reports import REPORTS, ReportEvent, ReportState
from tidegate.desks.cases.states.steps import Moved, Refused, listed, step
from tidegate.desks.cases.states.vulnerabilities import CaseEvent, Facts


@dataclass(frozen=True, slots=True)
class Participant:
    """An organisation's part in a case."""

    report: ReportState = ReportState.START
    consent: Consent = Consent.NO_EMBARGO
    is_vendor: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A case: its embargo, its participants by name, and what was seen, in order of recording."""

    embargo: Embargo = field(default_factory=Embargo)
    participants: Mapping[str, Participant] = field(default_factory=lambda: MappingProxyType({}))
    entries: tuple[Entry, ...] = ()

    @property
    def facts(self) -> Facts:
        """What the world knows."""
        return histories.facts_of(self.entries)

    @property
    def vendors(self) -> tuple[str, ...]:
        """Its vendors, by name."""
        return tuple(name for name, part in self.participants.items() if part.is_vendor)

    @property
    def score(self) -> Score:
        """How good the order of events was; where there is no vendor, of the facts alone."""
        histories_of = [histories.history_of(self.entries, name) for name in self.vendors or ("",)]
        return score_of_all(score(one.event for one in history) for history in histories_of)


def join(case: Case, name: str, *, is_vendor: bool) -> Moved[Case] | Refused:
    """Take a participant in. It has been told nothing yet, and has agreed to nothing."""
    if name in case.participants:
        return Refused(f"{name} takes part already; go on with the part that it has")
    return Moved(_with(case, name, Participant(is_vendor=is_vendor)))


def handle_report(case: Case, name: str, event: ReportEvent) -> Moved[Case] | Refused:
    """Move a participant's report."""
    part = _part(case, name)
    if not isinstance(part, Participant):
        return part
    moved = step(REPORTS, part.report, event, of="a report")
    return moved and Moved(_with(case, name, replace(part, report=moved.state)))


def propose(case: Case, ends_at: datetime, *, now: datetime) -> Moved[Case] | Refused:
    """Propose an end of the embargo. Every consent lapses; the proposer signs its terms itself."""
    moved = embargoes.propose(case.embargo, ends_at, facts=case.facts, now=now)
    return moved and Moved(_after(case, moved.state, EmbargoEvent.PROPOSE))


def accept(
    case: Case,
    *,
    now: datetime,
    approvals: Iterable[Approval] = (),
    terms_since: datetime | None = None,
) -> Moved[Case] | Refused:
    """Accept what is proposed.

    A revision to an earlier end takes two coordinators' approval, given since it was proposed
    (`terms_since`), as an early release does.
    """
    moved = embargoes.accept(case.embargo, facts=case.facts, now=now)
    if not moved:
        return moved
    if releases.shortens(case.embargo, moved.state):
        since = now if terms_since is None else terms_since
        counted = () if terms_since is None else approvals
        allowed = releases.approvals_allow(counted, terms_since=since, now=now)
        if not allowed:
            return allowed
    return Moved(_after(case, moved.state, EmbargoEvent.ACCEPT))


def refuse(case: Case) -> Moved[Case] | Refused:
    """Refuse what is proposed."""
    moved = embargoes.refuse(case.embargo)
    return moved and Moved(_after(case, moved.state, EmbargoEvent.REFUSE))


def run_out(case: Case, *, now: datetime) -> Moved[Case] | Refused:
    """End the embargo when its end has come."""
    moved = embargoes.run_out(case.embargo, now)
    return moved and Moved(_after(case, moved.state, EmbargoEvent.END))


def release_early(
    case: Case, approvals: Iterable[Approval], *, terms_since: datetime, now: datetime
) -> Moved[Case] | Refused:
    """End the embargo before its time, with two coordinators' approval."""
    moved = releases.release_early(case.embargo, approvals, terms_since=terms_since, now=now)
    return moved and Moved(_after(case, moved.state, EmbargoEvent.END))


def consent(
    case: Case, name: str, event: ConsentEvent, *, terms: datetime | None = None
) -> Moved[Case] | Refused:
    """Move a participant's consent.

    To sign, `terms` is the end that the participant had before it: an answer to terms that have
    changed meanwhile is no consent to those on the table.
    """
    part = _part(case, name)
    if not isinstance(part, Participant):
        return part
    if event is ConsentEvent.EMBARGO_OVER:
        return Refused(f"{event} follows from the embargo alone; end that")
    allowed = embargo_allows(case.embargo.state, event)
    if not allowed:
        return allowed
    on_the_table = case.embargo.terms
    if event is ConsentEvent.SIGN and on_the_table is not None and terms != on_the_table:
        signed = "no end" if terms is None else f"the end {shown(terms)}"
        return Refused(
            f"{signed} was agreed to, and on the table is {shown(on_the_table)};"
            " read the terms again and sign those"
        )
    moved = step(CONSENTS, part.consent, event, of="a consent")
    return moved and Moved(_with(case, name, replace(part, consent=moved.state)))


def record_fact(
    case: Case, fact: CaseEvent, *, happened_at: datetime, recorded_at: datetime
) -> Case:
    """Record that something is public or happening. Never refused; it ends the embargo.

    Raises:
        ValueError: the event is a vendor's.
    """
    entries = histories.record_fact(
        case.entries, fact, happened_at=happened_at, recorded_at=recorded_at
    )
    return _ended_by_facts(replace(case, entries=entries))


def record_progress(
    case: Case, name: str, event: CaseEvent, *, happened_at: datetime, recorded_at: datetime
) -> Moved[Case] | Refused:
    """Record how far a vendor says that it is.

    Raises:
        ValueError: the event is a fact.
    """
    part = _part(case, name)
    if not isinstance(part, Participant):
        return part
    if not part.is_vendor:
        return Refused(f"{name} is no vendor here; {event} is a vendor's to say")
    moved = histories.record_progress(
        case.entries, event, name, part.report, happened_at=happened_at, recorded_at=recorded_at
    )
    return moved and Moved(replace(case, entries=moved.state))


def merge(one: Case, other: Case) -> Case:
    """Make two cases of one bug into one. Nothing that was seen is lost; see `joining`.

    The earliest end wins, so a merge can bring one of the embargoes forward. Whoever offers it asks
    `releases.shortens` for both, and for two coordinators where it says yes.
    """
    embargo = joining.merged_embargo(one.embargo, other.embargo)
    parts: dict[str, Participant] = {}
    for case in (one, other):
        for name, part in case.participants.items():
            carried = joining.carried_consent(part.consent, case.embargo, embargo)
            mine = replace(part, consent=carried)
            parts[name] = _merged_part(parts[name], mine) if name in parts else mine
    # Entries of one case stay in their order. What both inherited from one that was split, once.
    entries = dict.fromkeys(heapq.merge(one.entries, other.entries, key=_place))
    return _ended_by_facts(Case(embargo, MappingProxyType(parts), tuple(entries)))


def split(
    case: Case, first: Collection[str], second: Collection[str]
) -> Moved[tuple[Case, Case]] | Refused:
    """Make a case into two, each with the participants that are named; one may be in both.

    Both inherit the embargo, the consents and the facts; a vendor's progress goes with the vendor.
    """
    strangers = [name for name in (*first, *second) if name not in case.participants]
    if strangers:
        return Refused(f"{listed(strangers)} takes no part in the case; name its participants")
    lost = [name for name in case.participants if name not in first and name not in second]
    if lost:
        return Refused(f"{listed(lost)} would be in neither case; name everybody for at least one")
    embargo, inherited = joining.split_embargo(case.embargo)
    return Moved((_part_of(case, first, embargo), _part_of(case, second, inherited)))


def _place(entry: Entry) -> tuple[datetime, int, str]:
    """Return where an entry belongs; of two that were recorded at once, in the ideal order."""
    return entry.recorded_at, tuple(CaseEvent).index(entry.event), entry.vendor


def _part(case: Case, name: str) -> Participant | Refused:
    part = case.participants.get(name)
    return part or Refused(f"{name} takes no part in the case; let it join first")


def _with(case: Case, name: str, part: Participant) -> Case:
    return replace(case, participants=MappingProxyType({**case.participants, name: part}))


def _after(case: Case, embargo: Embargo, event: EmbargoEvent) -> Case:
    """Return the case after a step of its embargo, with what that makes of each consent."""
    parts = {
        name: replace(part, consent=consent_after_embargo(part.consent, case.embargo.state, event))
        for name, part in case.participants.items()
    }
    return replace(case, embargo=embargo, participants=MappingProxyType(parts))


def _ended_by_facts(case: Case) -> Case:
    match facts_end(case.embargo.state, case.facts):
        case EmbargoEvent.END:
            moved = embargoes.ended(case.embargo)
            event = EmbargoEvent.END
        case EmbargoEvent.REFUSE:
            moved = embargoes.refuse(case.embargo)
            event = EmbargoEvent.REFUSE
        case _:
            return case
    return _after(case, moved.state, event) if moved else case


def _merged_part(one: Participant, other: Participant) -> Participant:
    return Participant(
        report=joining.merged_report(one.report, other.report),
        consent=joining.merged_consent(one.consent, other.consent),
        is_vendor=one.is_vendor or other.is_vendor,
    )


def _part_of(case: Case, names: Collection[str], embargo: Embargo) -> Case:
    return Case(
        embargo,
        MappingProxyType({name: case.participants[name] for name in names}),
        tuple(entry for entry in case.entries if entry.vendor == "" or entry.vendor in names),
    )
