"""The parties of a case: how far the contact with each has come, its consent, its products.

Contact and status are kept apart: a vendor that has said nothing of its products is `silent`, and
nothing here makes 'not affected' of that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Participant, ProductStatus, TeamMember
from tidegate.desks.cases.queries.line import Place, places_of
from tidegate.desks.cases.states.vulnerabilities import CaseEvent
from tidegate.desks.findings.models import Case

_PROGRESS: Final = (CaseEvent.VENDOR_AWARE, CaseEvent.FIX_READY, CaseEvent.FIX_DEPLOYED)


@dataclass(frozen=True, slots=True)
class StatusShown:
    """What a vendor says of one of its products."""

    product: str
    status: str
    """`under_investigation`, `affected`, `not_affected` or `fixed`."""
    justification: str
    statement: str
    versions: str
    said_by: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class MemberShown:
    """Somebody on a party's team."""

    person: str
    """Their key."""
    name: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class PartyShown:
    """An organisation's part in a case."""

    organisation: str
    """Its key."""
    name: str
    role: str
    contact: str
    """`not-contacted`, `notified`, `seen`, `investigating` or `answered`."""
    consent: str
    consent_until: datetime | None
    report: str
    progress: tuple[str, ...]
    """Of a vendor: `vendor-aware`, `fix-ready`, `fix-deployed`, as far as it is."""
    invited_at: datetime | None
    joined_at: datetime | None
    queued_at: datetime | None
    place: Place | None
    """In the vendor's line, while it waits; for coordinators and finders."""
    statuses: tuple[StatusShown, ...]
    team: tuple[MemberShown, ...]
    """For coordinators, and for the organisation itself; empty for others."""

    @property
    def silent(self) -> bool:
        """Whether it has said nothing of any product; this is never 'not affected'."""
        return not self.statuses


def list_parties(actor: Actor, case_key: str, *, at: datetime) -> tuple[PartyShown, ...]:
    """Return the parties of a case that `actor` reads, in the order in which they were taken in.

    Raises:
        NotFoundError: there is no such case, or not for them.
    """
    case = find(actor, Case.objects.all(), at=at, key=as_written(case_key))
    return parties_of(actor, case, at=at)


def parties_of(actor: Actor, case: Case, *, at: datetime) -> tuple[PartyShown, ...]:
    """Return the parties of a case that `actor` was found to read."""
    rows = list(
        narrowed(actor, Participant.objects.filter(coordination__case=case), at=at)
        .filter(removed_at=None)
        .select_related("organisation")
        .order_by("pk")
    )
    coordinates = may(actor, Act.COORDINATE, case, at=at)
    own = frozenset(actor.organisations)
    finds = any(row.role == Participant.Part.FINDER and row.organisation_id in own for row in rows)
    places = places_of(rows if coordinates or finds else ())
    statuses = _statuses(actor, rows, at)
    teams = _teams([row for row in rows if coordinates or row.organisation_id in own], at)
    return tuple(
        PartyShown(
            organisation=row.organisation.key,
            name=row.organisation.name,
            role=row.role,
            contact=row.contact,
            consent=row.consent,
            consent_until=row.consent_until,
            report=row.report,
            progress=progress_of(row),
            invited_at=row.invited_at,
            joined_at=row.joined_at,
            queued_at=row.queued_at,
            place=places.get(row.pk),
            statuses=tuple(statuses[row.pk]),
            team=tuple(teams[row.pk]),
        )
        for row in rows
    )


def progress_of(party: Participant) -> tuple[str, ...]:
    """Return what has happened at a vendor, in words; nothing for other parties."""
    if party.role != Participant.Part.VENDOR:
        return ()
    return tuple(str(event) for event in _PROGRESS if event.letter in party.vendor)


def _statuses(
    actor: Actor, rows: Collection[Participant], at: datetime
) -> Mapping[int, list[StatusShown]]:
    found: dict[int, list[StatusShown]] = defaultdict(list)
    holding = narrowed(actor, ProductStatus.objects.filter(replaced_at=None), at=at)
    for one in holding.filter(participant__in=[row.pk for row in rows]).order_by("product"):
        found[one.participant_id].append(
            StatusShown(
                product=one.product,
                status=one.status,
                justification=one.justification,
                statement=one.statement,
                versions=one.versions,
                said_by=one.said_by,
                said_at=one.said_at,
            )
        )
    return found


def _teams(rows: Iterable[Participant], at: datetime) -> Mapping[int, list[MemberShown]]:
    found: dict[int, list[MemberShown]] = defaultdict(list)
    members = TeamMember.objects.filter(
        Q(until=None) | Q(until__gt=at), participant__in=[row.pk for row in rows], left_at=None
    )
    for one in members.select_related("person").order_by("pk"):
        found[one.participant_id].append(
            MemberShown(one.person.key, one.person.name, one.since, one.until)
        )
    return found
