"""How long the page of a case takes that many work on: 150 parties and 1,000 messages."""

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
    tell("case_page: letting 150 parties agree and say 1,000 things, and opening the pages")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.case_page", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    return Report(
        told["title"],
        tuple(told["columns"]),
        tuple(tuple(row) for row in told["rows"]),
        told["figures"],
        notes=tuple(told["notes"]),
    )
