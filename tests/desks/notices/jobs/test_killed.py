"""A worker that is killed between sending and noting it loses nothing and renames nothing."""

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


@pytest.fixture(scope="module")
def told(
    tmp_path_factory: pytest.TempPathFactory, make_home: Callable[[Path], Path]
) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("killed")
    done = subprocess.run(
        [sys.executable, "-m", "tests.desks.notices.jobs.killing"],
        cwd=ROOT,
        env={
            **os.environ,
            "TIDEGATE_HOME": str(make_home(folder / "home")),
            "TIDEGATE_KEYS": str(folder / "keys"),
            "TIDEGATE_DATABASE": "",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_what_a_killed_worker_had_sent_is_sent_once_more_under_the_same_name(told: dict[str, Any]):
    killed = -signal.SIGKILL
    ended, first = told["first"]
    assert ended == killed
    assert (len(first["mails"]), len(first["messages"])) == (1, 0)
    # The second one leaves what the first has claimed, and sends the rest before it is killed.
    ended, second = told["second"]
    assert ended == killed
    assert (len(second["mails"]), len(second["messages"])) == (2, 2)
    # While the claims stand, nobody sends anything of it again.
    assert told["idle"] == [0, second]
    ended, third = told["third"]
    assert ended == 0
    assert sorted(third["mails"]) == sorted([*second["mails"], first["mails"][0]])
    assert sorted(third["messages"]) == sorted(2 * second["messages"])
    assert told["states"] == [["mail", "sent"]] * 2 + [["webhook", "sent"]] * 2


def test_two_workers_at_once_send_nothing_twice(told: dict[str, Any]):
    assert told["together"] == [0, 0]
    assert len(told["once"]) == len(set(told["once"])) == 20
