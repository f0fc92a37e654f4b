"""After the instance's key was rotated, the newest one wraps every key that older ones wrapped.

What the keys have sealed is not touched. Each row is changed as a whole, and the old generation is
still there: so everything can be read at every moment, and whoever is killed in the middle goes on
by doing it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from tidegate.desks.findings.models import DeliveryKey
from tidegate.desks.findings.sealing import wrapped_as
from tidegate.instance.keyring import keyring

BATCH: Final = 500
"""Keys of one transaction."""


def rewrap_delivery_keys() -> int:
    """Wrap the keys of all deliveries by the newest generation; return how many had another.

    Raises:
        SealError: a key was changed.
        KeyringError: a generation is missing that still wraps some; the others may be done.
    """
    return rewrap(DeliveryKey.objects.select_related("delivery"), wrapped_as)


def wrapped_by() -> Iterable[str]:
    """Return which of the instance's keys wraps each key of a delivery."""
    return DeliveryKey.objects.values_list("wrapped_by", flat=True).iterator()


def rewrap(rows: QuerySet[Any], wrapped_as: Callable[[Any], str]) -> int:
    """Wrap the keys in rows with `wrapped` and `wrapped_by` by the newest generation, in batches.

    It returns how many had another one, and raises what `rewrap_delivery_keys` raises.
    """
    done = 0
    while changed := _rewrap_batch(rows, wrapped_as):
        done += changed
    return done


def _rewrap_batch(rows: QuerySet[Any], wrapped_as: Callable[[Any], str]) -> int:
    ring = keyring()
    newest = ring.newest().key_id
    by = set(rows.order_by().values_list("wrapped_by", flat=True).distinct())
    with transaction.atomic():
        older = rows.select_for_update(of=("self",)).filter(wrapped_by__in=by - {newest})
        batch = list(older.order_by("pk")[:BATCH])
        for row in batch:
            purpose = wrapped_as(row)
            wrapped = ring.wrap(ring.unwrap(bytes(row.wrapped), purpose), purpose)
            row.wrapped, row.wrapped_by = wrapped.content, wrapped.by
        rows.model.objects.bulk_update(batch, ["wrapped", "wrapped_by"])
        return len(batch)
