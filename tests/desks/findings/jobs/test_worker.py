"""The worker: what was promised is worked on, by one worker of a name, until it is told to stop."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest

from tests.desks.findings.jobs.conftest import ROOT, VERS, Machine, setter

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]


def test_two_finders_of_one_bug_meet_in_one_case_and_another_bug_stays_apart(machine: Machine):
    machine.hand_in(setter(1), finder="Lab A")
    other_words = (
        "const set = require('setter');\nset({}, `__proto__.${process.env.TIDEGATE_NONCE}`, 2);\n"
    )
    machine.hand_in(setter(2, other_words, title="written by somebody else"), finder="Lab B")
    # Stopped by no release: the mend looks for the key as it is written.
    other_way = "require('setter')({}, 'constructor.prototype.' + process.env.TIDEGATE_NONCE, 1);\n"
    machine.hand_in(setter(3, other_way), finder="Lab C")
    machine.run("tidegate", "work", "--until-idle")
    cases = {row["findings"]: row for row in machine.rows("cases") if row["state"] == "open"}
    assert sorted(cases) == [1, 2]
    assert (cases[2]["finders"], cases[2]["vers"]) == (2, VERS)
    detail = json.loads(machine.run("tidegate", "case", cases[2]["key"], "--json").stdout)
    assert [m["finding"]["finder"] for m in detail["members"]] == ["Lab A", "Lab B"]
    (link,) = detail["links"]
    assert (link["kind"], link["basis"]) == ("duplicate-of", "behaviour")
    assert link["reason"].startswith("our runs show the same behaviour, and 1.1.0 mends both")
    assert "rediscovered independently once" in detail["priority_reasons"]
    (nomination,) = detail["open_nominations"]
    assert nomination["suggestion"] == "incomplete-fix-of"


def test_what_cannot_be_believed_gets_no_case(machine: Machine):
    machine.hand_in(setter(1, "Object.prototype[process.env.TIDEGATE_NONCE] = 1;\n"))
    machine.hand_in(setter(2, "console.log('pwned');\n"))
    machine.run("tidegate", "work", "--until-idle")
    assert {row["verdict"] for row in machine.rows("findings")} == {
        "unattributed",
        "not-reproduced",
    }
    assert machine.rows("cases") == []


def test_one_worker_of_a_name_runs_at_a_time_and_ends_in_order(machine: Machine):
    command = [sys.executable, "-m", "tidegate", "work"]
    with subprocess.Popen(command, cwd=ROOT, env=machine.environment) as first:
        lock = machine.folder / "home" / "worker-local.lock"
        while not lock.exists():
            time.sleep(0.05)
        time.sleep(0.5)
        second = machine.run("tidegate", "work", "--until-idle", fails=True)
        assert second.returncode == 2
        assert "a worker named local is running already" in second.stderr
        first.send_signal(signal.SIGTERM)
        assert first.wait(60) == 0


def test_a_worker_that_is_stopped_in_the_middle_is_continued_by_the_next(machine: Machine):
    machine.hand_in(*(setter(n) for n in range(3)))
    command = [sys.executable, "-m", "tidegate", "work", "--quiet"]
    with subprocess.Popen(command, cwd=ROOT, env=machine.environment) as first:
        while not machine.ask("SELECT 1 FROM findings_finding WHERE stage = 'working'"):
            time.sleep(0.05)
        first.send_signal(signal.SIGTERM)
        try:
            assert first.wait(60) == 0
        finally:
            first.kill()
    machine.run("tidegate", "work", "--until-idle")
    assert {row["verdict"] for row in machine.rows("findings")} == {"reproduced"}


def test_a_step_that_begins_after_the_worker_was_stopped_ends_it_instead(machine: Machine):
    machine.hand_in(setter(1))
    command = [sys.executable, "-m", "tests.desks.findings.jobs.stopped"]
    ended = subprocess.run(
        command, cwd=ROOT, env=machine.environment, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr
