"""What goes wrong without any proof's fault strands nothing."""

from __future__ import annotations

import json

import pytest

from tests.desks.findings.jobs.conftest import Machine, setter

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]


def test_a_workflow_that_fails_again_and_again_is_given_up_and_the_queue_goes_on(machine: Machine):
    machine.hand_in(setter(1), setter(666), setter(2))
    told = machine.run("tests.desks.findings.jobs.erring", "raise", "lab-666")
    assert json.loads(told.stdout) == {"code": 0, "left": 0}
    found = {row["reference"]: row for row in machine.rows("findings")}
    failed = found.pop("lab-666")
    assert failed["stage"] == "set-aside"
    assert "its workflow ended with ERROR: " in failed["reason"]
    assert "the table is on fire" in failed["reason"]
    assert {row["verdict"] for row in found.values()} == {"reproduced"}


def test_what_another_version_had_begun_is_worked_on_by_this_one(machine: Machine):
    machine.hand_in(setter(1), setter(2))
    told = machine.run("tests.desks.findings.jobs.erring", "upgrade")
    assert json.loads(told.stdout) == {"code": 0, "left": 0}
    assert {row["verdict"] for row in machine.rows("findings")} == {"reproduced"}


def test_a_sandbox_that_dies_is_replaced_and_the_finding_gets_its_verdict(machine: Machine):
    machine.hand_in(setter(1))
    told = machine.run("tests.desks.findings.jobs.erring", "sandbox")
    assert json.loads(told.stdout) == {"code": 0, "left": 0}
    (row,) = machine.rows("findings")
    assert row["verdict"] == "reproduced"
    history = json.loads(machine.run("tidegate", "finding", row["key"], "--json").stdout)
    assert "retried" in {event["verb"] for event in history["events"]}
