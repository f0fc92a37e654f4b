"""The whole desk in a few numbers: how far findings have come, what is stuck, day by day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Count as CountOf
from django.utils import timezone

from tidegate.desks.findings.models import Case, Delivery, Finder, Finding, Nomination, Outbox
from tidegate.desks.findings.queries.counting import Count, counted
from tidegate.desks.findings.queries.errors import FilterError
from tidegate.desks.findings.queries.filters import CaseFilter, FindingFilter
from tidegate.desks.findings.states import Stage
from tidegate.engines.reproduction.verdicts import Word

LONG: Final = timedelta(hours=24)
"""Work that was promised longer ago and not begun is stuck."""

MOST_COUNTED: Final = 10_000
"""What is stuck is counted no further."""

MOST_DAYS: Final = 366

_WITH_A_PROOF: Final = ",".join(stage for stage in Stage if stage is not Stage.UNPROVEN)

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Step:
    """One number of the funnel, and the list that it counts."""

    number: int
    filter: FindingFilter


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far everything that came in has come."""

    received: Step
    with_proof: Step
    run: Step
    """Judged: the proof was run, or could not be, and there is a verdict."""
    proven: Step
    """Reproduced in every run."""
    cases: int
    cases_filter: CaseFilter


@dataclass(frozen=True, slots=True)
class Stuck:
    """What does not go on by itself; each number has a bound."""

    set_aside: Count
    set_aside_filter: FindingFilter
    inconclusive: Count
    inconclusive_filter: FindingFilter
    waiting_long: Count
    """Findings whose run was promised more than `LONG` ago and has not begun."""
    waiting_filter: FindingFilter
    unread: Count
    """Deliveries that are stored and not read to their end."""
    nominations: Count
    """Open ones."""


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day, in UTC."""

    day: date
    received: int
    proven: int
    cases: int
    """Cases opened."""


@dataclass(frozen=True, slots=True)
class Totals:
    """How much is kept."""

    findings: int
    deliveries: int
    finders: int
    cases: int
    """Standing ones."""


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it."""

    funnel: Funnel
    stuck: Stuck
    series: tuple[Day, ...]
    totals: Totals


def overview(days: int = 30, clock: Clock = timezone.now) -> Overview:
    """Return all of it."""
    steps = funnel()
    totals = Totals(
        findings=steps.received.number,
        deliveries=Delivery.objects.count(),
        finders=Finder.objects.count(),
        cases=steps.cases,
    )
    return Overview(steps, stuck(clock), series(days, clock), totals)


def funnel() -> Funnel:
    """Return how far everything that came in has come."""
    groups = Finding.objects.values_list("stage", "verdict").annotate(number=CountOf("id"))
    numbers = {(stage, verdict): number for stage, verdict, number in groups.order_by()}
    received = sum(numbers.values())
    unproven = sum(number for (stage, _), number in numbers.items() if stage == Stage.UNPROVEN)
    run = sum(number for (stage, _), number in numbers.items() if stage == Stage.JUDGED)
    proven = sum(number for (_, verdict), number in numbers.items() if verdict == Word.REPRODUCED)
    return Funnel(
        received=Step(received, FindingFilter()),
        with_proof=Step(received - unproven, FindingFilter(stage=_WITH_A_PROOF)),
        run=Step(run, FindingFilter(stage=Stage.JUDGED.value)),
        proven=Step(proven, FindingFilter(verdict=Word.REPRODUCED.value)),
        cases=Case.objects.filter(merged_into=None).count(),
        cases_filter=CaseFilter(),
    )


def stuck(clock: Clock = timezone.now) -> Stuck:
    """Return what does not go on by itself."""
    promised = Outbox.objects.filter(
        state=Outbox.State.WAITING, topic=Outbox.Topic.REPRODUCE, made_at__lt=clock() - LONG
    )
    set_aside = Finding.objects.filter(stage=Stage.SET_ASIDE)
    inconclusive = Finding.objects.filter(stage=Stage.JUDGED, verdict=Word.INCONCLUSIVE)
    unread = Delivery.objects.filter(state=Delivery.State.STORED)
    nominations = Nomination.objects.filter(state=Nomination.State.OPEN)
    return Stuck(
        set_aside=counted(set_aside, MOST_COUNTED),
        set_aside_filter=FindingFilter(stage=Stage.SET_ASIDE.value),
        inconclusive=counted(inconclusive, MOST_COUNTED),
        inconclusive_filter=FindingFilter(
            stage=Stage.JUDGED.value, verdict=Word.INCONCLUSIVE.value
        ),
        waiting_long=counted(promised, MOST_COUNTED),
        waiting_filter=FindingFilter(stage=Stage.WAITING.value),
        unread=counted(unread, MOST_COUNTED),
        nominations=counted(nominations, MOST_COUNTED),
    )


def series(days: int = 30, clock: Clock = timezone.now) -> tuple[Day, ...]:
    """Return what happened on each of the last `days` days, today's last.

    Raises:
        FilterError: `days` is out of bounds.
    """
    if not 1 <= days <= MOST_DAYS:
        raise FilterError(
            f"days {days} is out of bounds; ask for 1 to {MOST_DAYS}", parameter="days"
        )
    today = (
        clock()
        .astimezone(timezone.get_fixed_timezone(0))
        .replace(hour=0, minute=0, second=0, microsecond=0)
    )
    starts = [today - timedelta(days=back) for back in reversed(range(days))]
    received = _a_day("findings_finding", "received_at", "", starts)
    proven = _a_day(
        "findings_finding", "judged_at", f"AND verdict = '{Word.REPRODUCED.value}'", starts
    )
    cases = _a_day("findings_case", "opened_at", "", starts)
    return tuple(
        Day(start.date(), *numbers)
        for start, *numbers in zip(starts, received, proven, cases, strict=True)
    )


def _a_day(table: str, column: str, more: str, starts: list[datetime]) -> list[int]:
    """Count a table's rows of each day, each by a walk along its part of the column's index.

    Grouping by day would compute the day of every row, which costs ten times as much.
    """
    one = f"(SELECT COUNT(*) FROM {table} WHERE {column} >= %s AND {column} < %s {more})"  # noqa: S608
    bounds = [
        connection.ops.adapt_datetimefield_value(moment)
        for start in starts
        for moment in (start, start + timedelta(days=1))
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([one] * len(starts))}", bounds)
        return [int(number) for number in cursor.fetchone()]
