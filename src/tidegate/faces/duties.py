"""What is done by itself, beside requests and proofs: clocks ring, notices and advisories go out.

Each duty has a thread of its own, so that a slow mail server holds up no clock. Any number of
processes may do them at the same time: what is due is claimed in the tables, and done once. They
need no sandbox, so they are done on a machine on which nothing can be run, too.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from django.db import close_old_connections, connection

_LOG: Final = logging.getLogger(__name__)

_PAUSE_SECONDS: Final = 1.0
_ENDING_SECONDS: Final = 5.0

Duty = Callable[[datetime], object]
"""Does what is due at an instant."""


def duties() -> list[Duty]:
    """Return all of them; the instance has to be open."""
    from tidegate.desks.cases.jobs import clocks
    from tidegate.desks.cases.services import capacity
    from tidegate.desks.exposure.jobs import feeds
    from tidegate.desks.ledger.jobs import publishing
    from tidegate.desks.notices.jobs import sending
    from tidegate.desks.publications.jobs import publishing as advisories
    from tidegate.desks.publications.services import adoption_following, adoption_showing
    from tidegate.desks.reviews.jobs import clocks as engagements

    return [
        clocks.tick,
        capacity.admit_waiting,
        engagements.tick,
        feeds.tick,
        advisories.publish,
        advisories.distribute,
        advisories.keep_cve_promises,
        adoption_following.follow,
        adoption_showing.settle,
        sending.tick,
        publishing.tick,
    ]


def let_out(stop: threading.Event) -> None:
    """Let what is approved and due go out, and reach where it is read; return when nothing moves.

    What waits for an embargo, for a time, or for somebody's mend is left to wait. A duty of another
    process may do the same meanwhile: what it has begun is waited for.

    It raises what `publications.jobs.publishing.distribute` raises.
    """
    from tidegate.desks.publications.jobs import publishing

    moved = 1
    while moved and not stop.is_set():
        moved = publishing.publish(datetime.now(UTC)) + publishing.distribute(datetime.now(UTC))


@contextmanager
def being_done() -> Iterator[None]:
    """Do all duties until the end of the block, each of them at least once."""
    stop = threading.Event()
    threads = [threading.Thread(target=_go_on, args=(duty, stop), daemon=True) for duty in duties()]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(_ENDING_SECONDS)


def _go_on(duty: Duty, stop: threading.Event) -> None:
    told = ""
    while True:
        try:
            close_old_connections()
            duty(datetime.now(UTC))
            told = ""
        except Exception as error:  # noqa: BLE001 - it is tried again, and must not end with one
            # A database that is away for an hour is told of once.
            if told != (told := f"{type(error).__name__}: {error}"):
                _LOG.warning("a duty could not be done", exc_info=True)
        if stop.wait(_PAUSE_SECONDS):
            break
    connection.close()
