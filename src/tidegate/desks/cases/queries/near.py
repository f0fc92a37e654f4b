"""Dates that are near, for whoever works on a case as one of its parties.

Coordinators have theirs in `inbox`: of the cases that somebody coordinates nothing is told here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Clock, Participant, TeamMember
from tidegate.desks.cases.queries.inbox import SOON
from tidegate.desks.findings.models import Case

MOST: Final = 200

_OF_ALL: Final = (Clock.Kind.EMBARGO_END, Clock.Kind.POLICY)


@dataclass(frozen=True, slots=True)
class Near:
    """A date that comes soon."""

    case: str
    """Its key."""
    title: str
    kind: str
    """A word of `Clock.Kind`."""
    name: str
    since: datetime
    """When the clock was set."""
    at: datetime


def near(actor: Actor, *, at: datetime) -> tuple[Near, ...]:
    """Return the dates of the next days, of cases on whose teams `actor` is, the nearest first.

    Of a consent and of a place on a team they are told that are the own organisation's, or their
    own.
    """
    if actor.person is None:
        return ()
    theirs = narrowed(actor, Case.objects.filter(merged_into=None), at=at)
    coordinated = narrowed(actor, Case.objects.all(), Act.COORDINATE, at=at)
    # A grant may have ended without its clock having rung, and a case be read for its label.
    within = narrowed(actor, Participant.objects.all(), at=at)
    rows = (
        Clock.objects.filter(
            coordination__case__in=theirs.exclude(pk__in=coordinated.values("pk")).values("pk"),
            coordination__in=_on_teams(actor).values("participant__coordination"),
            state=Clock.State.RUNNING,
            due_at__lte=at + SOON,
        )
        .filter(_told_to(actor), coordination__in=within.values("coordination"))
        .select_related("coordination__case")
        .order_by("due_at", "pk")
    )
    return tuple(
        Near(
            row.coordination.case.key,
            row.coordination.case.title,
            row.kind,
            row.name,
            row.triggered_at,
            row.due_at,
        )
        for row in rows[:MOST]
    )


def _on_teams(actor: Actor) -> QuerySet[TeamMember]:
    return TeamMember.objects.filter(
        person=actor.person, left_at=None, participant__organisation__in=actor.organisations
    )


def _told_to(actor: Actor) -> Q:
    keys = _on_teams(actor).values_list("participant__organisation__key", flat=True)
    own = list(keys.distinct())
    theirs = Q(kind=Clock.Kind.CONSENT_LAPSE, subject__in=own)
    theirs |= Q(kind=Clock.Kind.GRANT_END, subject__in=[f"{key} {actor.key}" for key in own])
    return Q(kind__in=_OF_ALL) | theirs
