"""How long a clock runs: days and hours from an instant, or calendar months.

Lengths are written as ISO 8601 durations with one unit. A day is 24 hours from an instant in UTC,
whatever the calendars of those concerned say; so a deadline never depends on a zone or on summer
time. A month leads to the same day and time of the next month, or to that month's last day where it
is shorter. Weekends and holidays count like every other day.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

_FORM: Final = re.compile(r"P(?:(0|[1-9][0-9]{0,3})([DM])|T([1-9][0-9]{0,3})(H))")
_LAST_YEAR: Final = 9999


class Unit(StrEnum):
    """What is counted."""

    HOURS = "H"
    DAYS = "D"
    MONTHS = "M"


@dataclass(frozen=True, slots=True)
class Length:
    """A number of hours, days or months."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{'PT' if self.unit is Unit.HOURS else 'P'}{self.amount}{self.unit}"

    def after(self, start: datetime) -> datetime:
        """Return the instant that is so long after `start`.

        Raises:
            OverflowError: it lies beyond the year 9999.
        """
        match self.unit:
            case Unit.HOURS:
                return start + timedelta(hours=self.amount)
            case Unit.DAYS:
                return start + timedelta(hours=24 * self.amount)
            case Unit.MONTHS:
                return _months_after(start, self.amount)


def read_length(text: str) -> Length:
    """Read a length like `P90D`, `PT24H` or `P1M`; `P0D` is at once.

    Raises:
        ValueError: it is none.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError(f"{text!r} is not a length; write P90D, PT24H or P1M")
    days, unit, hours, _ = form.groups()
    return Length(int(days), Unit(unit)) if days else Length(int(hours), Unit.HOURS)


def _months_after(start: datetime, amount: int) -> datetime:
    years, month = divmod(start.month - 1 + amount, 12)
    year = start.year + years
    if year > _LAST_YEAR:
        raise OverflowError("date value out of range")
    last = calendar.monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(start.day, last))
