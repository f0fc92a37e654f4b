"""A directive's clock as a sentence: by when something is due, before it is anybody's duty."""

from __future__ import annotations

from typing import assert_never

from tidegate.engines.directives import ByTable, Directive
from tidegate.engines.directives.model import (
    Clock,
    DaysAfter,
    HoursAfter,
    MonthsAfter,
    OnDate,
    Ongoing,
    Recurring,
)


def clock_in_words(directive: Directive, clock: Clock) -> str:
    """Return by when it is due, such as `within 24 hours after the manufacturer became aware`."""
    match clock:
        case OnDate():
            return f"by {clock.on.isoformat()}"
        case DaysAfter():
            return f"within {_some(clock.days, 'day')} after {directive.event_words(clock.event)}"
        case MonthsAfter():
            span = _some(clock.months, "month")
            return f"within {span} after {directive.event_words(clock.event)}"
        case HoursAfter():
            return f"within {_some(clock.hours, 'hour')} after {directive.event_words(clock.event)}"
        case ByTable():
            only = " where it asks for forensic triage" if clock.triage_only else ""
            return f"for each vulnerability on each asset, by the table of {clock.policy_set}{only}"
        case Recurring():
            return f"every {_some(clock.days, 'day')}, first by {clock.first_by.isoformat()}"
        case Ongoing():
            return "always"
        case _:
            assert_never(clock)


def _some(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
