"""A window and its grants, with processes that are killed, and a clock that is moved both ways.

It stands for the machine: each thing is done by a process of its own, which is forked and, where it
is to be killed, killed with SIGKILL: while it waits, or in the middle of a transaction, when it has
appended some entries to the ledger. Prints one JSON document: what came of it.

    python -m tests.desks.reviews.jobs.killed
"""

from __future__ import annotations

import json
import os
import select
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, Final

from tidegate.instance.opening import open_instance

open_instance()

from django.db import connections  # noqa: E402 - Django first

from tests.desks.reviews.accesses import Access, access, may_use  # noqa: E402
from tests.desks.reviews.making import day  # noqa: E402
from tidegate.desks.access.actors import OWNER  # noqa: E402
from tidegate.desks.ledger.models import Entry  # noqa: E402
from tidegate.desks.ledger.services.verifying import verify  # noqa: E402
from tidegate.desks.ledger.signals import appended  # noqa: E402
from tidegate.desks.reviews.jobs.clocks import tick  # noqa: E402
from tidegate.desks.reviews.models import Grant  # noqa: E402
from tidegate.desks.reviews.services import windows  # noqa: E402
from tidegate.desks.reviews.services.instants import ClockWentBackError, sound_now  # noqa: E402

END: Final = day(40)
KILLED_AFTER: Final = (1, 2, 4, 5, 7, 4)
"""Entries. An engagement has four of them: three grants and the window."""
_MOMENT: Final = timedelta(microseconds=1)
_ENGAGEMENTS: Final = 4
_GRANTS: Final = 3
_SECONDS: Final = 60
"""How long a process may take until it does what it is waited for."""


def forked(do: Callable[[], object]) -> int:
    """Let a process of its own do something."""
    connections.close_all()
    if child := os.fork():
        return child
    code = 1
    try:
        do()
        code = 0
    finally:
        os._exit(code)


def ended(child: int) -> int:
    """Return how a process ended: 0, or the signal that has killed it."""
    return os.waitpid(child, 0)[1]


def tick_until(entries: int, at: datetime) -> None:
    """Let a tick be killed when it has appended so many entries, before it can commit the last."""
    left = count(entries - 1, -1)

    def kill(**_: object) -> None:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    appended.connect(kill, weak=False)
    tick(at)


def opened(here: Access) -> None:
    """Open the window, and issue grants that end when it does."""
    windows.open_window(here.developer, here.key, ends_at=END, at=day(10))
    for number in range(_GRANTS):
        here.taken_up(at=day(10), begins_at=day(10), ends_at=END - timedelta(hours=number))


def usable(at: datetime) -> int:
    """Return how many grants may be used, as a gateway asks: the clock first, then the policy."""
    try:
        sound_now(at)
    except ClockWentBackError:
        return 0
    rows = Grant.objects.select_related("named__person")
    return sum(may_use(grant, at) for grant in rows)


def on_record() -> dict[str, list[int]]:
    """Return, by kind of entry, how often it is on record for each window or grant."""
    counts: Counter[tuple[str, str]] = Counter()
    for entry in Entry.objects.filter(kind__in=("window-ended", "grant-lapsed")):
        counts[entry.kind, entry.said.get("grant", entry.engagement)] += 1
    kinds = sorted({kind for kind, _ in counts})
    return {kind: [many for (of, _), many in counts.items() if of == kind] for kind in kinds}


def main() -> dict[str, Any]:
    """Do all of it, and tell."""
    told: dict[str, Any] = {}
    everywhere = [
        access(window=None, longest_grant=timedelta(days=30)) for _ in range(_ENGAGEMENTS)
    ]
    began, begun = os.pipe()

    def open_and_wait() -> None:
        for here in everywhere:
            opened(here)
        os.write(begun, b".")
        time.sleep(_SECONDS)

    child = forked(open_and_wait)
    select.select([began], [], [], _SECONDS)
    os.kill(child, signal.SIGKILL)
    told["whoever opened it"] = ended(child)
    told["before"] = usable(END - timedelta(hours=_GRANTS))
    told["a moment before the end"] = usable(END - _MOMENT)
    told["at the end, and nobody has ticked"] = usable(END)
    told["later, and nobody has ticked"] = usable(END + timedelta(days=300))
    told["ticks before the end"] = tick(END - timedelta(hours=_GRANTS))
    told["killed ticks"] = [
        ended(forked(partial(tick_until, entries, END + timedelta(minutes=5))))
        for entries in KILLED_AFTER
    ]
    told["on record meanwhile"] = on_record()
    together = [forked(partial(tick, END + timedelta(minutes=6))) for _ in range(2)]
    told["ticks together"] = [ended(child) for child in together]
    told["on record"] = on_record()
    told["ticks again"] = tick(END + timedelta(days=1))
    told["clock set back by a day"] = usable(END - timedelta(days=1))
    told["clock set back to the beginning"] = usable(day(10))
    told["ticks with a clock set back"] = tick(END - timedelta(days=1))
    told["on record at last"] = on_record()
    told["faults of the ledger"] = [str(fault) for fault in verify(OWNER).faults]
    return told


if __name__ == "__main__":
    print(json.dumps(main()))
