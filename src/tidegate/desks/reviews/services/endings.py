"""Access ends: the one place where grants are ended, and where gateways are told of it.

A gateway reads the newest `Ending` while calls run, and cuts those of the grants that it names. It
compares dates at each use anyway: an end whose time has come needs no row, and no process.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.reviews.models import Ending, Engagement, Grant
from tidegate.desks.reviews.services.recording import record


def end_access(
    engagement: Engagement,
    *,
    at: datetime,
    actor: Actor,
    why: str,
    grants: Iterable[Grant] | None = None,
) -> tuple[Grant, ...]:
    """End grants for good, and return those that had not ended yet.

    It belongs in the caller's transaction, in which the engagement's row is locked, and as near to
    its end as can be: it appends `grant-ended` to the ledger for each of them.

    Args:
        engagement: of the grants.
        at: now; nobody uses them from this instant on.
        actor: who ends them.
        why: in words for whoever held them; may be empty.
        grants: which; without it all of the engagement's, also those that were only asked for, and
            whatever runs there is cut.
    """
    rows = Grant.objects.select_for_update(of=("self",)).filter(engagement=engagement)
    if grants is not None:
        rows = rows.filter(pk__in=[grant.pk for grant in grants])
    rows = rows.select_related("named__person", "named__party__organisation")
    ended = tuple(rows.filter(ended_at=None).order_by("pk"))
    for grant in ended:
        grant.ended_at, grant.ended_by, grant.ended_why = at, actor.name, why
        grant.save(update_fields=["ended_at", "ended_by", "ended_why"])
    if grants is None:
        Ending.objects.create(engagement=engagement, grant=None, at=at)
    else:
        cut(engagement, ended, at=at)
    for grant in ended:
        record(
            "grant-ended",
            engagement,
            at=at,
            actor=actor,
            about=grant.named.party.organisation,
            grant=grant.key,
            holder=grant.named.person.key,
            why=why,
        )
    return ended


def cut(engagement: Engagement, grants: Iterable[Grant], *, at: datetime) -> None:
    """Tell gateways to look again at grants, whose end was moved or which have ended."""
    Ending.objects.bulk_create(
        Ending(engagement=engagement, grant=grant, at=at) for grant in grants
    )
