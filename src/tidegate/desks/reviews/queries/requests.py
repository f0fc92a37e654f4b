"""What takes two persons: what was asked for, whether it was seconded, and who may second it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.reviews.models import Engagement, TwoPersonRequest

MOST: Final = 200
"""Requests that are shown at once, the newest ones."""


@dataclass(frozen=True, slots=True)
class RequestShown:
    """Something that was asked for."""

    key: str
    engagement: str
    """Key."""
    action: str
    """A value of `frameworks.framework.Action`."""
    subject: str
    """Key of what it is about."""
    reason: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    seconded_by: str
    seconded_at: datetime | None
    used_at: datetime | None
    is_own: bool
    """Whether the actor has asked for it."""
    may_second: bool
    """By `two_persons.second`; of `break-glass`, the grant by `break_glass.second_break_glass`."""


def list_requests(actor: Actor, *, engagement: str = "", at: datetime) -> tuple[RequestShown, ...]:
    """Return the requests that somebody may read, the newest first.

    Args:
        actor: who asks.
        engagement: key of the engagement; all of them, without it.
        at: now.

    Raises:
        NotFoundError: there is no such engagement, or not for them.
    """
    rows = TwoPersonRequest.objects.select_related("engagement", "asked_by", "seconded_by")
    if engagement:
        key = as_written(engagement)
        rows = rows.filter(
            engagement=find(actor, Engagement.objects.all(), Act.SEE, at=at, key=key)
        )
    found = list(narrowed(actor, rows, at=at).order_by("-pk")[:MOST])
    open_ones = TwoPersonRequest.objects.filter(
        pk__in=[row.pk for row in found], seconded_at=None, used_at=None, expires_at__gt=at
    ).exclude(asked_by=actor.person)
    mine = set(narrowed(actor, open_ones, Act.RESPOND, at=at).values_list("pk", flat=True))
    return tuple(
        RequestShown(
            key=row.key,
            engagement=row.engagement.key,
            action=row.action,
            subject=row.subject,
            reason=row.reason,
            asked_by=row.asked_by.name,
            asked_at=row.asked_at,
            expires_at=row.expires_at,
            seconded_by=row.seconded_by.name if row.seconded_by else "",
            seconded_at=row.seconded_at,
            used_at=row.used_at,
            is_own=row.asked_by_id == actor.person,
            may_second=row.pk in mine,
        )
        for row in found
    )
