"""Which parties wait in a vendor's line, for coordinators: of which case, and at which place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Participant
from tidegate.desks.cases.queries.line import Place, places_of
from tidegate.desks.findings.models import Case

MOST: Final = 200


@dataclass(frozen=True, slots=True)
class InLine:
    """A case that waits for a vendor to take it."""

    case: str
    """Its key."""
    title: str
    organisation: str
    """Key of the vendor."""
    name: str
    since: datetime
    place: Place | None


def waiting_parties(actor: Actor, *, at: datetime) -> tuple[InLine, ...]:
    """Return what waits in the lines, of the cases that `actor` coordinates."""
    theirs = narrowed(actor, Case.objects.filter(merged_into=None), Act.COORDINATE, at=at)
    rows = list(
        Participant.objects.filter(
            coordination__case__in=theirs.values("pk"),
            coordination__closed_at=None,
            invited_at=None,
            queued_at__isnull=False,
            removed_at=None,
        )
        .select_related("organisation", "coordination__case")
        .order_by("queued_at", "pk")[:MOST]
    )
    places = places_of(rows)
    return tuple(
        InLine(
            row.coordination.case.key,
            row.coordination.case.title,
            row.organisation.key,
            row.organisation.name,
            row.queued_at,
            places.get(row.pk),
        )
        for row in rows
        if row.queued_at is not None
    )
