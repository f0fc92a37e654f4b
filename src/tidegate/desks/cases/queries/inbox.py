"""What waits for somebody, and by when: as one of a party, and as one who coordinates.

Of a case that they may not read yet they are told its key and its terms, and not what it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db.models import Min, Q, QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import (
    Clock,
    EmbargoTerms,
    Participant,
    ProductStatus,
    ReleaseApproval,
)
from tidegate.desks.cases.states.embargoes import EmbargoState
from tidegate.desks.cases.states.reports import ReportState
from tidegate.desks.findings.models import Case

MOST: Final = 200
"""Things of one kind that are shown."""

SOON: Final = timedelta(days=7)
"""A date that is nearer waits for the coordinators."""

_ON_THE_TABLE: Final = tuple(state for state in EmbargoState if state.on_the_table)
_UNDECIDED: Final = (ReportState.RECEIVED, ReportState.VALID)


class Waiting(StrEnum):
    """What waits."""

    INVITATION = "invitation"
    """An organisation is asked to join."""
    CONSENT = "consent"
    """There are terms that it has not agreed to, or not any more."""
    REPORT = "report"
    """It has not said what it makes of the report."""
    STATUS = "status"
    """A vendor has said nothing of its products."""
    PROPOSAL = "proposal"
    """Terms are proposed that a coordinator decides about."""
    APPROVAL = "approval"
    """Another coordinator has approved an early release, or what comes to the same."""
    DATE = "date"
    """A date of the case is near."""
    COORDINATION = "coordination"
    """A proven case is not coordinated yet."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits."""

    what: Waiting
    case: str
    """Its key."""
    title: str
    """Empty while the case may not be read."""
    organisation: str
    """Key of the organisation that it waits for; empty where it waits for coordinators."""
    name: str
    """What else tells it apart: of the organisation, of whoever proposed it, of the clock."""
    since: datetime
    by: datetime | None
    """When it has to be done, if there is such a date."""


def inbox(actor: Actor, *, at: datetime) -> tuple[Item, ...]:
    """Return what waits for somebody; what is due first comes first, then what waits longest."""
    found = [*_of_parties(actor, at), *_of_coordinators(actor, at)]
    never = datetime.max.replace(tzinfo=at.tzinfo)
    return tuple(sorted(found, key=lambda item: (item.by or never, item.since, item.case)))


def _of_parties(actor: Actor, at: datetime) -> Iterator[Item]:
    """Yield what waits for the organisations of who asks, where they may answer for them."""
    # A token may be good for answering, and not for reading what there is to answer.
    seen = narrowed(actor, Participant.objects.all(), Act.SEE, at=at)
    own = (
        narrowed(actor, seen, Act.RESPOND, at=at)
        .filter(
            organisation__in=actor.organisations,
            invited_at__isnull=False,
            removed_at=None,
            coordination__closed_at=None,
        )
        .select_related("organisation", "coordination__case")
    )
    on_the_table = Q(coordination__embargo__in=_ON_THE_TABLE)
    invited = own.filter(joined_at=None).exclude(on_the_table, consent="declined")
    lapsed = own.filter(on_the_table, joined_at__isnull=False).exclude(
        consent__in=("signatory", "declined")
    )
    undecided = own.filter(joined_at__isnull=False, report__in=_UNDECIDED)
    said = ProductStatus.objects.filter(replaced_at=None).values("participant")
    unsaid = own.filter(joined_at__isnull=False, role=Participant.Part.VENDOR).exclude(pk__in=said)
    for what, rows in (
        (Waiting.INVITATION, invited),
        (Waiting.CONSENT, lapsed),
        (Waiting.REPORT, undecided.exclude(role=Participant.Part.COORDINATOR)),
        (Waiting.STATUS, unsaid),
    ):
        yield from _items(actor, what, rows, at)


def _items(
    actor: Actor, what: Waiting, rows: QuerySet[Participant], at: datetime
) -> Iterator[Item]:
    parties = list(rows.order_by("invited_at", "pk")[:MOST])
    cases = [party.coordination.case for party in parties]
    readable = _readable(actor, cases, at)
    ends = _ends(readable if what in (Waiting.REPORT, Waiting.STATUS) else ())
    for party in parties:
        row = party.coordination
        assert party.invited_at is not None
        if what in (Waiting.REPORT, Waiting.STATUS) and row.case.pk not in readable:
            continue  # Only after it has consented can it say anything.
        yield Item(
            what=what,
            case=row.case.key,
            title=row.case.title if row.case.pk in readable else "",
            organisation=party.organisation.key,
            name=party.organisation.name,
            since=party.invited_at if party.joined_at is None else party.joined_at,
            by=ends.get(row.case.pk, row.ends_at),
        )


def _of_coordinators(actor: Actor, at: datetime) -> Iterator[Item]:
    """Yield what waits for coordinators, of the cases that who asks coordinates."""
    read = narrowed(actor, Case.objects.filter(merged_into=None), at=at)
    theirs = narrowed(actor, read, Act.COORDINATE, at=at)
    if not theirs.exists():
        return
    cases = theirs.values("pk")
    proposals = EmbargoTerms.objects.filter(
        coordination__case__in=cases, outcome=EmbargoTerms.Outcome.OPEN
    ).select_related("coordination__case")
    for proposal in proposals.order_by("proposed_at")[:MOST]:
        case = proposal.coordination.case
        yield _item(
            Waiting.PROPOSAL, case, proposal.proposed_by, proposal.proposed_at, proposal.ends_at
        )
    approvals = (
        ReleaseApproval.objects.filter(
            coordination__case__in=cases, withdrawn_at=None, used_at=None
        )
        .exclude(person=actor.person)
        .select_related("coordination__case", "person")
    )
    for one in approvals.order_by("at")[:MOST]:
        yield _item(Waiting.APPROVAL, one.coordination.case, one.person.name, one.at, None)
    near = Clock.objects.filter(
        coordination__case__in=cases,
        state=Clock.State.RUNNING,
        kind__in=(Clock.Kind.EMBARGO_END, Clock.Kind.POLICY),
        due_at__lte=at + SOON,
    ).select_related("coordination__case")
    for clock in near.order_by("due_at")[:MOST]:
        yield _item(
            Waiting.DATE, clock.coordination.case, clock.name, clock.triggered_at, clock.due_at
        )
    for case in theirs.filter(coordination=None).order_by("-priority", "opened_at")[:MOST]:
        yield _item(Waiting.COORDINATION, case, "", case.opened_at, None)


def _item(what: Waiting, case: Case, name: str, since: datetime, by: datetime | None) -> Item:
    return Item(what, case.key, case.title, "", name, since, by)


def _readable(actor: Actor, cases: Iterable[Case], at: datetime) -> frozenset[int]:
    rows = Case.objects.filter(pk__in=[case.pk for case in cases])
    return frozenset(narrowed(actor, rows, at=at).values_list("pk", flat=True))


def _ends(cases: Iterable[int]) -> dict[int, datetime]:
    """Return the next date of each case: the end of its embargo, or a policy's deadline."""
    running = Clock.objects.filter(
        coordination__case__in=list(cases),
        state=Clock.State.RUNNING,
        kind__in=(Clock.Kind.EMBARGO_END, Clock.Kind.POLICY),
    )
    first = running.values("coordination__case").annotate(next=Min("due_at"))
    return dict(first.values_list("coordination__case", "next"))
