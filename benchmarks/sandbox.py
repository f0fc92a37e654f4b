"""How much longer a Python program takes in our sandbox than bare, or in plain bubblewrap."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks import bare, trivial
from benchmarks.figures import Aim, Figure, Report, median, p95, report_of
from benchmarks.timing import in_turns
from tidegate.engines.sandbox import BubblewrapSandbox
from tidegate.engines.sandbox.policy import this_interpreter

ROUNDS = 50
_WARM_UP = 5
_OPENINGS = 5
_AIM = Aim(20)
_BARE, _SITE, _PLAIN, _FULL = "bare", "site", "plain", "full"


def measure(tell: Callable[[str], None]) -> Report:
    """Time the start of a Python program, alone and inside of walls, `ROUNDS` times in turns."""
    python = this_interpreter().executable
    nothing = [python, "-I", "-S", "-c", "pass"]
    program = trivial.python_program()
    tell(f"sandbox: {ROUNDS} rounds of four kinds")
    with BubblewrapSandbox() as sandbox:
        seconds = in_turns(
            {
                _BARE: lambda: bare.run(nothing),
                _SITE: lambda: bare.run([python, "-I", "-c", "pass"]),
                _PLAIN: lambda: bare.run(bare.in_plain_bubblewrap(nothing)),
                _FULL: lambda: trivial.run(sandbox, program),
            },
            ROUNDS,
            warm_up=_WARM_UP,
        )
    tell(f"sandbox: opened {_OPENINGS} times")
    openings = in_turns({"open": lambda: BubblewrapSandbox().close()}, _OPENINGS)["open"]
    taken = {name: [1000 * one for one in those] for name, those in seconds.items()}

    def figure(name: str, kind: str, floor: str | None = None, aim: Aim | None = None) -> Figure:
        return Figure(
            name,
            median(taken[kind]),
            "ms",
            p95=p95(taken[kind]),
            floor=median(taken[floor]) if floor else None,
            floor_name={_BARE: "bare", _PLAIN: "plain bubblewrap"}.get(floor or "", ""),
            aim=aim,
        )

    return report_of(
        f"Start of a Python program, median of {ROUNDS} taken in turns",
        [
            figure("bare: python -I -S -c pass", _BARE),
            figure("bare: python -I -c pass", _SITE, _BARE),
            figure("plain bubblewrap", _PLAIN, _BARE),
            figure("full sandbox", _FULL, _BARE, _AIM),
            figure("full sandbox", _FULL, _PLAIN),
            Figure("opening a sandbox, once for a worker", 1000 * median(openings), "ms"),
        ],
    )
