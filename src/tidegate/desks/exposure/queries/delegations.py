"""Who acts for whom: the delegations that an organisation has given, and those given to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Delegation


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """A delegation, as both sides see it."""

    key: str
    organisation: str
    """Key of the operator."""
    organisation_name: str
    provider: str
    """Key of the organisation that acts for it."""
    provider_name: str
    given_by: str
    """Who gave it, for the operator's own people; else empty."""
    given_at: datetime
    until: datetime | None
    ended_at: datetime | None
    """When it was ended, or ran out; None while it is in force."""
    may_end: bool
    """Whether who asks may end it."""


def list_delegations(actor: Actor, *, at: datetime) -> tuple[DelegationRow, ...]:
    """Return the delegations that somebody's organisations have given or been given.

    Those in force come first, then the others; the newest first.
    """
    rows = Delegation.objects.select_related("organisation", "provider", "given_by")
    seen = narrowed(actor, rows, at=at).order_by("-given_at", "-pk")
    ending = set(narrowed(actor, rows, Act.REVOKE, at=at).values_list("pk", flat=True))
    shown = [_row(one, actor, at, is_ending=one.pk in ending) for one in seen]
    return tuple(sorted(shown, key=lambda one: one.ended_at is not None))


def _row(row: Delegation, actor: Actor, at: datetime, *, is_ending: bool) -> DelegationRow:
    ran_out = row.until if row.until is not None and row.until <= at else None
    ended = row.ended_at or ran_out
    is_own = row.organisation_id in actor.organisations
    return DelegationRow(
        key=row.key,
        organisation=row.organisation.key,
        organisation_name=row.organisation.name,
        provider=row.provider.key,
        provider_name=row.provider.name,
        given_by=row.given_by.name if is_own and row.given_by else "",
        given_at=row.given_at,
        until=row.until,
        ended_at=ended,
        may_end=is_ending and ended is None,
    )
