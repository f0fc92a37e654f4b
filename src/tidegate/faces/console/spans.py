"""How long it is until an instant, or since one, in words that a person plans by.

What is told is never more than what is left: whoever is told three hours has three hours.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_FORTNIGHT: Final = 14
"""Days from which on nobody counts the hours."""


def told(moment: datetime, now: datetime) -> str:
    """Return how far an instant is from now: `in 3 days 4 hours`, `20 minutes ago`."""
    if moment >= now:
        return f"in {length(moment - now)}"
    return f"{length(now - moment)} ago"


def length(span: timedelta) -> str:
    """Return how long a span of time is, in its two largest units, rounded down."""
    if span < _MINUTE:
        return "less than a minute"
    if span < _HOUR:
        return _counted(span // _MINUTE, "minute")
    if span < _DAY:
        return _both(span // _HOUR, "hour", span % _HOUR // _MINUTE, "minute")
    days = span // _DAY
    if days >= _FORTNIGHT:
        return _counted(days, "day")
    return _both(days, "day", span % _DAY // _HOUR, "hour")


def _both(large: int, unit: str, small: int, of: str) -> str:
    rest = f" {_counted(small, of)}" if small else ""
    return f"{_counted(large, unit)}{rest}"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
