"""Programs that append to one ledger at the same time, and programs that are killed meanwhile.

    python -m tests.desks.ledger.processes APPENDERS EACH KILLS FOLDER

lets so many processes append and publish so many entries each, while all is verified over and over;
then kills that many appending and publishing processes with SIGKILL, at random moments. Prints one
JSON document: what came of it.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from tidegate.instance.opening import open_instance

open_instance()

from django.db import connections, transaction  # noqa: E402 - Django first

from tidegate.desks.access.actors import HOUSE, OWNER  # noqa: E402
from tidegate.desks.ledger.models import Entry, Witness  # noqa: E402
from tidegate.desks.ledger.services.appending import append  # noqa: E402
from tidegate.desks.ledger.services.publishing import publish  # noqa: E402
from tidegate.desks.ledger.services.verifying import verify  # noqa: E402

_SEED = 20261126
_USUAL_SECONDS = 0.03
_START_SECONDS = 30


def change(number: int) -> None:
    """Change something, and append an entry that tells of it."""
    with transaction.atomic():
        key = f"{os.getpid()}-{number}"
        at = datetime.now(UTC)
        Witness.objects.create(name="witness", key=key, since=at, until=at)
        append("witness-added", at=at, actor=HOUSE, witness=key)


def fork(do: Callable[[], None]) -> int:
    connections.close_all()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            do()
            code = 0
        finally:
            os._exit(code)
    return child


def together(appenders: int, each: int, folder: Path) -> tuple[list[int], int, int]:
    """Return the exit codes, and how often the ledger was verified meanwhile and found broken."""
    change(0)
    publish(HOUSE, folder, at=datetime.now(UTC))

    def work() -> None:
        for number in range(each):
            change(number)
            publish(HOUSE, folder, at=datetime.now(UTC))

    children = [fork(work) for _ in range(appenders)]
    codes: list[int] = []
    looked = broken = 0
    while len(codes) < appenders:
        child, status = os.waitpid(-1, os.WNOHANG)
        if child in children:
            codes.append(status)
        looked += 1
        broken += bool(verify(OWNER, folder=folder).faults)
    return codes, looked, broken


def killed(kills: int, folder: Path) -> tuple[int, int]:
    """Return how many of the killed left a broken ledger, and how many a broken folder."""
    chance = random.Random(_SEED)
    began, working = os.pipe()
    ledgers = folders = 0

    def work() -> None:
        for number in count():
            change(number)
            os.write(working, b".")
            publish(HOUSE, folder, at=datetime.now(UTC))

    for _ in range(kills):
        child = fork(work)
        select.select([began], [], [], _START_SECONDS)
        time.sleep(chance.expovariate(1 / _USUAL_SECONDS))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.read(began, 1 << 16)
        ledgers += bool(verify(OWNER).faults)
        folders += bool(verify(OWNER, folder=folder).faults)
    return ledgers, folders


def main(appenders: int, each: int, kills: int, folder: Path) -> None:
    """Do all of it, and tell."""
    codes, looked, broken = together(appenders, each, folder)
    size = Entry.objects.count()
    ledgers, folders = killed(kills, folder)
    told = {
        "codes": codes,
        "looked": looked,
        "broken_meanwhile": broken,
        "appended": size,
        "broken_ledgers": ledgers,
        "broken_folders": folders,
        "grown": Entry.objects.count() - size,
        "changes": Witness.objects.count(),
        "entries": Entry.objects.count(),
        "numbers": list(Entry.objects.order_by("index").values_list("index", flat=True)),
        "faults": [str(fault) for fault in verify(OWNER, folder=folder).faults],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    _, *numbers, log = sys.argv
    appenders_, each_, kills_ = map(int, numbers)
    main(appenders_, each_, kills_, Path(log))
