"""The same desk on PostgreSQL: its tests again, and a worker's way from document to case."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.desks.findings.jobs.conftest import Machine, machine, setter
from tests.desks.postgresql import postgresql

pytestmark = [pytest.mark.slow, pytest.mark.timeout(290)]

__all__ = ["machine"]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with postgresql() as found:
        yield found


def test_what_the_desk_promises_holds_there_too(address: str, tmp_path: Path):
    done = subprocess.run(
        [
            sys.executable,
            *("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"),
            *("tests/desks/findings/services", "tests/desks/findings/queries"),
        ],
        cwd=ROOT,
        env={**os.environ, "TIDEGATE_DATABASE": address, "TIDEGATE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]


def test_a_worker_brings_two_findings_of_one_bug_together_there_too(
    address: str,
    machine: Machine,
):
    unused = machine.folder / "home" / "tidegate.sqlite3"
    unused.unlink()
    there = replace(machine, environment={**machine.environment, "TIDEGATE_DATABASE": address})
    there.hand_in(setter(1), finder="Lab A")
    there.hand_in(setter(2), finder="Lab B")
    there.run("tidegate", "work", "--until-idle")
    (case,) = (row for row in there.rows("cases") if row["state"] == "open")
    assert (case["findings"], case["finders"], case["verdict"]) == (2, 2, "reproduced")
    assert not unused.exists()
