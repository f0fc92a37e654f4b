"""Whoever is killed while publications are distributed: done again, it is as if nobody had been."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
KILLED_AFTER = (5, 12, 25, 40, 60, 90, 130)
"""Files: in the repository's folder, in the site's, between the two, and before it is marked."""


@pytest.mark.slow
def test_killed_in_the_middle_and_done_again_each_is_there_once(
    tmp_path: Path, make_home: Callable[[Path], Path]
):
    home = make_home(tmp_path / "home")
    done = subprocess.run(
        [sys.executable, "-m", "tests.desks.publications.jobs.killed", *map(str, KILLED_AFTER)],
        cwd=ROOT,
        env={
            **os.environ,
            "TIDEGATE_HOME": str(home),
            "TIDEGATE_KEYS": str(home / "keys"),
            "TIDEGATE_DATABASE": "",
            "TIDEGATE_PUBLIC_URL": "https://gate.example.org",
        },
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["ended"].count(-signal.SIGKILL) >= 4, found["ended"]
    assert found["ended"][-1] == 0
    paths = [f"advisories/{name}.json" for name in found["names"]]
    assert found["held"] == dict(zip(paths, found["names"], strict=True))
    assert found["changes"] == paths
    assert found["promises"] == ["done", "done"]
    assert found["told"] == 2
    assert set(found["site"].values()) == {3}, "CSAF of both versions, and OSV"
    assert (found["left"], found["faults"]) == ([], [])
