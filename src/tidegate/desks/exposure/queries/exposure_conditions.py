"""Which exposures are meant by a word: late, still to do, excepted. Lists and counts use the same.

So a count and the list behind it never differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q

from tidegate.desks.exposure.models import Excepted, Exposure, TriageDecision
from tidegate.engines.matching.advisories import Certainty
from tidegate.engines.rules import UNDETERMINED

OPEN: Final = Q(cleared_at=None)
"""What is installed is affected, or it is not known whether it is."""
_UNDETERMINED: Final = Q(outcome=UNDETERMINED)
"""Their `due_at` is the instant from which they are late whatever turns out to hold."""
_NOTHING_DONE: Final = OPEN & Q(remedy=Exposure.Remedy.NONE)


def excepted(at: datetime) -> Q:
    """Return the condition on exposures for which an exception holds."""
    # Asked once for all rows, not once for each.
    rows = Excepted.objects.filter(holding(at), exposure__isnull=False)
    return Q(pk__in=rows.order_by().values("exposure"))


def holding(at: datetime) -> Q:
    """Return the condition on exceptions that hold."""
    return Q(at__lte=at, until__gt=at) & (Q(ended_at=None) | Q(ended_at__gt=at))


def to_do(at: datetime) -> Q:
    """Return the condition on exposures about which nothing was done, and which are not excepted.

    Those without a day are among them.
    """
    return _NOTHING_DONE & ~excepted(at)


def late(at: datetime) -> Q:
    """Return the condition on exposures whose day is over; `due_at` itself is late."""
    return to_do(at) & Q(due_at__lte=at)


def within(days: int, at: datetime) -> Q:
    """Return the condition on exposures that are due within so many days and not late yet."""
    return to_do(at) & ~_UNDETERMINED & Q(due_at__gt=at, due_at__lte=horizon(days, at))


def beyond(days: int, at: datetime) -> Q:
    """Return the condition on exposures that have a day, and are due later than `within` says."""
    return to_do(at) & ~_UNDETERMINED & Q(due_at__gt=horizon(days, at))


def horizon(days: int, at: datetime) -> datetime:
    """Return up to which `due_at` something is due within so many days.

    'Due in 3 days' means that its last day is at most 3 days after today, in the operator's zone. A
    last day ends as the next one begins, so `due_at` is at most `days + 1` times 24 hours ahead;
    where the clocks change in between, this differs by an hour at most.
    """
    return at + timedelta(days=days + 1)


def undetermined(at: datetime) -> Q:
    """Return the condition on exposures whose day rests on something that nobody knows."""
    has_passed = Q(due_at__isnull=False, due_at__lte=at)
    return to_do(at) & Q(is_determined=False) & ~Q(outcome="") & ~has_passed


def without_table(at: datetime) -> Q:
    """Return the condition on exposures whose authority has no table here."""
    return to_do(at) & Q(due_at=None, outcome="")


def without_day(at: datetime) -> Q:
    """Return the condition on exposures that are to be fixed with the next system upgrade."""
    return to_do(at) & Q(due_at=None, is_determined=True) & ~Q(outcome="")


def triage(at: datetime) -> Q:  # noqa: ARG001 - all conditions are asked alike
    """Return the condition on exposures whose forensic triage is due, and not decided."""
    decided = TriageDecision.objects.filter(
        exposure=OuterRef("pk"), at__gte=OuterRef("detected_at")
    )
    return OPEN & Q(needs_triage=True) & Q(~Exists(decided))


def _always(which: Q) -> Callable[[datetime], Q]:
    return lambda _: which


STATES: Final[Mapping[str, Callable[[datetime], Q]]] = {
    "open": _always(OPEN),
    "to-do": to_do,
    "due": lambda at: to_do(at) & ~_UNDETERMINED & Q(due_at__gt=at),
    "late": late,
    "undetermined": undetermined,
    "no-table": without_table,
    "no-day": without_day,
    "excepted": lambda at: _NOTHING_DONE & excepted(at),
    "mitigated": _always(OPEN & Q(remedy=Exposure.Remedy.MITIGATED)),
    "remediated": _always(OPEN & Q(remedy=Exposure.Remedy.REMEDIATED)),
    "unknown": _always(OPEN & Q(certainty=Certainty.UNKNOWN)),
    "triage": triage,
    "cleared": _always(~OPEN),
    "all": _always(Q()),
}
"""The words by which a list is narrowed."""
