"""Publications are distributed by processes that are killed in the middle, each a little later.

It stands for the machine. Each process is forked and killed with SIGKILL when it has opened, moved
or made so many files; the last one comes to its end. Prints one JSON document: what there is then.

    python -m tests.desks.publications.jobs.killed [FILES...]
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from typing import Any

from tidegate.instance.opening import open_instance

open_instance()

from django.db import connections  # noqa: E402 - Django first

from tests.desks.publications.repositories import held, make_repository, target  # noqa: E402
from tests.desks.publications.rooms import NOW, day, make_room, published  # noqa: E402
from tidegate.desks.access.actors import OWNER  # noqa: E402
from tidegate.desks.ledger.models import Entry  # noqa: E402
from tidegate.desks.ledger.services.verifying import verify  # noqa: E402
from tidegate.desks.publications.models import Distribution  # noqa: E402
from tidegate.desks.publications.services.distributing import distribute  # noqa: E402
from tidegate.engines.updates.bundles import open_bundle  # noqa: E402
from tidegate.engines.updates.changes import read_segment  # noqa: E402
from tidegate.engines.updates.folders import UpdateFolder  # noqa: E402
from tidegate.engines.updates.states import read_list, read_state  # noqa: E402
from tidegate.instance.updates import public_folder, update_folder  # noqa: E402

_EVENTS = frozenset({"open", "os.rename", "os.mkdir", "os.link", "os.remove"})


def forked(do: Callable[[], object]) -> int:
    """Let a process of its own do something; return how it ended."""
    connections.close_all()
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        do()
        code = 0
    finally:
        os._exit(code)


def killed_after(files: int, do: Callable[[], object]) -> int:
    """Let a process do something that is killed at its so manieth file; return how it ended."""

    def watched() -> None:
        seen = count(1)

        def hook(event: str, _: Any) -> None:
            if event in _EVENTS and next(seen) == files:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        do()

    return forked(watched)


def main(kills: list[int]) -> dict[str, Any]:
    """Distribute two publications; return what there is then."""
    make_repository(NOW)
    names = [published(make_room(package=name)).identifier for name in ("one", "two")]
    ended = [killed_after(files, lambda: distribute(day(1))) for files in kills]
    ended.append(forked(lambda: distribute(day(2))))
    folder = UpdateFolder(update_folder())
    latest, last = read_list(folder, read_state(folder, folder.read_timestamp()))
    changes = read_segment(last, latest.segment, latest)
    files = sorted(path.name.lower() for path in public_folder().rglob("*.json"))
    return {
        "ended": ended,
        "names": names,
        "held": {path: open_bundle(target(path)).identifier for path in held()},
        "changes": [change.path for change in changes],
        "promises": [*Distribution.objects.order_by("pk").values_list("state", flat=True)],
        "told": Entry.objects.filter(kind="publication-distributed").count(),
        "site": {name: files.count(f"{name.lower()}.json") for name in names},
        "left": [path.name for path in public_folder().iterdir() if path.name.startswith(".stag")],
        "faults": [str(one) for one in verify(OWNER).faults],
    }


if __name__ == "__main__":
    print(json.dumps(main([int(one) for one in sys.argv[1:]])))
