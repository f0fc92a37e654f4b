"""Programs that work on findings where something goes wrong that is nobody's proof.

python -m tests.desks.findings.jobs.erring raise NAME    a step outside of all tries raises
python -m tests.desks.findings.jobs.erring upgrade       killed, then continued by a new version
python -m tests.desks.findings.jobs.erring sandbox       a supervisor dies while it runs a proof
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import Any

from tests.desks.findings.jobs import killing
from tidegate.desks.findings.jobs import engine
from tidegate.desks.findings.models import Finding, Judgement
from tidegate.desks.findings.services import judging
from tidegate.desks.findings.services.attempts import TRIES
from tidegate.engines.sandbox.bubblewrap import BubblewrapSandbox


def let_begin_raise(name: str) -> None:
    """Let the first step of the finding of that name raise."""
    real = judging.begin

    def begin(key: str) -> Finding:
        if Finding.objects.filter(key=key, reference=name).exists():
            raise RuntimeError("the table is on fire")
        return real(key)

    judging.begin = begin


def let_a_supervisor_die() -> None:
    """Let the sandbox that runs the fifth program lose its supervisor."""
    real = BubblewrapSandbox.run
    runs = []

    def run(self: Any, program: Any) -> Any:
        runs.append(1)
        if len(runs) == 5:
            os.kill(self._process.pid, signal.SIGKILL)
        return real(self, program)

    BubblewrapSandbox.run = run  # type: ignore[method-assign]


def work_to_the_end() -> int:
    """Work until nothing is left to do; return the exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(killing.fork_worker(tries=TRIES), 0)[1])


def upgrade() -> int:
    """Kill a worker of another version in mid-work, then let one of this version go on."""
    engine.VERSION = "0"  # type: ignore[misc]
    child = killing.fork_worker(tries=TRIES)
    while not Judgement.objects.exists():
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    killing.wait_until_all_are_gone()
    engine.VERSION = "1"  # type: ignore[misc]
    return work_to_the_end()


def main(what: str, *more: str) -> None:
    """Do what is asked and print how it ended."""
    killing.become_subreaper()
    if what == "raise":
        let_begin_raise(*more)
    if what == "sandbox":
        let_a_supervisor_die()
    code = upgrade() if what == "upgrade" else work_to_the_end()
    print(json.dumps({"code": code, "left": killing.wait_until_all_are_gone()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
