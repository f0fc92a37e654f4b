"""A fix climbs the ladder on the worker: each rung is kept, and a killed worker goes on."""

from __future__ import annotations

import difflib
import json
import sqlite3
from collections import Counter

import pytest

from tests.desks.findings.jobs.conftest import BROKEN, MENDED, Machine, machine, setter

__all__ = ["machine"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]

TRIES = 2
KILLED_ONCE, KILLED_ALWAYS = "control-unchanged", "proofs-quiet"
"""As in `climbing`, which opens an instance of its own and so is imported by none."""
AT_ONCE = 2
"""Trials that a worker of this machine makes beside each other, at most."""


def diff(new: str = MENDED) -> str:
    """Return a patch of the package that its registry has."""
    old, mended = BROKEN.splitlines(keepends=True), new.splitlines(keepends=True)
    return "".join(difflib.unified_diff(old, mended, "a/index.js", "b/index.js"))


def test_fixes_are_tried_whatever_becomes_of_the_workers(
    machine: Machine,
):
    findings, fixes = machine.folder / "findings.jsonl", machine.folder / "fixes.json"
    findings.write_text(json.dumps(setter(1)) + "\n")
    offered = (
        {"patch": diff()},
        {"release": "1.1.0"},
        {"patch": diff(BROKEN + "//\n")},
        {"patch": diff(MENDED + "//\n")},
    )
    fixes.write_text(json.dumps(offered))
    done = machine.run("tests.desks.publications.jobs.climbing", str(findings), str(fixes))
    told = json.loads(done.stdout)
    assert told["killed"] == [0, 1, TRIES]
    patch, release, useless, withdrawn, poisoned = told["trials"]
    # The mend looks for the key as it is written, so another way to the prototype stays open.
    for trial in (patch, release):
        assert trial["state"] == "done"
        assert trial["words"]["proofs-quiet"] == "passed"
        assert trial["words"]["variants-quiet"] == "failed"
        assert trial["labels"] == ["proof-silenced"]
        assert "variants-quiet failed" in trial["why_not"]
    assert (useless["words"]["proofs-quiet"], useless["labels"]) == ("failed", [])
    assert all(trial["receipt"] for trial in (patch, release, useless))
    assert withdrawn["state"] == "failed"
    assert (poisoned["state"], set(poisoned["words"])) == ("failed", {"applies"})
    assert poisoned["reason"].startswith(f"its next step was begun {TRIES} times")
    check_begun(Counter(told["begun"]))
    check_at_rest(machine)


def check_begun(begun: Counter[str]) -> None:
    """A rung that was kept is not tried again: only those that a kill has cut off are."""
    again = {line: times - 1 for line, times in begun.items() if times > 1}
    assert sum(again.values()) <= AT_ONCE + TRIES - 1, again
    assert any(line.endswith(KILLED_ONCE) for line in again)
    assert any(line.endswith(KILLED_ALWAYS) for line in again)


def check_at_rest(machine: Machine) -> None:
    """Neither a diff nor what a rung saw is readable in the database."""
    path = machine.folder / "home" / "tidegate.sqlite3"
    with sqlite3.connect(path) as database:
        ask = database.execute
        assert ask("SELECT DISTINCT state FROM findings_outbox").fetchall() == [("done",)]
        whole = "\n".join(database.iterdump())
    for secret in ("k.includes(", "constructor.prototype"):
        assert secret not in whole
        assert secret.encode().hex().upper() not in whole
