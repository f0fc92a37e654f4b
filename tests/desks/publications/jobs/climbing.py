"""A program that has fixes tried on a machine of its own, by workers of which some are killed.

It imports everything once and forks its workers, as `tests.desks.findings.jobs.killing` does.

    python -m tests.desks.publications.jobs.climbing FINDINGS FIXES

hands the findings in and has them proven; offers all fixes but the last, and kills the first worker
at a rung in mid-climb; then offers the last one, of which one rung kills every worker. Prints one
JSON document: how many workers were killed each time, and which rungs were begun.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.db import connections

from tests.desks.findings.jobs import killing
from tidegate.desks.access.actors import OWNER
from tidegate.desks.cases.services.opening import open_coordination
from tidegate.desks.findings.jobs import worker
from tidegate.desks.findings.models import Case
from tidegate.desks.findings.services import intake
from tidegate.desks.publications.jobs import trials
from tidegate.desks.publications.models import Trial
from tidegate.desks.publications.services import fixes
from tidegate.engines.reproduction.fixes.climbing import Budget, Climber

MOST_WORKERS: Final = 6
TRIES: Final = 2
KILLED_ONCE, KILLED_ALWAYS = "control-unchanged", "proofs-quiet"

trials.BUDGET = Budget(runs=30, seconds=20)  # type: ignore[misc]


def note_and_kill(log: Path, poisoned: str) -> None:
    """Write down each rung that is begun, and kill the worker at some."""
    real = Climber.rung
    lines = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def rung(self: Climber, which: Any, fix: Any, *arguments: Any, **more: Any) -> Any:
        is_first = KILLED_ONCE not in log.read_text()
        os.write(lines, f"{fix.digest[:12]} {which.value}\n".encode())
        is_bad = fix.digest == poisoned and which.value == KILLED_ALWAYS
        if is_bad or (is_first and which.value == KILLED_ONCE):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(self, which, fix, *arguments, **more)

    Climber.rung = rung  # type: ignore[method-assign, assignment]


def work() -> int:
    """Start workers until one comes to its end; return how many were killed."""
    for killed in range(MOST_WORKERS):
        status = os.waitpid(_fork(), 0)[1]
        killing.wait_until_all_are_gone()
        if not os.WIFSIGNALED(status):
            assert status == 0
            return killed
    raise AssertionError("no worker came to its end")


def _fork() -> int:
    connections.close_all()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            worker.work(threading.Event(), until_idle=True, tries=TRIES, more=trials.KINDS)
            code = 0
        finally:
            os._exit(code)
    return child


def main(findings: str, offered: str) -> None:
    """Do all of it."""
    killing.become_subreaper()
    raw = io.BytesIO(Path(findings).read_bytes())
    intake.receive(OWNER, raw, name="findings.jsonl", finder="Lab A", channel="cli")
    first = work()
    at = datetime.now(UTC)
    case = Case.objects.get(merged_into=None)
    open_coordination(OWNER, case.key, at=at)
    said = [
        {**one, "patch": one["patch"].encode()} if "patch" in one else one
        for one in json.loads(Path(offered).read_text())
    ]
    *ordinary, last = said
    for one in ordinary:
        fixes.offer(OWNER, case.key, at=at, **one)
    poisoned = fixes.offer(OWNER, case.key, at=at, **last)
    fixes.withdraw(OWNER, poisoned.key, why="not yet", at=at)
    log = Path(findings).with_name("rungs.log")
    log.touch()
    note_and_kill(log, poisoned.sha256)
    once = work()
    fixes.offer(OWNER, case.key, at=at, **last)
    again = work()
    print(
        json.dumps(
            {
                "killed": [first, once, again],
                "begun": log.read_text().splitlines(),
                "trials": [
                    {
                        "state": one.state,
                        "words": dict(one.words),
                        "labels": one.labels,
                        "why_not": one.why_not,
                        "reason": one.reason,
                        "receipt": one.receipt_sha256,
                    }
                    for one in Trial.objects.order_by("pk")
                ],
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
