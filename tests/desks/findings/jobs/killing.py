"""A program that works on findings and is killed again and again, at random moments.

It stands for the machine: it imports everything once, forks a worker, kills it with SIGKILL, waits
until everything that the worker had started is gone too, and forks the next one. It is its
descendants' subreaper, so nothing can slip away unseen. Most workers are killed a random while
after they have begun to run something, some while they are still starting. Findings are handed in
as the work goes on, so that there is always some left.

    python -m tests.desks.findings.jobs.killing KILLS SEED LOG FINDINGS

prints one JSON document: the kills, and how many processes outlived their worker.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import os
import random
import select
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

from tidegate.desks.access.actors import OWNER
from tidegate.instance.opening import open_instance

open_instance()

from django.db import connections  # noqa: E402 - Django first

from tidegate.desks.findings.jobs import worker  # noqa: E402
from tidegate.desks.findings.models import Outbox  # noqa: E402
from tidegate.desks.findings.services import intake, judging  # noqa: E402
from tidegate.engines.reproduction.steps import Stepwise  # noqa: E402

_PR_SET_CHILD_SUBREAPER: Final = 36
_EARLY_ONES: Final = 0.3
"""Share of the workers that are killed without waiting for them to work."""
_USUAL, _LONGEST = 0.25, 5.0
"""Seconds until a worker is killed: on average, and at most. Long lives are rare, and let the work
go on on a slow machine, too."""
_START_SECONDS: Final = 30
_FEW: Final = 4
_GONE_SECONDS: Final = 20
TRIES: Final = 10_000
"""Nothing here is set aside: it's the machine that kills, and not the finding."""


def log_work(path: str, working: int) -> None:
    """Let every run write down when it begins, and when its result is kept.

    `working` is a pipe that is written to whenever something begins.
    """
    log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(*parts: str) -> None:
        os.write(log, (json.dumps(parts) + "\n").encode())
        if parts[0] == "begin":
            os.write(working, b".")

    for name in ("judge_named", "probe", "probe_again", "minimise"):
        _wrap(Stepwise, name, lambda name_, f, a: note("begin", name_, f.id, _version(a)))
    keep = judging.keep

    def kept(key: str, judgement: Any, **more: Any) -> None:
        keep(key, judgement, **more)
        note("kept", key, judgement.version, str(judgement.required))

    judging.keep = kept


def _version(arguments: tuple[Any, ...]) -> str:
    first = arguments[0] if arguments else ""
    return first if isinstance(first, str) else getattr(first, "version", "")


def _wrap(owner: type, name: str, before: Any) -> None:
    real = getattr(owner, name)

    def wrapped(self: Any, finding: Any, *arguments: Any, **more: Any) -> Any:
        before(name, finding, arguments)
        return real(self, finding, *arguments, **more)

    setattr(owner, name, wrapped)


def fork_worker(*, until_idle: bool = True, tries: int = TRIES) -> int:
    """Start a worker in a process of its own; return its number."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            worker.work(threading.Event(), until_idle=until_idle, tries=tries)
            code = 0
        finally:
            os._exit(code)
    return child


def wait_until_all_are_gone() -> int:
    """Wait for everything that descends from here; return how much of it had to be killed."""
    deadline = time.monotonic() + _GONE_SECONDS
    while time.monotonic() < deadline:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.002)
        except ChildProcessError:
            return 0
    left = [int(name) for name in _children()]
    for number in left:
        os.kill(number, signal.SIGKILL)
    return len(left)


def _children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def drain(pipe: int) -> None:
    """Forget what was written to a pipe."""
    with contextlib.suppress(BlockingIOError):
        while os.read(pipe, 4096):
            pass


def become_subreaper() -> None:
    """Inherit what dying workers leave behind."""
    if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError("prctl")


def hand_in_more(records: list[bytes]) -> None:
    """Hand in a few findings, if hardly any are left to work on."""
    if Outbox.objects.exclude(state=Outbox.State.DONE).count() < _FEW:
        few = b"".join(records.pop(0) for _ in range(_FEW))
        intake.receive(OWNER, io.BytesIO(few), name="more.jsonl", finder="Lab A", channel="cli")


def main(kills: int, seed: int, log: str, findings: str) -> None:
    """Kill workers until they have been killed often enough, then let one come to its end."""
    become_subreaper()
    begun, working = os.pipe()
    os.set_blocking(begun, False)
    os.set_blocking(working, False)
    log_work(log, working)
    chance = random.Random(seed)
    killed = left = 0
    records = Path(findings).read_bytes().splitlines(keepends=True)
    while killed < kills:
        hand_in_more(records)
        drain(begun)
        child = fork_worker()
        if chance.random() > _EARLY_ONES:
            select.select([begun], [], [], _START_SECONDS)
        time.sleep(min(chance.expovariate(1 / _USUAL), _LONGEST))
        if os.waitpid(child, os.WNOHANG) == (0, 0):
            os.kill(child, signal.SIGKILL)
            killed += 1
        left += wait_until_all_are_gone()
    last = os.waitpid(fork_worker(), 0)[1]
    left += wait_until_all_are_gone()
    print(json.dumps({"killed": killed, "left": left, "last": last}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
