"""Everything is compared with everything: after an upgrade that orders versions otherwise.

What changes is compared when it changes, so this finds nothing as long as versions stand where they
stood. Keys are kept with the versions; where an order was mended, the keys are made anew first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import require_with_instance
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Coordinate
from tidegate.desks.exposure.services.matching import match_all
from tidegate.desks.exposure.services.turns import take_turn
from tidegate.desks.ledger.services.appending import append
from tidegate.engines.matching.ecosystems import ecosystem_named
from tidegate.engines.matching.packages import HIGHEST
from tidegate.engines.matching.versions import UnparsableVersionError, has_key, version_key

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing everything has changed, in numbers, over all operators."""

    keys: int
    """Versions that stand elsewhere in their order than before."""
    opened: int
    cleared: int
    changed: int


def compare_all(actor: Actor, *, at: datetime) -> Compared:
    """Make keys anew where an order was mended, and compare all inventories with all advisories.

    Advisories keep the bounds that they were read with: take the feeds in again before, so that
    those follow the order, too.

    Raises:
        NotFoundError: the actor does not run the instance.
    """
    require_with_instance(actor, Act.ADMINISTER)
    with transaction.atomic():
        take_turn()
        keys = _rekey()
        touched = match_all(at=at)
        done = Compared(keys, len(touched.opened), len(touched.cleared), len(touched.changed))
        append("everything-compared", at=at, actor=actor, keys=keys, changed=len(touched.all))
    return done


def _rekey() -> int:
    changed: list[Coordinate] = []
    count = 0
    rows = Coordinate.objects.select_related("package").order_by("pk")
    for row in rows.iterator(chunk_size=_AT_ONCE):
        key = _key(row)
        if key != bytes(row.sort_key):
            row.sort_key = key
            changed.append(row)
            count += 1
        if len(changed) >= _AT_ONCE:
            Coordinate.objects.bulk_update(changed, ["sort_key"])
            changed.clear()
    Coordinate.objects.bulk_update(changed, ["sort_key"])
    return count


def _key(row: Coordinate) -> bytes:
    known = ecosystem_named(row.package.ecosystem)
    if known is None or not has_key(known.order):
        return HIGHEST
    try:
        return version_key(known.order, row.version)
    except UnparsableVersionError:
        return HIGHEST
