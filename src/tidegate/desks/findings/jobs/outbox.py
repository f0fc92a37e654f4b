"""From what was promised to what is worked on: rows of the outbox become workflows.

The name of a workflow follows from its row, and the engine takes a name once. So a dispatcher that
dies between starting a workflow and saying so starts nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from dbos import DBOS, SetWorkflowID
from django.db import transaction
from django.utils import timezone

from tidegate.desks.findings.jobs.engine import QUEUE
from tidegate.desks.findings.models import Outbox

IN_FLIGHT: Final = 64
"""Most workflows that are started and not done; what waits longer, waits here."""

Workflows = Mapping[str, Callable[[str, int], Any]]
"""The workflow for each topic; it is given the row's subject and its number."""


def dispatch(workflows: Workflows) -> int:
    """Start what waits, as far as there is room; return how many were started."""
    room = IN_FLIGHT - Outbox.objects.filter(state=Outbox.State.STARTED).count()
    waiting = Outbox.objects.filter(state=Outbox.State.WAITING, topic__in=list(workflows))
    queue = DBOS.retrieve_queue(QUEUE)
    assert queue is not None
    started = 0
    for row in waiting.order_by("pk")[: max(room, 0)]:
        with SetWorkflowID(f"{row.topic}-{row.subject}-{row.round}"):
            queue.enqueue(workflows[row.topic], row.subject, row.pk)
        Outbox.objects.filter(pk=row.pk, state=Outbox.State.WAITING).update(
            state=Outbox.State.STARTED, started_at=timezone.now()
        )
        started += 1
    return started


def finish(row: int) -> None:
    """Note that what a row promised is done."""
    with transaction.atomic():
        Outbox.objects.filter(pk=row).update(state=Outbox.State.DONE, done_at=timezone.now())


def unfinished() -> int:
    """Return how many rows are not done."""
    return Outbox.objects.exclude(state=Outbox.State.DONE).count()
