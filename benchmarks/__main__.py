"""The command: `python -m benchmarks [NAME ...] [--only TEXT] [--json]`.

Exit codes: 0 measured, 1 a claim did not hold (adaptive and exhaustive search give different
ranges), 2 wrong usage or nothing can be run here. A missed aim is printed and is no failure.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks import (
    agreement,
    behaviour,
    case_page,
    duplicates,
    gateway,
    intake,
    inventories,
    job,
    lists,
    machine,
    matching,
    ranges,
    sandbox,
    throughput,
    updates,
)
from benchmarks.figures import Report
from tidegate.engines.formats.finding import FindingFileError
from tidegate.engines.sandbox import SandboxError

FAILED = 1
CANNOT = 2
_WIDTH = 140
_PROGRESS_SECONDS = 10
_COLOURS = {"yes": "green", "NO": "bold red", "not measured": "yellow"}

Tell = Callable[[str], None]
"""Told what is being done now."""


def benchmarks(only: str = "") -> Mapping[str, Callable[[Tell], Report]]:
    """Return what can be measured, by name; `only` narrows the examples that are searched."""
    return {
        "sandbox": sandbox.measure,
        "throughput": throughput.measure,
        "job": job.measure,
        "ranges": partial(ranges.measure, only=only),
        "intake": intake.measure,
        "lists": lists.measure,
        "duplicates": duplicates.measure,
        "behaviour": behaviour.measure,
        "case_page": case_page.measure,
        "gateway": gateway.measure,
        "agreement": agreement.measure,
        "matching": matching.measure,
        "inventories": inventories.measure,
        "updates": updates.measure,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for and print it; return the exit code."""
    asked = _asked(arguments)
    out = Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False, quiet=asked.json)
    facts = machine.facts()
    for name, fact in facts.items():
        out.print(f"{name:<11} {escape(fact)}")
    results: dict[str, Report] = {}
    shares: dict[str, float] = {}
    try:
        with _progress() as tell:
            for name, measure in benchmarks(asked.only).items():
                if asked.names and name not in asked.names:
                    continue
                meanwhile = machine.Meanwhile()
                results[name] = measure(tell)
                shares[name] = meanwhile.others_share()
                _show(out, results[name], shares[name])
    except (SandboxError, FindingFileError) as error:
        sys.stderr.write(f"benchmarks: {error}\n")
        return CANNOT
    if asked.json:
        document = {
            "machine": facts,
            "results": {
                name: {
                    "figures": report.data,
                    "notes": report.notes,
                    "failures": report.failures,
                    "others_share": shares[name],
                }
                for name, report in results.items()
            },
        }
        sys.stdout.write(json.dumps(document) + "\n")
    return FAILED if any(report.failures for report in results.values()) else 0


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    known = ", ".join(benchmarks())
    parser = argparse.ArgumentParser("python -m benchmarks", description="Measure and print.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {known}; all if left out")
    parser.add_argument("--only", metavar="TEXT", default="", help="ranges: examples so named")
    parser.add_argument("--json", action="store_true", help="print one JSON object, no tables")
    asked = parser.parse_args(arguments)
    for name in asked.names:
        if name not in benchmarks():
            parser.error(f"there is no benchmark {name!r}; there are {known}")
    return asked


@contextmanager
def _progress() -> Iterator[Tell]:
    """Say on stderr what is going on: in place on a terminal, else a line now and then."""
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status("") as status:
            yield lambda text: status.update(escape(text))
        return
    said = time.monotonic()

    def tell(text: str) -> None:
        nonlocal said
        if time.monotonic() - said > _PROGRESS_SECONDS:
            said = time.monotonic()
            sys.stderr.write(f"{text}\n")

    yield tell


def _show(out: Console, report: Report, others: float) -> None:
    out.print()
    table = Table(title=report.title, title_justify="left", pad_edge=False)
    for column in report.columns:
        first = column == report.columns[0]
        table.add_column(column, justify="left" if first else "right", no_wrap=first)
    for row in report.rows:
        cells = [escape(cell) for cell in row]
        colour = _COLOURS.get(cells[-1])
        table.add_row(*cells[:-1], f"[{colour}]{cells[-1]}[/]" if colour else cells[-1])
    out.print(table)
    for note in report.notes:
        out.print(f"note: {escape(note)}")
    for failure in report.failures:
        out.print(f"[bold red]MISS[/]: {escape(failure)}")
    busy = "" if others <= machine.QUIET else "; too busy for these times to be the machine's own"
    out.print(f"meanwhile others had {others:.0%} of the processors{busy}")


if __name__ == "__main__":
    sys.exit(main())
