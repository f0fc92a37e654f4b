"""How fast findings come in and meet, and how much memory a large document takes.

10,000 findings with proofs, about 500 packages, in one document: all new; then the same proofs from
a second finder in other words, so that each is a duplicate; then the second document once more.
Each time the clock runs from the first byte to the last duplicate found, with every byte kept and
every record searchable. The floor is SQLite alone: the same records parsed by the standard library
and inserted with their few columns, in batches of the same size. Proofs are not run: that is
measured by `throughput` and `job`.

The large document is written to disk first, one record a line, and taken in by a process of its
own, whose peak memory is its own report (ru_maxrss).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import Aim, Figure, Report, report_of
from benchmarks.intake import documents

FINDINGS: Final = 10_000
LARGE_BYTES: Final = 1 << 30
ROOT: Final = Path(__file__).parents[2]
_SECONDS: Final = Aim(20)
_MEMORY: Final = Aim(400)


def measure(tell: Callable[[str], None]) -> Report:
    """Take documents in, each in a process of its own on a database of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tell("intake: writing documents")
        new = documents.write(folder / "new.jsonl", FINDINGS, "Lab A")
        same = documents.write(folder / "same.jsonl", FINDINGS, "Lab B")
        tell("intake: the bare floor")
        floor = _run(folder / "floor", "floor", new)["seconds"]
        figures = []
        for title, path, finder in (
            ("all new", new, "Lab A"),
            ("all duplicates", same, "Lab B"),
            ("the same document again", same, "Lab B"),
        ):
            tell(f"intake: {title}")
            told = _run(folder / "home", "take", path, finder)
            figures.append(
                Figure(
                    f"{FINDINGS:,} findings, {title} ({told['accepted']:,} accepted,"
                    f" {told['links']:,} linked)",
                    told["seconds"],
                    "s",
                    floor=floor,
                    floor_name="SQLite alone",
                    aim=_SECONDS,
                )
            )
        tell("intake: writing 1 GiB")
        large = documents.write_large(folder / "large.jsonl", LARGE_BYTES)
        tell("intake: taking in 1 GiB")
        told = _run(folder / "large", "take", large, "Lab A")
        figures.append(
            Figure(
                f"peak memory, 1 GiB in {told['accepted']:,} records",
                told["peak_mebibytes"],
                "MiB",
                floor=_run(folder / "nothing", "nothing")["peak_mebibytes"],
                floor_name="the same process idle",
                aim=_MEMORY,
            )
        )
        figures.append(Figure("the same, time", told["seconds"], "s"))
    return report_of("Intake and duplicates", figures)


def _run(home: Path, *arguments: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.intake.taking", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "TIDEGATE_HOME": str(home), "TIDEGATE_DATABASE": ""},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told
