"""What an operator says it has done about an exposure, and whether that was in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.exposure.models import Exposure, RemedySaid


@dataclass(frozen=True, slots=True)
class RemedyShown:
    """Something that was said to have been done."""

    remedy: str
    """`mitigated` or `remediated`."""
    done_at: datetime
    words: str
    by: str
    said_at: datetime
    taken_back_at: datetime | None
    counts: bool
    """Whether it is the one that holds now."""
    in_time: bool | None
    """Before the day that holds now was over; None where there is no day."""


def remedies_of(exposure: Exposure) -> tuple[RemedyShown, ...]:
    """Return what was said to have been done about an exposure, the newest first."""
    holding = standing_remedy(exposure)
    rows = RemedySaid.objects.filter(exposure=exposure).order_by("-pk")
    return tuple(
        RemedyShown(
            row.remedy,
            row.done_at,
            row.words,
            row.by_name,
            row.at,
            row.taken_back_at,
            holding is not None and row.pk == holding.pk,
            row.done_at < exposure.due_at if exposure.due_at else None,
        )
        for row in rows
    )


def standing_remedy(exposure: Exposure) -> RemedySaid | None:
    """Return what holds of what was said since the exposure was found; None without anything."""
    rows = RemedySaid.objects.filter(
        exposure=exposure, taken_back_at=None, at__gte=exposure.detected_at
    )
    return rows.order_by("-pk").first()
