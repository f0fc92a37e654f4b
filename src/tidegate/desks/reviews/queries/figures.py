"""Figures that everybody may read: counts of engagements, and nothing by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final

from django.db.models import F

from tidegate.desks.reviews.models import Engagement

FEWEST: Final = 5
"""Windows that a median is of, at the least: that of one is what one developer has agreed to."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted up to an instant."""

    until: datetime
    """The last midnight, UTC: on no day can anybody watch what happens."""
    opened: int
    """Engagements that were proposed. A draft is its developer's own."""
    withdrawn: int
    """Those of them that were withdrawn."""
    median_days: float | None
    """How long access may be used in a window that has ended; None with fewer than `FEWEST`."""


def figures(at: datetime) -> Figures:
    """Return the figures up to the end of the day before, UTC."""
    until = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    opened = Engagement.objects.filter(proposed_at__lt=until)
    windows = Engagement.objects.filter(
        window_ends_at__lt=until, window_ends_at__gt=F("window_opens_at")
    )
    days = [
        (ends_at - opens_at) / timedelta(days=1)
        for opens_at, ends_at in windows.values_list("window_opens_at", "window_ends_at")
        if opens_at is not None and ends_at is not None
    ]
    return Figures(
        until=until,
        opened=opened.count(),
        withdrawn=opened.filter(withdrawn_at__lt=until).count(),
        median_days=round(median(days), 1) if len(days) >= FEWEST else None,
    )
