"""What waits to be sent: claimed by one worker at a time, tried for a day, then set aside.

A claim ends by itself. So what a worker that was killed had claimed is sent by another one, under
the same name: whoever receives it twice sees that it is the same message.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import F, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from tidegate.desks.notices.channels.retrying import next_try
from tidegate.desks.notices.models import Sending

CLAIM: Final = timedelta(minutes=2)
"""Longer than any try takes."""

_State: Final = Sending.State


def claim_mails(most: int, at: datetime) -> list[Sending]:
    """Claim mails that are due, the longest due first."""
    return _claim(Sending.objects.filter(channel=Sending.Channel.MAIL), most, at)


def claim_messages(endpoints: int, each: int, at: datetime) -> list[Sending]:
    """Claim messages to webhooks that are due.

    Args:
        endpoints: to so many webhooks at most, the longest due first.
        each: so many at most to one, so that a webhook that is down keeps no other waiting.
        at: now.
    """
    rows = Sending.objects.filter(channel=Sending.Channel.WEBHOOK)
    due = _due(rows, at).values("endpoint").annotate(first=Min("next_try_at")).order_by("first")
    claimed: list[Sending] = []
    for endpoint in list(due.values_list("endpoint", flat=True)[:endpoints]):
        claimed += _claim(rows.filter(endpoint=endpoint), each, at)
    return claimed


def mark_sent(sending: Sending, at: datetime) -> None:
    """Keep that it was taken."""
    _mark(sending, state=_State.SENT, sent_at=at, reason="")


def mark_failed(sending: Sending, reason: str, *, at: datetime, chance: float) -> bool:
    """Keep that a try failed; say whether it is set aside now, a day after the first one."""
    first = sending.first_try_at or at
    again = next_try(sending.tries, first=first, at=at, chance=chance)
    if again is None:
        set_aside(sending, reason, at)
        return True
    _mark(sending, next_try_at=again, reason=reason)
    return False


def set_aside(sending: Sending, reason: str, at: datetime) -> None:
    """Give up, until somebody has it tried again."""
    _mark(sending, state=_State.SET_ASIDE, set_aside_at=at, reason=reason)


def drop(sending: Sending, reason: str) -> None:
    """Keep that it need not be sent any more."""
    _mark(sending, state=_State.DROPPED, reason=reason)


def revive(rows: QuerySet[Sending], at: datetime) -> int:
    """Have messages that were set aside tried again, for another day; return how many."""
    return rows.filter(state=_State.SET_ASIDE).update(
        state=_State.WAITING,
        tries=0,
        first_try_at=None,
        set_aside_at=None,
        claimed_until=None,
        next_try_at=at,
    )


def _due(rows: QuerySet[Sending], at: datetime) -> QuerySet[Sending]:
    free = Q(claimed_until=None) | Q(claimed_until__lte=at)
    return rows.filter(free, state=_State.WAITING, next_try_at__lte=at)


def _claim(rows: QuerySet[Sending], most: int, at: datetime) -> list[Sending]:
    if not _due(rows, at).exists():
        # Asked without a transaction, for one that may write keeps others from writing.
        return []
    skips = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        locked = _due(rows, at).select_for_update(skip_locked=skips)
        ids = [row.pk for row in locked.order_by("next_try_at", "pk")[:most]]
        Sending.objects.filter(pk__in=ids).update(
            claimed_until=at + CLAIM,
            tries=F("tries") + 1,
            last_try_at=at,
            first_try_at=Coalesce("first_try_at", at),
        )
    claimed = Sending.objects.select_related("person", "entry", "endpoint__organisation").filter(
        pk__in=ids
    )
    return list(claimed.order_by("next_try_at", "pk"))


def _mark(sending: Sending, **values: object) -> None:
    rows = Sending.objects.filter(pk=sending.pk, state=_State.WAITING)
    rows.update(claimed_until=None, **values)
