"""The next clock rings; one whose effect fails is tried again, and stands in nobody's way for ever.

Clocks ring one by one, in the order in which their times stand, also where several processes let
them ring. Each takes the first one that is due, and the row of its case with it; whoever comes to
the same clock meanwhile waits there, and finds it rung. Nobody passes it by to the second one, so
no lock beside the case's own is needed, and none can be left behind: it falls with its process.

Where an effect fails, nothing of it stays, and why it failed does. The clock is tried again after a
pause, and the later clocks of its own case wait for it; those of other cases do not. After `TRIES`
it is set aside: the case goes on without it, the ledger and the history say so, and coordinators
find it in `queries.clocks.set_aside` with the reason, and let it ring again (`ring_again`). What
depends on its date is right in the meantime, for dates are compared whenever somebody asks.

What is no clock's fault, such as a database that is not there or keys that cannot be read, counts
as no try: it is raised, and everything waits.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import DataError, IntegrityError, transaction
from django.db import Error as DatabaseError
from django.db.models import QuerySet

from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Clock, Coordination
from tidegate.desks.cases.services import clocks, firing
from tidegate.desks.cases.services.machines import hold
from tidegate.desks.cases.services.recording import record
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.findings.services.texts import kept_text
from tidegate.engines.transparency.errors import BrokenTreeError
from tidegate.instance.home import HomeError

PAUSES: Final = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2))
"""After the first failure, the second, the third."""

TRIES: Final = len(PAUSES) + 1

_LONGEST_REASON: Final = 2000
_OF_ITS_OWN: Final = (DataError, IntegrityError)
"""What a database says of a row, and not of itself."""

_LOG = logging.getLogger(__name__)


def ring_next(at: datetime) -> bool | None:
    """Let the first clock ring that is due; say whether it did, or None if none is due.

    Raises:
        HomeError, BrokenTreeError, DatabaseError: nothing can be done here at present.
    """
    found = _due(at).values_list("pk", "coordination").first()
    if found is None:
        return None
    number, case = found
    with transaction.atomic():
        # As everywhere the case first. A failure is kept under the same lock under which it came.
        row = (
            Coordination.objects.select_for_update(of=("self",)).select_related("case").get(pk=case)
        )
        clock = _due(at).filter(pk=number).first()
        if clock is None:
            return False
        try:
            # Its own savepoint is undone where it fails; the row stays locked, for that was before.
            return firing.fired(clock, at)
        except Exception as error:
            if _is_nobodys_fault(error):
                raise
            _LOG.warning("clock %s of %s failed", number, row.case.key, exc_info=True)
            _failed(clock, row, f"{type(error).__name__}: {error}", at)
            return False


def ring_again(actor: Actor, case_key: str, number: int, *, at: datetime) -> Clock:
    """Let a clock run again that was set aside; it is due as it was, so it rings at once.

    Raises:
        NotFoundError: there is no such case or clock, or not for them to coordinate.
        NotPossibleError: another clock runs in its place meanwhile.
    """
    with transaction.atomic():
        row = hold(actor, case_key, Act.COORDINATE, at=at, while_open=False).row
        clock = row.clocks.filter(pk=number, state=Clock.State.SET_ASIDE).first()
        if clock is None:
            raise NotFoundError("clock", number)
        if not clocks.take_up_again(clock, at=at):
            raise NotPossibleError(
                f"another clock of {row.case.key} runs for the same; the one that was set aside"
                " is of no use any more"
            )
        record("clock-taken-up", row, at=at, actor=actor, kind_of_clock=clock.kind, name=clock.name)
        return clock


def _due(at: datetime) -> QuerySet[Clock]:
    """Return the clocks that may ring now: none that, or whose case, waits after a failure."""
    due = firing.due(at)
    return due.exclude(coordination__in=due.filter(try_again_at__gt=at).values("coordination"))


def _is_nobodys_fault(error: Exception) -> bool:
    if isinstance(error, DatabaseError):
        return not isinstance(error, _OF_ITS_OWN)
    return isinstance(error, HomeError | BrokenTreeError)


def _failed(clock: Clock, row: Coordination, reason: str, at: datetime) -> None:
    tries = clock.tries + 1
    why = kept_text(reason)[:_LONGEST_REASON]
    if tries < TRIES:
        clocks.put_off(clock, at=at, until=at + PAUSES[tries - 1], why=why)
        return
    clocks.set_aside(clock, at=at, why=why)
    # The reason is for coordinators; parties read this.
    record(
        "clock-set-aside",
        row,
        at=at,
        actor=HOUSE,
        kind_of_clock=clock.kind,
        name=clock.name,
        subject=clock.subject,
    )
