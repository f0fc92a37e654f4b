"""The whole desk in a few numbers: how far findings have come, what is stuck, day by day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count as CountOf
from django.db.models import QuerySet
from django.utils import timezone

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed, visible
from tidegate.desks.access.words import Act, Kind
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


def overview(actor: Actor, days: int = 30, clock: Clock = timezone.now) -> Overview:
    """Return all of it, counted over what `actor` may read."""
    steps = funnel(actor)
    totals = Totals(
        findings=steps.received.number,
        deliveries=narrowed(actor, Delivery.objects.all()).count(),
        finders=_finders(actor),
        cases=steps.cases,
    )
    return Overview(steps, stuck(actor, clock), series(actor, days, clock), totals)


def funnel(actor: Actor) -> Funnel:
    """Return how far everything that came in has come."""
    groups = (
        narrowed(actor, Finding.objects.all())
        .values_list("stage", "verdict")
        .annotate(number=CountOf("id"))
    )
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
        cases=narrowed(actor, Case.objects.filter(merged_into=None)).count(),
        cases_filter=CaseFilter(),
    )


def stuck(actor: Actor, clock: Clock = timezone.now) -> Stuck:
    """Return what does not go on by itself."""
    findings = narrowed(actor, Finding.objects.all())
    promised = Outbox.objects.filter(
        state=Outbox.State.WAITING, topic=Outbox.Topic.REPRODUCE, made_at__lt=clock() - LONG
    )
    if visible(actor, Act.READ, Kind.FINDING):
        promised = promised.filter(subject__in=findings.values("key"))
    set_aside = findings.filter(stage=Stage.SET_ASIDE)
    inconclusive = findings.filter(stage=Stage.JUDGED, verdict=Word.INCONCLUSIVE)
    unread = narrowed(actor, Delivery.objects.filter(state=Delivery.State.STORED))
    nominations = narrowed(actor, Nomination.objects.filter(state=Nomination.State.OPEN))
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


def series(actor: Actor, days: int = 30, clock: Clock = timezone.now) -> tuple[Day, ...]:
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
    findings = narrowed(actor, Finding.objects.all())
    received = _a_day(findings, "received_at", starts)
    proven = _a_day(findings.filter(verdict=Word.REPRODUCED), "judged_at", starts)
    cases = _a_day(narrowed(actor, Case.objects.all()), "opened_at", starts)
    return tuple(
        Day(start.date(), *numbers)
        for start, *numbers in zip(starts, received, proven, cases, strict=True)
    )


def _a_day(rows: QuerySet[Any], column: str, starts: list[datetime]) -> list[int]:
    """Count rows of each day, each by a walk along its part of the column's index.

    Grouping by day would compute the day of every row, which costs ten times as much.
    """
    parts: list[str] = []
    bounds: list[Any] = []
    for start in starts:
        day = {f"{column}__gte": start, f"{column}__lt": start + timedelta(days=1)}
        try:
            sql, values = rows.filter(**day).order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            # The framework can tell without asking: nothing at all may be read by who asks.
            return [0] * len(starts)
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS a_day)")  # noqa: S608 - the framework's
        bounds += values
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", bounds)
        return [int(number) for number in cursor.fetchone()]


def _finders(actor: Actor) -> int:
    """Count whoever handed in what `actor` may read."""
    if not visible(actor, Act.READ, Kind.FINDING):
        return Finder.objects.count()
    readable = narrowed(actor, Finding.objects.all())
    return readable.order_by().values("finder").distinct().count()
