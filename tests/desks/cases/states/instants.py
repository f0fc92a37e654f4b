"""Instants that tests speak of: days from one beginning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

BEGINNING = datetime(2026, 9, 1, 12, tzinfo=UTC)


def day(number: float) -> datetime:
    """Return the instant that is so many days after the beginning."""
    return BEGINNING + timedelta(days=number)
