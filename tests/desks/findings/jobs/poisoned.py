"""A program that works on findings, of which one kills its worker whenever its proof is run.

    python -m tests.desks.findings.jobs.poisoned NAME STEP

starts workers, one after the other, until one comes to its end; prints how many were killed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

from tests.desks.findings.jobs import killing
from tidegate.desks.findings.services.attempts import TRIES
from tidegate.engines.reproduction.steps import Stepwise

_MOST_WORKERS = 20


def poison(name: str, step: str) -> None:
    """Let a step of the finding of that name kill the process that does it."""
    real = getattr(Stepwise, step)

    def kills(self: Any, finding: Any, *arguments: Any, **more: Any) -> Any:
        if finding.id == name:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(self, finding, *arguments, **more)

    setattr(Stepwise, step, kills)


def main(name: str, step: str) -> None:
    """Start workers until one comes to its end."""
    killing.become_subreaper()
    poison(name, step)
    killed = left = 0
    for _ in range(_MOST_WORKERS):
        status = os.waitpid(killing.fork_worker(tries=TRIES), 0)[1]
        left += killing.wait_until_all_are_gone()
        if not os.WIFSIGNALED(status):
            break
        killed += 1
    print(json.dumps({"killed": killed, "left": left, "last": status}))


if __name__ == "__main__":
    main(*sys.argv[1:])
