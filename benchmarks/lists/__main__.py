"""The command: `python -m benchmarks.lists [--rows N] [--folder PATH] [--rounds N] [--json]`.

A million findings take some minutes to make up and about 1.2 GB; they stay in the folder, and the
next run begins at once. Exit codes: 0 measured, 1 a list took longer than the aim.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.lists.made_up import World
from benchmarks.lists.measuring import ROUNDS, measure


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser("python -m benchmarks.lists", description="Measure lists.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="findings to make up")
    parser.add_argument("--folder", type=Path, help="where they are kept; a temporary one if out")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true", help="print one JSON object, no table")
    asked = parser.parse_args(arguments)
    world = World(findings=asked.rows, cases=max(1, asked.rows // 5))
    progress = Console(stderr=True)
    with progress.status("lists") as status:
        report = measure(status.update, folder=asked.folder, world=world, rounds=asked.rounds)
    if asked.json:
        told = {
            "title": report.title,
            "columns": report.columns,
            "rows": report.rows,
            "figures": report.data,
            "notes": report.notes,
        }
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        out = Console(width=None if sys.stdout.isatty() else 150, highlight=False)
        table = Table(title=report.title, title_justify="left", pad_edge=False)
        for number, column in enumerate(report.columns):
            table.add_column(column, justify="right" if number else "left", no_wrap=not number)
        for row in report.rows:
            table.add_row(*row)
        out.print(table, *report.notes, sep="\n")
    return 1 if any(row[-1] == "NO" for row in report.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
