"""What only the parties of a case may read is sealed with a key of the case before it is kept.

Messages under TLP:RED and attachments go through here. The case's newest key seals; what older
ones have sealed they still open (`rotating` moves it to the newest one).
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from tidegate.desks.cases.models import CaseKey, Coordination, Sealed
from tidegate.desks.cases.queries.unsealing import opened, unwrapped, wrapped_as
from tidegate.engines import sealing
from tidegate.instance.keyring import keyring

__all__ = ["add_key", "newest_key", "opened", "seal"]


def seal(coordination: Coordination, purpose: str, content: bytes, at: datetime) -> Sealed:
    """Keep bytes sealed, inside the caller's transaction, and return their row.

    `purpose` names the one thing that they are, such as `message:M-...`. `at` is when the case's
    first key was made, if this makes it.

    Raises:
        HomeError: the instance's keys cannot be used.
    """
    with transaction.atomic():
        row = newest_key(coordination, at)
        sealed = sealing.seal(content, unwrapped(row), purpose)
        return Sealed.objects.create(key=row, purpose=purpose, content=sealed)


def newest_key(coordination: Coordination, at: datetime) -> CaseKey:
    """Return the key that seals, made if there is none.

    It is locked: it stays the newest one until the caller's transaction ends.
    """
    while True:
        keys = CaseKey.objects.filter(coordination=coordination)
        row = keys.select_for_update().order_by("number").last()
        if row is None:
            try:
                with transaction.atomic():
                    add_key(coordination, 1, at)
            except IntegrityError:
                pass  # somebody else made it at the same moment
        elif not keys.filter(number__gt=row.number).exists():
            return row


def add_key(coordination: Coordination, number: int, at: datetime) -> CaseKey:
    """Give a case a new key; inside the caller's transaction."""
    row = CaseKey(coordination=coordination, number=number, made_at=at)
    wrapped = keyring().wrap(sealing.new_key(), wrapped_as(row))
    row.wrapped, row.wrapped_by = wrapped.content, wrapped.by
    row.save()
    return row
