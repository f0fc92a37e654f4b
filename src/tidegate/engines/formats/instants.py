"""How documents write an instant: in UTC, as RFC 3339 has it."""

from __future__ import annotations

from datetime import UTC, datetime


def written(at: datetime) -> str:
    """Return an instant as RFC 3339 has it, in UTC: `2026-03-02T09:30:00Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def written_to_seconds(at: datetime) -> str:
    """Return the same without fractions of a second, which receipts leave out."""
    return written(at.replace(microsecond=0))
