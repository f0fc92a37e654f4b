"""Access ends on time, whoever is killed and wherever the clock is set; on record it is once."""

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

from tests.desks.postgresql import postgresql

ROOT = Path(__file__).parents[4]
ENGAGEMENTS, GRANTS = 4, 3


def told(folder: Path, database: str = "") -> dict[str, Any]:
    folder.chmod(0o700)
    done = subprocess.run(
        [sys.executable, "-m", "tests.desks.reviews.jobs.killed"],
        cwd=ROOT,
        env={
            **os.environ,
            "TIDEGATE_HOME": str(folder / "home"),
            "TIDEGATE_KEYS": str(folder / "keys"),
            "TIDEGATE_DATABASE": database,
        },
        capture_output=True,
        text=True,
        timeout=190,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def check(found: dict[str, Any]) -> None:
    assert found["whoever opened it"] == signal.SIGKILL
    assert found["before"] == ENGAGEMENTS * GRANTS
    assert found["a moment before the end"] == ENGAGEMENTS
    assert found["at the end, and nobody has ticked"] == 0
    assert found["later, and nobody has ticked"] == 0
    assert found["ticks before the end"] == 0
    assert set(found["killed ticks"]) == {signal.SIGKILL}
    # What was committed before a process was killed stays, and what it was at does not.
    assert found["on record meanwhile"] == {
        "grant-lapsed": [1] * 2 * GRANTS,
        "window-ended": [1] * 2,
    }
    assert found["ticks together"] == [0, 0]
    once = {"grant-lapsed": [1] * ENGAGEMENTS * GRANTS, "window-ended": [1] * ENGAGEMENTS}
    assert found["on record"] == once
    assert found["ticks again"] == 0
    assert found["clock set back by a day"] == 0
    assert found["clock set back to the beginning"] == 0
    assert found["ticks with a clock set back"] == 0
    assert found["on record at last"] == once
    assert found["faults of the ledger"] == []


def test_a_window_ends_with_kills_and_moved_clocks(
    tmp_path: Path, make_home: Callable[[Path], Path]
):
    make_home(tmp_path / "home")
    check(told(tmp_path))


@pytest.mark.slow
def test_on_postgresql_it_is_the_same(tmp_path: Path):
    with postgresql() as address:
        check(told(tmp_path, address))
