"""Clocks ring when their time has come: `tidegate serve` and `tidegate work` ask each second.

Each ringing is a transaction that does what follows and marks the clock. So a process that is
killed at any instant has done both or neither, and what it missed rings at once when the next one
starts. The order in which the times stand is kept, between processes as well (`services.ringing`).
"""

from __future__ import annotations

from datetime import datetime

from tidegate.desks.cases.services.ringing import ring_next


def tick(at: datetime) -> int:
    """Let every clock ring that is due; return how many did. If none is due, it is one question.

    Raises:
        HomeError, BrokenTreeError, DatabaseError: nothing can be done here at present; whatever is
            due waits, and what rang until then has rung.
    """
    rung = 0
    while (rang := ring_next(at)) is not None:
        rung += rang
    return rung
