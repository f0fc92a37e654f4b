"""What follows when a clock rings: once, in the transaction in which it is marked as fired.

A worker asks which clocks are due (`due`) and lets each ring (`fired`). Killed in between, it has
done all of a ringing or none; two workers that meet do it once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from tidegate.desks.access.actors import HOUSE
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.models import Clock, Coordination
from tidegate.desks.cases.services import clocks, consenting, embargoes, teams
from tidegate.desks.cases.services.recording import record
from tidegate.desks.cases.signals import clock_fired

Effect = Callable[..., None]


def _nothing(clock: Clock, *, at: datetime) -> None:
    """People are told, and that is all."""


EFFECTS: Final[Mapping[str, Effect]] = {
    Clock.Kind.EMBARGO_END: embargoes.ran_out,
    Clock.Kind.REMINDER: _nothing,
    Clock.Kind.CONSENT_LAPSE: consenting.consent_lapsed,
    Clock.Kind.GRANT_END: teams.grant_ended,
    Clock.Kind.POLICY: _nothing,
}
"""What follows by itself, by the kind of clock."""


def due(at: datetime) -> QuerySet[Clock]:
    """Return the clocks that should have rung by now, in the order in which their times stand."""
    return Clock.objects.filter(state=Clock.State.RUNNING, due_at__lte=at).order_by("due_at", "pk")


def next_due() -> datetime | None:
    """Return when the next clock rings, due or not; None if none runs."""
    running = Clock.objects.filter(state=Clock.State.RUNNING).order_by("due_at")
    return running.values_list("due_at", flat=True).first()


def fired(clock: Clock, at: datetime) -> bool:
    """Let a clock ring if its time has come; False if it has not, or it rang or was taken away."""
    with transaction.atomic():
        # The coordination first: whoever takes the two the other way round waits for us.
        row = Coordination.objects.select_for_update().get(pk=clock.coordination_id)
        ringing = Clock.objects.select_for_update().get(pk=clock.pk)
        if ringing.state != Clock.State.RUNNING or ringing.due_at > at:
            return False
        clocks.mark_fired(ringing, at=at)
        EFFECTS[ringing.kind](ringing, at=at)
        clock_fired.send(Clock, clock=ringing, at=at)
        record(
            "clock-fired",
            row,
            at=at,
            actor=HOUSE,
            kind_of_clock=ringing.kind,
            name=ringing.name,
            subject=ringing.subject,
            due_at=shown(ringing.due_at),
        )
        return True
