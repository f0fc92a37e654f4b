"""Whoever is killed while an edition comes in: taken again, it is as if nobody had been."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[4]
KILLED_AFTER = (3, 17, 38, 60, 90)
"""Questions to the database: each comes farther than the last one, over several batches."""


def started(home: Path, *kills: int) -> subprocess.Popen[str]:
    (home / "files").mkdir()
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.desks.exposure.jobs.killed", str(home / "files")),
            *map(str, kills),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "TIDEGATE_HOME": str(home),
            "TIDEGATE_KEYS": str(home / "keys"),
            "TIDEGATE_DATABASE": "",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> dict[str, Any]:
    said, errors = process.communicate(timeout=190)
    assert process.returncode == 0, errors
    found: dict[str, Any] = json.loads(said)
    return found


def check(undisturbed: dict[str, Any], killed: dict[str, Any]) -> None:
    for what, least in (("values", 4), ("npm again", 4), ("kev again", 3)):
        assert killed["ends"][what].count(-signal.SIGKILL) >= least, what
        assert killed["ends"][what][-1] == 0
    for what, rows in undisturbed["kept"].items():
        assert killed["kept"][what] == rows, what
    assert killed["faults"] == undisturbed["faults"] == []
    assert "taking" not in str(killed["kept"]["editions"])


@pytest.mark.slow
def test_killed_in_the_middle_and_taken_again_it_is_as_if_nobody_was(
    tmp_path: Path, make_home: Callable[[Path], Path]
):
    processes = [
        started(make_home(tmp_path / "undisturbed")),
        started(make_home(tmp_path / "killed"), *KILLED_AFTER),
    ]
    check(*map(told, processes))
