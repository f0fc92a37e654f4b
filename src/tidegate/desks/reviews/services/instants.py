"""Whether a clock can be believed: one that stands before what is on record gives no access.

Access ends because instants are compared, so a clock that was put back would open what has ended.
What is on record cannot lie ahead of now; where it does, the clock is wrong, and access fails
closed until it is right again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max

from tidegate.desks.cases.instants import shown
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry

LEEWAY: Final = timedelta(minutes=1)
"""How far the clocks of the machines that append to one ledger may be apart."""

_NEWEST: Final = 500
"""Entries that are looked at. Not the last one alone: it may have been appended after the clock was
put back. And not all: an entry from a clock that once stood far ahead must not hold for good."""


class ClockWentBackError(NotPossibleError):
    """The clock stands before what is on record; nothing is done by it."""


def sound_now(now: datetime) -> datetime:
    """Return the present instant, if nothing on record lies ahead of it.

    Raises:
        ClockWentBackError: something does, by more than `LEEWAY`.
    """
    newest = Entry.objects.order_by("-index")[:_NEWEST].aggregate(newest=Max("at"))["newest"]
    if newest is not None and now < newest - LEEWAY:
        raise ClockWentBackError(
            f"the clock of this machine says {shown(now)}, and the ledger has an entry of"
            f" {shown(newest)}; nobody has access until whoever runs this instance sets the clock"
        )
    return now
