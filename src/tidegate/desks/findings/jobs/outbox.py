"""From what was promised to what is worked on: rows of the outbox become workflows.

The name of a workflow follows from its row, and the engine takes a name once. So a dispatcher that
dies between starting a workflow and saying so starts nothing twice. What the engine gave up, or
does not know because it was begun by another version, is started again under another name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from dbos import DBOS, SetWorkflowID
from django.utils import timezone

from tidegate.desks.findings.jobs import engine
from tidegate.desks.findings.models import Outbox
from tidegate.desks.findings.services import judging
from tidegate.desks.findings.services.attempts import TRIES

IN_FLIGHT: Final = 64
"""Most workflows that are started and not done; what waits longer, waits here."""

Workflows = Mapping[str, Callable[[str, int], Any]]
"""The workflow for each topic; it is given the row's subject and its number."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of work that a later desk promises in this outbox, under a topic of its own."""

    workflow: Callable[[str, int], Any]
    """Is given the row's subject and its number, as every workflow here."""
    give_up: Callable[[str, int, str], None]
    """Told the row's subject, its round and the reason when its workflow has failed too often."""


Kinds = Mapping[str, Kind]
"""By topic."""

NO_MORE: Final[Kinds] = MappingProxyType({})

_ACTIVE: Final = ("ENQUEUED", "PENDING", "DELAYED")
_UNFINISHED: Final = (Outbox.State.WAITING, Outbox.State.STARTED)


def dispatch(workflows: Workflows) -> int:
    """Start what waits, as far as there is room; return how many were started."""
    room = IN_FLIGHT - Outbox.objects.filter(state=Outbox.State.STARTED).count()
    waiting = Outbox.objects.filter(state=Outbox.State.WAITING, topic__in=list(workflows))
    queue = DBOS.retrieve_queue(engine.QUEUE)
    assert queue is not None
    started = 0
    for row in waiting.order_by("pk")[: max(room, 0)]:
        with SetWorkflowID(_name(row)):
            queue.enqueue(workflows[row.topic], row.subject, row.pk)
        Outbox.objects.filter(pk=row.pk, state=Outbox.State.WAITING).update(
            state=Outbox.State.STARTED, started_at=timezone.now()
        )
        started += 1
    return started


def reconcile(more: Kinds = NO_MORE) -> None:
    """Compare what is started with what the engine says of it; nothing stays started for ever."""
    rows = {_name(row): row for row in Outbox.objects.filter(state=Outbox.State.STARTED)}
    if not rows:
        return
    known = DBOS.list_workflows(workflow_ids=list(rows), load_input=False)
    statuses = {workflow.workflow_id: workflow for workflow in known}
    for name, row in rows.items():
        workflow = statuses.get(name)
        if workflow is None:
            _update(row, state=Outbox.State.WAITING)
        elif workflow.status == "SUCCESS":
            finish(row.pk)
        elif workflow.status not in _ACTIVE:
            _fail(row, f"its workflow ended with {workflow.status}: {workflow.error}", more)


def finish(row: int) -> None:
    """Note that what a row promised is done."""
    Outbox.objects.filter(pk=row).update(state=Outbox.State.DONE, done_at=timezone.now())


def unfinished() -> bool:
    """Say whether anything that was promised is neither done nor given up."""
    return Outbox.objects.filter(state__in=_UNFINISHED).exists()


def _name(row: Outbox) -> str:
    return f"{engine.VERSION}-{row.topic}-{row.subject}-{row.round}-{row.tries}"


def _fail(row: Outbox, reason: str, more: Kinds) -> None:
    if row.tries + 1 < TRIES:
        _update(row, state=Outbox.State.WAITING, tries=row.tries + 1, reason=reason)
        return
    if row.topic == Outbox.Topic.REPRODUCE:
        judging.set_aside(row.subject, reason)
    elif row.topic in more:
        more[row.topic].give_up(row.subject, row.round, reason)
    _update(row, state=Outbox.State.FAILED, tries=row.tries + 1, reason=reason)


def _update(row: Outbox, **values: Any) -> None:
    Outbox.objects.filter(pk=row.pk, state=Outbox.State.STARTED).update(**values)
