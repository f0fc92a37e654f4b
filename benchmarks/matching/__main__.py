"""The command with sizes: `python -m benchmarks.matching [--installs N] [--ranges N] … [--json]`.

Each size of `Sizes` is an option. At full size it takes some minutes, and for a moment 2 GB of
disk and 3 GB of memory. Exit codes: 0 measured, 1 a claim did not hold.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import fields

from rich.console import Console
from rich.table import Table

from benchmarks.machine import Meanwhile
from benchmarks.matching import measure
from benchmarks.matching.scene import Sizes


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser("python -m benchmarks.matching", description="Measure.")
    numbers = [one for one in fields(Sizes) if one.name != "databases"]
    for one in numbers:
        parser.add_argument(f"--{one.name}", type=int, default=one.default, metavar="N")
    parser.add_argument("--no-databases", dest="databases", action="store_false")
    parser.add_argument("--json", action="store_true", help="print one JSON object, no table")
    asked = vars(parser.parse_args(arguments))
    as_json = asked.pop("json")
    meanwhile = Meanwhile()
    progress = Console(stderr=True)
    with progress.status("matching") as status:
        report = measure(status.update, Sizes(**asked))
    busy = f"meanwhile others had {meanwhile.others_share():.0%} of the processors"
    if as_json:
        told = {
            "figures": report.data,
            "notes": [*report.notes, busy],
            "failures": report.failures,
        }
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        out = Console(width=None if sys.stdout.isatty() else 150, highlight=False, markup=False)
        table = Table(title=report.title, title_justify="left", pad_edge=False)
        for number, column in enumerate(report.columns):
            table.add_column(column, justify="right" if number else "left", no_wrap=not number)
        for row in report.rows:
            table.add_row(*row)
        out.print(table, *report.notes, busy, *report.failures, sep="\n")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
