"""How long lists take when a desk is full: a million findings, every sort, common filters."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.figures import Report

ROOT: Final = Path(__file__).parents[2]


def measure(tell: Callable[[str], None]) -> Report:
    """Measure in a process of its own: Django is set up on one database for good."""
    tell("lists: making up a million findings, if they are not there yet, and asking for them")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.lists", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    told = json.loads(done.stdout)
    return Report(
        told["title"],
        tuple(told["columns"]),
        tuple(tuple(row) for row in told["rows"]),
        told["figures"],
        notes=tuple(told["notes"]),
    )
