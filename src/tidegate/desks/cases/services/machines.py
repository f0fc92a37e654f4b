"""Between the rows and the machines: a case as the pure model sees it, and back.

A service holds a case (`hold`), asks a verb of `states.cases` what comes of it, takes the answer
(`taken`), and keeps it (`keep`). So no column of a state is ever set but to what the model's tables
say, and what follows from a step is never forgotten: lapsed consents, ended embargoes, the clocks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, TypeVar

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import (
    Clock,
    Coordination,
    EmbargoTerms,
    Occurrence,
    Participant,
)
from tidegate.desks.cases.queries.modelled import case_of, proposal_of
from tidegate.desks.cases.services import clocks, deadlines
from tidegate.desks.cases.states import cases as model
from tidegate.desks.cases.states import histories
from tidegate.desks.cases.states.consents import Consent
from tidegate.desks.cases.states.embargoes import Embargo
from tidegate.desks.cases.states.histories import Entry
from tidegate.desks.cases.states.steps import Moved, Refused
from tidegate.desks.cases.states.vulnerabilities import CaseEvent, VendorState
from tidegate.desks.findings.models import Case
from tidegate.desks.findings.services.refusals import NotPossibleError

REMINDED_BEFORE: Final = timedelta(days=7)
"""How long before an embargo's end people are reminded of it."""

EMBARGO: Final = "embargo"
"""Name of the clocks of an embargo."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Held:
    """A coordination that is locked, with its parties, and the model's view of it."""

    row: Coordination
    parties: Mapping[str, Participant]
    """By the key of their organisation; without those that were removed."""
    proposal: EmbargoTerms | None
    """The terms that are proposed, while some are."""
    case: model.Case

    @property
    def key(self) -> str:
        """The case's key."""
        return self.row.case.key


def hold(actor: Actor, case_key: str, act: Act, *, at: datetime, while_open: bool = True) -> Held:
    """Find a case that `actor` may do `act` with, and hold its coordination until the end.

    Raises:
        NotFoundError: there is no such case, or not for them.
        NotPossibleError: it is not coordinated, or not any more; `while_open` is False for what
            is possible in a closed one, too.
    """
    cases, key = Case.objects.select_related("merged_into"), as_written(case_key)
    case = find(actor, cases, act, at=at, key=key)
    rows = Coordination.objects.select_for_update(of=("self",)).select_related("case")
    row = rows.filter(case=case).first()
    # Another transaction may have ended what allowed it while this one waited.
    case = find(actor, cases, act, at=at, key=key)
    if case.merged_into is not None:
        known = may(actor, Act.SEE, case.merged_into, at=at)
        other = case.merged_into.key if known else "another case"
        raise NotPossibleError(f"{case.key} became part of {other}; go on with that one")
    if row is None:
        raise NotPossibleError(
            f"{case.key} is not coordinated yet; open its coordination first (`tidegate coordinate"
            f" {case.key}`)"
        )
    if while_open and row.closed_at is not None:
        raise NotPossibleError(f"the coordination of {case.key} is closed; open it again first")
    return held(row)


def held(row: Coordination) -> Held:
    """Return what is there of a coordination; its row is locked and its case loaded already."""
    rows = row.participants.select_related("organisation").filter(removed_at=None)
    parties = {party.organisation.key: party for party in rows.order_by("pk")}
    proposal = proposal_of(row)
    return Held(row, MappingProxyType(parties), proposal, case_of(row, parties, proposal))


def taken(answer: Moved[_T] | Refused, held: Held) -> _T:
    """Return where a step led.

    Raises:
        NotPossibleError: it was refused; the message is the model's.
    """
    if isinstance(answer, Refused):
        raise NotPossibleError(f"{held.key}: {answer.reason}")
    return answer.state


def party_of(held: Held, organisation_key: str) -> Participant:
    """Return an organisation's part in a case.

    Raises:
        NotPossibleError: it has none.
    """
    party = held.parties.get(as_written(organisation_key))
    if party is None:
        raise NotPossibleError(
            f"{as_written(organisation_key)} takes no part in {held.key}; invite it first"
        )
    return party


def keep(held: Held, after: model.Case, *, at: datetime, actor: Actor, source: str = "") -> Held:
    """Keep what a step has made of a case, with all that follows from it; return the case after.

    Every participant of `after` has a row in `held`. `source` is where a new entry can be seen.
    """
    _keep_entries(held, after.entries, actor, source)
    _keep_parties(held, after, at)
    _keep_embargo(held, after, at)
    if after.embargo != held.case.embargo:
        set_clocks(held.row, after.embargo, at=at)
    if after.entries != held.case.entries:
        deadlines.compute_again(held.row, after.entries, at=at)
    return replace(held, case=after, proposal=_still_open(held.proposal))


def set_clocks(row: Coordination, embargo: Embargo, *, at: datetime) -> None:
    """Let the clocks of an embargo run to its end, or take them away where none is in force."""
    if not embargo.state.in_force or embargo.ends_at is None:
        for kind in (Clock.Kind.EMBARGO_END, Clock.Kind.REMINDER):
            clocks.cancel(row, kind, at=at, why=f"the embargo is {embargo.state}", name=EMBARGO)
        return
    reminded_at = embargo.ends_at - REMINDED_BEFORE
    trigger = "embargo-accepted"
    clocks.run(
        row, Clock.Kind.EMBARGO_END, EMBARGO, embargo.ends_at, trigger=trigger, triggered_at=at
    )
    if reminded_at > at:
        clocks.run(row, Clock.Kind.REMINDER, EMBARGO, reminded_at, trigger=trigger, triggered_at=at)
    else:
        clocks.cancel(row, Clock.Kind.REMINDER, at=at, why="the end is near", name=EMBARGO)


def _keep_entries(held: Held, entries: Iterable[Entry], actor: Actor, source: str) -> None:
    # The same thing may be recorded twice in one instant; both stay.
    known = Counter(held.case.entries)
    new = []
    for entry in entries:
        if known[entry]:
            known[entry] -= 1
        else:
            new.append(entry)
    Occurrence.objects.bulk_create(
        Occurrence(
            coordination=held.row,
            participant=held.parties[entry.vendor] if entry.vendor else None,
            event=entry.event,
            happened_at=entry.happened_at,
            recorded_at=entry.recorded_at,
            said_by=actor.name,
            source=source,
        )
        for entry in new
    )


def _keep_parties(held: Held, after: model.Case, at: datetime) -> None:
    changed = []
    for name, part in after.participants.items():
        row = held.parties[name]
        vendor = VendorState.UNAWARE
        if part.is_vendor:
            vendor = histories.state_of(after.entries, name).vendor
        until = row.consent_until if part.consent is Consent.SIGNATORY else None
        if row.consent_until is not None and until is None:
            clocks.cancel(held.row, Clock.Kind.CONSENT_LAPSE, at=at, why=part.consent, subject=name)
        columns = (part.report, part.consent, vendor, until)
        if (row.report, row.consent, row.vendor, row.consent_until) != columns:
            row.report, row.consent, row.vendor, row.consent_until = columns
            changed.append(row)
    Participant.objects.bulk_update(
        changed, ["report", "consent", "vendor", "consent_until"], batch_size=200
    )


def _keep_embargo(held: Held, after: model.Case, at: datetime) -> None:
    row, embargo = held.row, after.embargo
    if held.proposal and embargo.proposed_ends_at != held.proposal.ends_at:
        _fall(held.proposal, at)
    row.embargo, row.ends_at = embargo.state, embargo.ends_at
    row.public_at = _first(after.entries, CaseEvent.PUBLIC)
    row.exploit_at = _first(after.entries, CaseEvent.EXPLOIT)
    row.attacks_at = _first(after.entries, CaseEvent.ATTACKS)
    row.save()


def _first(entries: Iterable[Entry], fact: CaseEvent) -> datetime | None:
    """Return when a fact came about: the earliest that was said, of itself or of what brought it.

    An exploit that is public makes the vulnerability public.
    """
    bringing = {fact} | {event for event, brought in histories.BRINGS.items() if brought is fact}
    return min((one.happened_at for one in entries if one.event in bringing), default=None)


def _fall(proposal: EmbargoTerms, at: datetime) -> None:
    """Keep that nothing came of a proposal, where nobody has decided about it."""
    if proposal.outcome == EmbargoTerms.Outcome.OPEN:
        proposal.outcome, proposal.decided_at = EmbargoTerms.Outcome.FALLEN, at
        proposal.save(update_fields=["outcome", "decided_at"])


def _still_open(proposal: EmbargoTerms | None) -> EmbargoTerms | None:
    is_open = proposal is not None and proposal.outcome == EmbargoTerms.Outcome.OPEN
    return proposal if is_open else None
