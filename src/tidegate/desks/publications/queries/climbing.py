"""Which trials of fixes go on now, and which have ended lately: for whoever watches the work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.publications.models import Fix, Trial


@dataclass(frozen=True, slots=True)
class Climb:
    """A trial, as far as it has come."""

    fix: str
    """Key."""
    what: str
    """The released version, or the one that the diff is against."""
    is_patch: bool
    number: int
    state: str
    words: tuple[tuple[str, str], ...]
    """The name and the word of each rung that is known, in order."""
    labels: tuple[str, ...]
    why_not: str
    """Why it may not be published as fixed; of one that is done."""
    reason: str
    """Why it failed; that says nothing of the fix."""


def climbs(actor: Actor, since: datetime, *, at: datetime) -> tuple[Climb, ...]:
    """Return the trials that go on, and those that have ended since an instant, in order.

    Args:
        actor: who watches; only of fixes that they may read.
        since: an instant.
        at: now.
    """
    readable = narrowed(actor, Fix.objects.all(), at=at)
    lately = Q(state=Trial.State.RUNNING) | Q(ended_at__gte=since)
    rows = Trial.objects.filter(lately, fix__in=readable.values("pk")).select_related("fix")
    return tuple(
        Climb(
            fix=row.fix.key,
            what=row.fix.version,
            is_patch=row.fix.kind == Fix.Kind.PATCH,
            number=row.number,
            state=row.state,
            words=tuple((name, word) for name, word in row.words),
            labels=tuple(row.labels),
            why_not=row.why_not,
            reason=row.reason,
        )
        for row in rows.order_by("pk")
    )
