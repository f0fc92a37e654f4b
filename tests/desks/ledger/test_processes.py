"""Many processes, one log: without a gap, and sound also where they are killed in the middle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.desks.postgresql import postgresql

ROOT = Path(__file__).parents[3]
APPENDERS, EACH, KILLS = 2, 12, 10


def told(home: Path, database: str = "") -> dict[str, Any]:
    home.chmod(0o700)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.desks.ledger.alone",
        "TIDEGATE_HOME": str(home),
        "TIDEGATE_KEYS": "",
        "TIDEGATE_DATABASE": database,
    }
    done = subprocess.run(
        [
            sys.executable,
            *("-m", "tests.desks.ledger.processes"),
            *map(str, (APPENDERS, EACH, KILLS, home / "log")),
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def check(found: dict[str, Any]) -> None:
    assert found["codes"] == [0] * APPENDERS
    assert found["appended"] == 1 + APPENDERS * EACH
    assert found["looked"] > 1
    assert found["broken_meanwhile"] == 0
    assert found["grown"] >= KILLS, "some were killed while they appended"
    assert (found["broken_ledgers"], found["broken_folders"]) == (0, 0)
    assert found["changes"] == found["entries"]
    assert found["numbers"] == list(range(found["entries"]))
    assert found["faults"] == []


def test_two_processes_and_many_kills_leave_one_log_without_a_gap(tmp_path: Path):
    check(told(tmp_path))


@pytest.mark.slow
def test_on_postgresql_it_is_the_same(tmp_path: Path):
    with postgresql() as address:
        check(told(tmp_path, address))
