"""Where an exposure stands at an instant: what was done, what is late, what is not known. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from tidegate.engines.rules import UNDETERMINED


class Stand(StrEnum):
    """Where an exposure stands."""

    LATE = "late"
    DUE = "due"
    UNDETERMINED = "undetermined"
    """Something is not known that its day rests on."""
    NO_TABLE = "no-table"
    """Its authority has no table here, and another's is not borrowed."""
    NO_DAY = "no-day"
    """It has no day, by its authority's table: it is fixed with the next system upgrade."""
    EXCEPTED = "excepted"
    """Somebody took it upon them, until a day."""
    REMEDIATED = "remediated"
    """Said to be; what is installed does not show it yet."""
    MITIGATED = "mitigated"
    CLEARED = "cleared"
    """No advisory that is here holds what is installed now."""


MITIGATED: Final = "mitigated"
NOTHING: Final = "none"
"""Words of a remedy."""


def stand(
    *,
    cleared_at: datetime | None,
    remedy: str,
    is_excepted: bool,
    outcome: str,
    is_determined: bool,
    due_at: datetime | None,
    at: datetime,
) -> Stand:
    """Return where an exposure stands; the first that holds of what is listed above from below.

    Args:
        cleared_at: when it cleared; None while it is open.
        remedy: `none`, `mitigated` or `remediated`.
        is_excepted: whether an exception holds now.
        outcome: of its newest computation; empty where its authority has no table.
        is_determined: whether it is known what is due.
        due_at: the instant from which on it is late; of one that is undetermined, the one from
            which it is late whatever turns out to hold.
        at: now.
    """
    if cleared_at is not None:
        return Stand.CLEARED
    if remedy != NOTHING:
        return Stand.MITIGATED if remedy == MITIGATED else Stand.REMEDIATED
    if is_excepted:
        return Stand.EXCEPTED
    if due_at is not None and due_at <= at:
        return Stand.LATE
    if outcome == UNDETERMINED:
        return Stand.UNDETERMINED
    if due_at is not None:
        return Stand.DUE
    if not outcome:
        return Stand.NO_TABLE
    return Stand.NO_DAY if is_determined else Stand.UNDETERMINED
