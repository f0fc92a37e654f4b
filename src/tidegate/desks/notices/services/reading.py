"""Marking the own notices as read."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.notices.models import Notice
from tidegate.desks.notices.queries.own import own_notices


def mark_read(actor: Actor, key: str, *, at: datetime) -> Notice:
    """Mark one notice as read; one that was read stays as it is.

    Raises:
        NotFoundError: the actor has none of that key, or may not know of it any more.
    """
    named = as_written(key)
    with transaction.atomic():
        notice = own_notices(actor, Act.WRITE, at).filter(key=named).first()
        if notice is None:
            raise NotFoundError("notice", named)
        if notice.read_at is None:
            notice.read_at = at
            notice.save(update_fields=["read_at"])
        return notice


def mark_all_read(actor: Actor, *, case: str = "", engagement: str = "", at: datetime) -> int:
    """Mark the actor's notices as read, or those about one case or engagement.

    Return how many were not.
    """
    with transaction.atomic():
        rows = own_notices(actor, Act.WRITE, at).filter(read_at=None)
        if case:
            rows = rows.filter(case=as_written(case))
        if engagement:
            rows = rows.filter(engagement=as_written(engagement))
        ids = list(rows.values_list("pk", flat=True))
        return Notice.objects.filter(pk__in=ids).update(read_at=at)
