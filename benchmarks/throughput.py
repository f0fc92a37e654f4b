"""How many sandboxes a second two workers get through, against as many bare processes.

Beside the rate stands the processor time that one run costs: the supervisor, the walls, the program
and this process's own share. On a busy machine the rate falls and the processor time hardly moves.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import bare, machine, trivial
from benchmarks.figures import Aim, Figure, Report, median, report_of
from benchmarks.timing import Rate, rate
from tidegate.engines.reproduction.runtimes import node_runtimes
from tidegate.engines.sandbox import BubblewrapSandbox, Program
from tidegate.engines.sandbox.policy import INIT_FLAGS, this_interpreter

WORKERS = 2
ROUNDS = 7
_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Kind:
    """One trivial program, in the sandbox and bare."""

    name: str
    program: Program
    bare: Sequence[str]
    aim: Aim


def measure(tell: Callable[[str], None]) -> Report:
    """Let two threads, each with a sandbox of its own, run trivial programs as fast as they can."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        kinds = _kinds(Path(folder))
        opening = _cost_of_opening()
        for kind in kinds:
            tell(f"throughput: {kind.name}, {ROUNDS} rounds")
            figures.extend(_compared(kind, opening))
    title = f"Sandboxes a second, {WORKERS} workers, median of {ROUNDS} rounds of {_SECONDS:g} s"
    return report_of(title, figures, [] if len(kinds) > 1 else ["there is no Node at hand"])


def _kinds(folder: Path) -> list[_Kind]:
    python, javascript = folder / "nothing.py", folder / "nothing.js"
    python.write_text(trivial.PYTHON_TEXT, "ascii")
    javascript.write_text(trivial.NODE_TEXT, "ascii")
    command = [this_interpreter().executable, *INIT_FLAGS, str(python)]
    kinds = [_Kind("Python", trivial.python_program(), command, Aim(80, at_least=True))]
    for node in node_runtimes()[:1]:
        command = [bare.on_host(node), str(javascript)]
        aim = Aim(40, at_least=True)
        kinds.append(_Kind(node.name, trivial.node_program(node), command, aim))
    return kinds


def _cost_of_opening() -> float:
    """Return the processor time of opening and closing a worker's sandbox."""
    before = machine.own_seconds()
    BubblewrapSandbox().close()
    return machine.own_seconds() - before


def _compared(kind: _Kind, opening: float) -> tuple[Figure, Figure]:
    """Measure bare processes and sandboxes round by round, so that noise hits both."""
    free: list[Rate] = []
    kept: list[Rate] = []
    free_seconds = 0.0
    before = machine.own_seconds()
    with ExitStack() as opened:
        sandboxes = [opened.enter_context(BubblewrapSandbox()) for _ in range(WORKERS)]
        bound = [_in(sandbox, kind.program) for sandbox in sandboxes]
        for _ in range(ROUNDS):
            began = machine.own_seconds()
            free.append(rate([lambda: bare.run(kind.bare)] * WORKERS, _SECONDS))
            free_seconds += machine.own_seconds() - began
            kept.append(rate(bound, _SECONDS))
    # A supervisor's time, and that of its runs, is known once it has been waited for.
    kept_seconds = machine.own_seconds() - before - free_seconds - WORKERS * opening
    return (
        Figure(
            kind.name,
            median([one.a_second for one in kept]),
            "/s",
            floor=median([one.a_second for one in free]),
            floor_name="bare processes",
            aim=kind.aim,
        ),
        Figure(
            f"{kind.name}, processor time of a run",
            1000 * kept_seconds / sum(one.done for one in kept),
            "ms",
            floor=1000 * free_seconds / sum(one.done for one in free),
            floor_name="bare process",
        ),
    )


def _in(sandbox: BubblewrapSandbox, program: Program) -> Callable[[], None]:
    return lambda: trivial.run(sandbox, program)
