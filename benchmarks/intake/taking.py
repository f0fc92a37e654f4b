"""One measured process: `take FILE FINDER`, `floor FILE` or `nothing`; prints what it took."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from tidegate.desks.access.actors import OWNER
from tidegate.instance.opening import open_instance

_BATCH: Final = 500


def take(file: str, finder: str) -> dict[str, Any]:
    """Take a document in and look for duplicates, as the command and the worker do."""
    from tidegate.desks.findings.models import Link, Nomination
    from tidegate.desks.findings.services import intake, matching

    links, nominations = Link.objects.count(), Nomination.objects.count()
    with Path(file).open("rb") as stream:
        began = time.perf_counter()
        delivery = intake.receive(OWNER, stream, name=Path(file).name, finder=finder, channel="cli")
        stored = time.perf_counter()
        batch = matching.match_batch(delivery.key, matching.FIRST, at=delivery.received_at)
        while batch.more:
            batch = matching.match_batch(delivery.key, batch.after, at=delivery.received_at)
        ended = time.perf_counter()
    return {
        "seconds": ended - began,
        "matching_seconds": ended - stored,
        "accepted": delivery.accepted,
        "links": Link.objects.count() - links,
        "nominations": Nomination.objects.count() - nominations,
    }


def floor(file: str) -> dict[str, Any]:
    """Parse the same lines with the standard library and insert them into SQLite."""
    path = Path(os.environ["TIDEGATE_HOME"]) / "floor.sqlite3"
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE row (id TEXT, title TEXT, purl TEXT, effect TEXT, raw BLOB)")
    with Path(file).open("rb") as stream:
        began = time.perf_counter()
        while rows := list(islice(_rows(stream), _BATCH)):
            with database:
                database.executemany("INSERT INTO row VALUES (?, ?, ?, ?, ?)", rows)
        return {"seconds": time.perf_counter() - began}


def _rows(stream: IO[bytes]) -> Iterator[tuple[Any, ...]]:
    for line in stream:
        found = json.loads(line)
        yield found["id"], found["title"], found["target"]["purl"], found["effect"], line


def nothing() -> dict[str, Any]:
    """Do nothing: what the process takes before it takes anything in."""
    from tidegate.desks.findings.services import intake

    assert intake
    return {}


KINDS: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "take": take,
    "floor": floor,
    "nothing": nothing,
}


if __name__ == "__main__":
    open_instance()
    told = KINDS[sys.argv[1]](*sys.argv[2:])
    told["peak_mebibytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(told))
