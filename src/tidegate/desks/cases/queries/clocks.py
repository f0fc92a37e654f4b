"""The clocks of cases: what rings when and why, and which could not ring and were set aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may, visible
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act, Kind
from tidegate.desks.cases.models import Clock
from tidegate.desks.findings.models import Case

_SHOWN = (Clock.State.RUNNING, Clock.State.PAUSED, Clock.State.FIRED, Clock.State.SET_ASIDE)


@dataclass(frozen=True, slots=True)
class ClockShown:
    """A date that means something."""

    number: int
    case: str
    kind: str
    name: str
    subject: str
    """Keys of whom it is about, where there may be several; empty otherwise."""
    due_at: datetime
    state: str
    """`running`, `paused`, `fired` or `set-aside`."""
    fired_at: datetime | None
    trigger: str
    triggered_at: datetime
    authority: str
    policy: str
    policy_version: str
    inputs: dict[str, Any]
    """What the date was worked out from, as JSON data."""
    tries: int
    """How often what follows from it failed."""
    reason: str
    """Why it failed; for coordinators, and empty for everybody else."""


def clocks_of(actor: Actor, case_key: str, *, at: datetime | None = None) -> tuple[ClockShown, ...]:
    """Return the clocks of a case, in the order of their times; without those taken away.

    Raises:
        NotFoundError: there is no such case, or not for them to read.
    """
    now = at or timezone.now()
    case = find(actor, Case.objects.all(), at=now, key=as_written(case_key))
    rows = Clock.objects.filter(coordination__case=case, state__in=_SHOWN)
    return _shown(rows, with_reasons=may(actor, Act.COORDINATE, case, at=now))


def set_aside(actor: Actor, *, at: datetime | None = None) -> tuple[ClockShown, ...]:
    """Return the clocks that were set aside, of all cases that somebody coordinates."""
    theirs = Case.objects.filter(visible(actor, Act.COORDINATE, Kind.CASE, at=at))
    rows = Clock.objects.filter(
        coordination__case__in=theirs.values("pk"), state=Clock.State.SET_ASIDE
    )
    return _shown(rows, with_reasons=True)


def _shown(rows: QuerySet[Clock], *, with_reasons: bool) -> tuple[ClockShown, ...]:
    return tuple(
        ClockShown(
            number=clock.pk,
            case=clock.coordination.case.key,
            kind=clock.kind,
            name=clock.name,
            subject=clock.subject,
            due_at=clock.due_at,
            state=clock.state,
            fired_at=clock.fired_at,
            trigger=clock.trigger,
            triggered_at=clock.triggered_at,
            authority=clock.authority,
            policy=clock.policy,
            policy_version=clock.policy_version,
            inputs=clock.inputs,
            tries=clock.tries,
            reason=clock.reason if with_reasons else "",
        )
        for clock in rows.select_related("coordination__case").order_by("due_at", "pk")
    )
