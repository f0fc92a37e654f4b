"""How long a whole job takes once its packages are cached: verdict, controls, range, receipt.

The job is the minimist example. It is done in an open workshop, as by a worker that has done it
before; for comparison by the search that infers what it may; and by a command of its own, which
starts anew and asks the registry again. Of that one the processor time is known, too: on a busy
machine it hardly moves, while the time on the clock grows.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import bare, trivial
from benchmarks.figures import Aim, Figure, Report, median, report_of
from benchmarks.machine import own_seconds
from benchmarks.timing import in_turns
from tidegate.engines.formats.finding import Finding, read_findings
from tidegate.engines.reproduction.receipts import InstanceKey
from tidegate.engines.reproduction.reproduce import Reproduction, Wishes
from tidegate.engines.reproduction.runtimes import node_runtimes
from tidegate.engines.reproduction.verdicts import Word
from tidegate.faces.cli.folder import Results
from tidegate.instance.workshop import Workshop, open_workshop

EXAMPLE = Path(__file__).parents[1] / "examples/true/npm-minimist-cve-2020-7598.json"
ROUNDS = 5
_AIM = Aim(2)
_DEFAULT = Wishes(range=True)
_THRIFTY = Wishes(range=True, thrifty=True)
_VERDICT = Wishes()
_COMMAND = "from tidegate.faces.cli.main import main; main()"


def measure(tell: Callable[[str], None]) -> Report:
    """Do the job once to warm the cache, then `ROUNDS` times in turns with its floor."""
    finding = next(read_findings(EXAMPLE))
    assert isinstance(finding, Finding)
    title = f"The minimist job, cached, median of {ROUNDS} taken in turns"
    with tempfile.TemporaryDirectory() as name, open_workshop() as shop:
        job = _Job(shop, finding, Results.open(Path(name), InstanceKey.load_or_create(Path(name))))
        tell("job: once, so that the packages are cached")
        found = job.do(_DEFAULT)
        runtime = next(
            (one for one in node_runtimes() if one.name == found.judged.runtime_name), None
        )
        if found.verdict.word is not Word.REPRODUCED or found.range is None or runtime is None:
            return report_of(title, [], [f"not measured: {found.verdict.reason}"])
        script = Path(name) / "nothing.js"
        script.write_text(trivial.NODE_TEXT, "ascii")
        command = [bare.on_host(runtime), str(script)]
        asked = {"whole": _DEFAULT, "adaptive": _THRIFTY, "verdict": _VERDICT}
        runs = {kind: job.count(wishes) for kind, wishes in asked.items()}
        at_once = len(shop.laboratory.sandboxes)
        costs: dict[str, list[float]] = {"bare": [], "command": []}
        tell(f"job: {ROUNDS} rounds")
        seconds = in_turns(
            {
                "bare": _costing(lambda: _bare(command, runs["whole"], at_once), costs["bare"]),
                "whole": lambda: job.do(_DEFAULT),
                "adaptive": lambda: job.do(_THRIFTY),
                "verdict": lambda: job.do(_VERDICT),
                "command": _costing(lambda: _as_command(Path(name)), costs["command"]),
            },
            ROUNDS,
        )
    note = f"on {runtime.name}, sandboxes at once: {at_once}"
    return report_of(title, _figures(len(found.range.search.runs), runs, seconds, costs), [note])


def _figures(
    releases: int,
    runs: Mapping[str, int],
    seconds: Mapping[str, Sequence[float]],
    costs: Mapping[str, Sequence[float]],
) -> list[Figure]:
    """Hold each kind of job against the time of as many bare processes as it has runs."""
    one = median(seconds["bare"]) / runs["whole"]

    def figure(text: str, kind: str, asked: str, aim: Aim | None = None) -> Figure:
        count = runs[asked]
        floor = f"{count} bare processes"
        taken = median(seconds[kind])
        return Figure(text, taken, "s", floor=one * count, floor_name=floor, aim=aim)

    whole = f"whole: verdict, controls, {releases} releases, receipt"
    return [
        figure(whole, "whole", "whole", _AIM),
        figure("the same, inferring what it may", "adaptive", "adaptive"),
        figure("the verdict alone, with its controls", "verdict", "verdict"),
        figure("whole, as a command of its own", "command", "whole"),
        Figure(
            "its processor time",
            median(costs["command"]),
            "s",
            floor=median(costs["bare"]),
            floor_name=f"{runs['whole']} bare processes",
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Job:
    """The work that is measured, up to the signed receipt on the disk."""

    shop: Workshop
    finding: Finding
    results: Results

    def do(self, wishes: Wishes) -> Reproduction:
        started = datetime.now(UTC)
        found = self.shop.reproducer.reproduce(self.finding, wishes)
        self.results.keep(found, started)
        return found

    def count(self, wishes: Wishes) -> int:
        """Do it, and return how many programs were run in a sandbox for it."""
        runs: list[str] = []
        self.shop.laboratory.on_start = lambda _subject, program: runs.append(program)
        self.do(wishes)
        self.shop.laboratory.on_start = None
        return len(runs)


def _costing(work: Callable[[], object], costs: list[float]) -> Callable[[], None]:
    """Return the same work, which also notes what processor time its processes took."""

    def counted() -> None:
        before = own_seconds()
        work()
        costs.append(own_seconds() - before)

    return counted


def _bare(command: list[str], count: int, at_once: int) -> None:
    """Run as many bare processes, as many at once as the laboratory has sandboxes."""
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(bare.run, [command] * count))


def _as_command(folder: Path) -> None:
    arguments = ["reproduce", str(EXAMPLE), "--range", "--json", "--out", str(folder / "command")]
    subprocess.run(
        [sys.executable, "-c", _COMMAND, *arguments],
        env={**os.environ, "TIDEGATE_KEYS": str(folder / "keys")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
    )
