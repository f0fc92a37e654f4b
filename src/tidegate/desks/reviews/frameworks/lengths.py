"""Lengths of time in frameworks and terms: whole days or whole hours, as ISO 8601 writes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


def read_length(text: str) -> timedelta:
    """Return a length that the schema has let pass: `P30D` or `PT12H`."""
    number = int(text.strip("PTDH"))
    return number * (_DAY if text.endswith("D") else _HOUR)


def written_length(length: timedelta) -> str:
    """Write a length in its one form: in days where it is whole days, else in hours.

    Raises:
        ValueError: it is neither.
    """
    if length < timedelta(0) or length % _HOUR:
        raise ValueError(f"{length} is not in whole hours; write whole days or whole hours")
    if length % _DAY:
        return f"PT{length // _HOUR}H"
    return f"P{length // _DAY}D"


def in_words(length: timedelta) -> str:
    """Write a length for people: `30 days`, `12 hours`."""
    unit, name = (_HOUR, "hour") if length % _DAY else (_DAY, "day")
    number = length // unit
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
