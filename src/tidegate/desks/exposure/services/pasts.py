"""When something was done or has happened, as people say it: an instant that has been."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.services.texts import instant
from tidegate.desks.findings.services.refusals import NotPossibleError

_FIRST_YEAR: Final = 1970
"""Nothing that clocks count from is older; days near the calendar's first cannot be counted."""


def past(then: datetime, what: str, *, at: datetime) -> datetime:
    """Return an instant that has been, in UTC; `what` names it in the error.

    Raises:
        NotPossibleError: it has no zone, is older than any clock, or lies in the future.
    """
    if then.year < _FIRST_YEAR:
        raise NotPossibleError(f"{what} is no day since {_FIRST_YEAR}; write when it was")
    moment = instant(then, what)
    if moment > at:
        raise NotPossibleError(f"{what}, {shown(moment)}, has not come yet; write when it was")
    return moment
