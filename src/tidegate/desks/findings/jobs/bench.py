"""What this process reproduces with; set once by the worker, used by every step."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass
from typing import Final, NoReturn

from tidegate.desks.findings.services.attempts import TRIES
from tidegate.engines.reproduction.ranges import BUDGET_SECONDS
from tidegate.engines.reproduction.receipts import InstanceKey
from tidegate.engines.reproduction.steps import Stepwise

CANNOT_RUN: Final = 2
"""Exit code of a worker whose machine can run nothing: that of every command that cannot."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The engine of reproduction, the key that signs, and when to give up."""

    stepwise: Stepwise
    key: InstanceKey
    stop: threading.Event
    """Set when the worker is to end."""
    tries: int = TRIES
    budget_seconds: float = BUDGET_SECONDS
    """For the range of one finding."""
    minimise_runs: int = 120
    """For cutting one proof down."""


_benches: Final[list[Bench]] = []


def use(bench: Bench) -> None:
    """Let the steps of this process work with `bench`, to its end.

    It stays after the worker has stopped: a step that another thread begins late asks it whether
    to begin at all.
    """
    _benches.append(bench)


def bench() -> Bench:
    """Return what this process works with."""
    return _benches[-1]


def stop_working(reason: str) -> NoReturn:
    """End this process at once, because nothing can be run here; unfinished work waits.

    A step that raised would count as finished, with an error. Only a process that ends leaves the
    step open, for a worker that can. While the worker is being stopped, that is how its steps end.
    """
    if bench().stop.is_set():
        os._exit(0)
    sys.stderr.write(f"the worker stops: {reason}\n")
    sys.stderr.flush()
    os._exit(CANNOT_RUN)
