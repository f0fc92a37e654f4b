"""The command: `python -m benchmarks.case_page [--parties N] [--messages N] [--rounds N] [--json]`.

The case is made up by the same services that people use, which takes a minute or two. A missed aim
is printed, and is no failure.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.case_page.measuring import ROUNDS, measure


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.case_page", description="Measure the page of a case."
    )
    parser.add_argument("--parties", type=int, default=150)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true", help="print one JSON object, no table")
    asked = parser.parse_args(arguments)
    progress = Console(stderr=True)
    with progress.status("case_page") as status:
        report = measure(
            status.update, parties=asked.parties, messages=asked.messages, rounds=asked.rounds
        )
    if asked.json:
        told = {
            "title": report.title,
            "columns": report.columns,
            "rows": report.rows,
            "figures": report.data,
            "notes": report.notes,
        }
        sys.stdout.write(json.dumps(told) + "\n")
        return 0
    out = Console(width=None if sys.stdout.isatty() else 150, highlight=False)
    table = Table(title=report.title, title_justify="left", pad_edge=False)
    for number, column in enumerate(report.columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=not number)
    for row in report.rows:
        table.add_row(*row)
    out.print(table, *report.notes, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
