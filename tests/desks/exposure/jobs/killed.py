"""Editions are taken in by processes that are killed in the middle, each a little later.

It stands for the machine. Each process is forked and killed with SIGKILL when it has put so many
questions to the database: between two batches, or in the middle of one. The last one comes to its
end. Prints one JSON document: what is kept then.

    python -m tests.desks.exposure.jobs.killed FOLDER [QUESTIONS...]
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from tidegate.instance.opening import open_instance

open_instance()

from django.db import connection, connections, transaction  # noqa: E402 - Django first

from tests.desks.exposure.published import about, catalogue, decided, records, taken  # noqa: E402
from tests.desks.exposure.rooms import (  # noqa: E402
    NOW,
    day,
    install,
    make_asset,
    make_coordinate,
    make_operator,
)
from tidegate.desks.access.actors import OWNER  # noqa: E402
from tidegate.desks.exposure.models import (  # noqa: E402
    Advisory,
    Assertion,
    Edition,
    Exposure,
    FeedState,
    Ground,
)
from tidegate.desks.exposure.services import feeds, matching  # noqa: E402
from tidegate.desks.ledger.models import Entry  # noqa: E402
from tidegate.desks.ledger.services.verifying import verify  # noqa: E402

ADVISORIES: Final = 12
_BATCH: Final = 3


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


def killed_after(questions: int, do: Callable[[], object]) -> int:
    """Let a process do something that is killed when it has asked so often; return how it ended."""

    def watched() -> None:
        asked = count(1)

        def wrapper(execute: Any, *given: Any) -> Any:
            answer = execute(*given)
            if next(asked) == questions:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        with connection.execute_wrapper(wrapper):
            do()

    return forked(watched)


def take(feed: str, path: Path, at: datetime, kills: list[int]) -> list[int]:
    """Take an edition in, with processes that are killed; return how they ended, the last alone."""
    before = FeedState.objects.filter(name=feed).values_list("edition", flat=True).first()
    ended = []
    for questions in kills:
        ended.append(killed_after(questions, lambda: taken(feed, path, at=at)))
        if ended[-1] == -signal.SIGKILL:
            counting = FeedState.objects.filter(name=feed).values_list("edition", flat=True).first()
            assert counting == before, "an edition counts that is not in whole"
    ended.append(forked(lambda: taken(feed, path, at=at)))
    return ended


def run(folder: Path, kills: list[int]) -> dict[str, Any]:
    """Return what is kept when all editions have been taken in."""
    operator = make_operator(scope="fceb")
    for name, version in (("one", "1.5.0"), ("two", "2.5.0")):
        asset = make_asset(operator, name, exposed="yes")
        install(asset, make_coordinate("npm", "web", version))
        with transaction.atomic():
            matching.match_asset(asset, at=NOW)
    names = [f"CVE-2026-{1000 + number}" for number in range(ADVISORIES)]
    first = [advisory(number, name) for number, name in enumerate(names)]
    second = [advisory(number, name, again=True) for number, name in enumerate(names[:-2])]
    ends = {
        "npm": take("osv-npm", records(folder, *first, name="a.jsonl"), NOW, []),
        "kev": take("kev", catalogue(folder, *names[:6]), NOW, []),
        "values": take("vulnrichment", records(folder, *map(decided, names)), NOW, kills),
        "npm again": take("osv-npm", records(folder, *second, name="b.jsonl"), day(1), kills),
        "kev again": take("kev", catalogue(folder, *names[2:10], day=9), day(1), kills),
    }
    return {"ends": ends, "kept": kept(), "faults": [str(one) for one in verify(OWNER).faults]}


def advisory(number: int, name: str, *, again: bool = False) -> dict[str, Any]:
    """Return an advisory; some change, and some are withdrawn, in the second edition."""
    fixed = "3.0.0" if number % 3 else "2.0.0"
    more: dict[str, Any] = {"aliases": [name]}
    if again and number % 4 == 0:
        fixed = "1.0.0"
    if again and number % 5 == 0:
        more["withdrawn"] = "2026-12-09T00:00:00Z"
    return about(f"GHSA-aaaa-bbbb-{number:04}", fixed=fixed, **more)


def kept() -> dict[str, Any]:
    """Return all that came of it, without what differs from one machine to the next."""
    return {
        "advisories": rows(
            Advisory, "source", "identifier", "digest", "withdrawn_at", "vanished_at"
        ),
        "assertions": rows(
            Assertion, "vulnerability__name", "source", "kind", "value", "since", "ended_at"
        ),
        "exposures": rows(
            Exposure,
            *("asset__name", "vulnerability__name", "certainty", "detected_at", "cleared_at"),
            *("due_on", "outcome", "row_number", "in_kev", "is_determined"),
        ),
        "grounds": rows(
            Ground,
            *("exposure__asset__name", "exposure__vulnerability__name", "advisory__identifier"),
            *("coordinate__version", "certainty", "fixed", "since", "ended_at"),
        ),
        "deadlines": rows(
            Exposure, "asset__name", "vulnerability__name", "deadlines__number", "deadlines__at"
        ),
        "editions": rows(Edition, "feed", "outcome", "records", "vanished", "words"),
        "counting": rows(FeedState, "name", "edition__sha256", "edition__outcome"),
        "ledger": rows(Entry, "kind"),
    }


def rows(model: Any, *columns: str) -> list[str]:
    """Return rows as texts, in an order that does not hang on when they were made."""
    found = model.objects.values_list(*columns)
    return sorted(json.dumps(row, default=str, sort_keys=True) for row in found)


if __name__ == "__main__":
    with patch.object(feeds, "BATCH", _BATCH):
        print(json.dumps(run(Path(sys.argv[1]), [int(word) for word in sys.argv[2:]])))
