"""An instant is a date and time in UTC and nothing else: whoever mixes zones loses an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class InstantError(ValueError):
    """A date and time is not an instant in UTC; the message names it and the mend."""


def in_utc(moment: datetime, what: str) -> datetime:
    """Return an instant unchanged, if it is one.

    `what` names it in the error, such as `the embargo's end`.

    Raises:
        InstantError: it has no zone, or another one than UTC.
    """
    offset = moment.utcoffset()
    if offset is None:
        raise InstantError(f"{what}, {moment.isoformat()}, has no zone; hand it over in UTC")
    if offset != timedelta(0):
        raise InstantError(
            f"{what}, {moment.isoformat()}, is not in UTC;"
            f" write {shown(moment.astimezone(UTC))} instead"
        )
    return moment


def shown(moment: datetime) -> str:
    """Write an instant as RFC 3339 has it: `2026-11-30T12:00:00Z`."""
    return moment.isoformat().replace("+00:00", "Z")
