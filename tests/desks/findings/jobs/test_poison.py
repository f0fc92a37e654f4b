"""A finding that kills its worker again and again is set aside, and the queue goes on."""

from __future__ import annotations

import json

import pytest

from tests.desks.findings.jobs.conftest import Machine, setter

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]


@pytest.mark.parametrize("step", ["judge_named", "probe"])
def test_after_three_tries_it_is_set_aside_with_its_reason_and_nobody_else_is(
    machine: Machine, step: str
):
    machine.hand_in(*(setter(n) for n in (0, 1, 666, 2, 3)))
    told = json.loads(machine.run("tests.desks.findings.jobs.poisoned", "lab-666", step).stdout)
    assert (told["killed"], told["left"], told["last"]) == (3, 0, 0)
    found = {row["reference"]: row for row in machine.rows("findings")}
    poisoned = found.pop("lab-666")
    assert (poisoned["stage"], poisoned["verdict"]) == ("set-aside", "")
    assert "was tried 3 times and never came to its end" in poisoned["reason"]
    assert {row["verdict"] for row in found.values()} == {"reproduced"}
    history = json.loads(machine.run("tidegate", "finding", poisoned["key"], "--json").stdout)
    assert [e["verb"] for e in history["events"]][:1] == ["set-aside"]
