"""How a directive's clock is said in words: by when something is due, before it is anybody's duty.

People and programs are told the same sentence, whatever they ask through; only days are written as
each of them writes days.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import assert_never

from tidegate.engines.directives.model import (
    ByTable,
    Clock,
    DaysAfter,
    Directive,
    HoursAfter,
    MonthsAfter,
    OnDate,
    Ongoing,
    Recurring,
)


def clock_in_words(
    directive: Directive, clock: Clock, *, day: Callable[[date], str] = date.isoformat
) -> str:
    """Return by when it is due, such as `within 24 hours after the manufacturer became aware`.

    Args:
        directive: whose clock it is; its events have words.
        clock: of one of its demands.
        day: how a day is written.
    """
    match clock:
        case OnDate(on):
            return f"by {day(on)}"
        case DaysAfter(event, days):
            return f"within {_many(days, 'calendar day')} after {directive.event_words(event)}"
        case MonthsAfter(event, months):
            return f"within {_many(months, 'month')} after {directive.event_words(event)}"
        case HoursAfter(event, hours):
            return f"within {_many(hours, 'hour')} after {directive.event_words(event)}"
        case ByTable(policy_set, triage_only):
            only = ", where its row asks for forensic triage" if triage_only else ""
            return (
                "for each vulnerability on each asset, by the table of the policy set"
                f" {policy_set}{only}"
            )
        case Recurring(days, first_by):
            return f"again within {_many(days, 'day')}, for the first time by {day(first_by)}"
        case Ongoing():
            return "always; it names no day"
        case _:
            assert_never(clock)


def _many(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
