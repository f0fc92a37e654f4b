"""When a message that could not be sent is tried again: after pauses that grow, for a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

FOR: Final = timedelta(days=1)
"""How long after the first try a message is tried; then it is set aside."""

FIRST_PAUSE: Final = timedelta(seconds=20)
_GROWTH: Final = 2
_JITTER: Final = 0.25
"""Share of a pause that chance may take away. Below half, so that each pause is longer than the one
before, and never above the pause, so that a day's tries stay a day's."""


def next_try(tries: int, *, first: datetime, at: datetime, chance: float) -> datetime | None:
    """Return when to try again; None when it is time to set the message aside.

    Args:
        tries: how often it was tried; 1 or more.
        first: when it was tried first.
        at: when it was tried last.
        chance: from 0 to 1, so that many that failed together do not come back together.
    """
    # Beyond this many the pause is longer than the day, and a larger power is no date any more.
    doubled = FIRST_PAUSE * _GROWTH ** min(tries - 1, 16)
    due = at + doubled * (1 - _JITTER * chance)
    return due if due <= first + FOR else None
