"""When something that failed is tried again: after a pause that doubles each time; pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

_MOST_DOUBLINGS: Final = 20
"""Beyond any pause that is used; a span of time overflows after some more."""


def is_due(
    tries: int, tried_at: datetime | None, *, first: timedelta, longest: timedelta, at: datetime
) -> bool:
    """Say whether it is time for the next try.

    Args:
        tries: how often it has failed since it last went well; what has not failed is due at once.
        tried_at: when it was last tried; None for never.
        first: the pause after the first failure.
        longest: no pause is longer.
        at: now.
    """
    if tried_at is None or not tries:
        return True
    pause = first * 2.0 ** min(tries - 1, _MOST_DOUBLINGS)
    return at >= tried_at + min(pause, longest)
