"""What cleared by a mistake counts from its first day again, once the mistake is undone.

An exposure that comes back was detected anew, and nothing has been done about it. That is right
where a package was installed again. Where a wrong inventory or a hasty retirement had cleared it,
it never was away: else a clock could be set back by retiring an asset and bringing it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.exposure.models import Asset, Exposure
from tidegate.desks.exposure.queries.chunks import in_chunks
from tidegate.desks.exposure.services.deadlines import recompute
from tidegate.desks.exposure.services.matching import Touched


@dataclass(frozen=True, slots=True)
class Stood:
    """How an exposure stood when it cleared."""

    detected_at: datetime
    remedy: str
    remedied_at: datetime | None


def as_it_stood(asset: Asset, *, cleared_at: datetime) -> dict[int, Stood]:
    """Return how the exposures of an asset stood that cleared at an instant, by id.

    It is asked before the asset is matched again.
    """
    rows = Exposure.objects.filter(asset=asset, cleared_at=cleared_at)
    return {row.pk: Stood(row.detected_at, row.remedy, row.remedied_at) for row in rows}


def let_stand_again(stood: dict[int, Stood], touched: Touched, *, at: datetime) -> None:
    """Let those exposures stand as before that matching has just opened again."""
    for chunk in in_chunks(sorted(stood.keys() & touched.opened)):
        rows = list(Exposure.objects.filter(pk__in=chunk))
        for row in rows:
            before = stood[row.pk]
            row.detected_at, row.remedy = before.detected_at, before.remedy
            row.remedied_at = before.remedied_at
        Exposure.objects.bulk_update(rows, ["detected_at", "remedy", "remedied_at"])
        recompute(chunk, at=at)
