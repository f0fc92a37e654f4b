"""A worker is killed again and again: nothing is lost, nothing doubled, nothing left behind."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter

import pytest

from tests.desks.findings.jobs.conftest import VERS, Machine, setter

KILLS = 200
MOST_FINDINGS = 1000

pytestmark = [pytest.mark.slow, pytest.mark.timeout(580)]


def test_two_hundred_kills_lose_no_verdict_double_none_and_leave_no_sandbox(machine: Machine):
    log, more = machine.folder / "log", machine.folder / "more.jsonl"
    more.write_text("".join(json.dumps(setter(n)) + "\n" for n in range(MOST_FINDINGS)))
    done = machine.run(
        "tests.desks.findings.jobs.killing",
        str(KILLS),
        "20261126",
        str(log),
        str(more),
        seconds=570,
    )
    told = json.loads(done.stdout)
    assert told == {"killed": KILLS, "left": 0, "last": 0}
    assert list((machine.folder / "tmp").iterdir()) == []

    findings = machine.rows("findings")
    assert {(f["stage"], f["verdict"]) for f in findings} == {("judged", "reproduced")}
    check_database(machine, len(findings))
    check_log([json.loads(line) for line in log.read_text().splitlines()])


def check_database(machine: Machine, findings: int) -> None:
    database = sqlite3.connect(machine.folder / "home" / "tidegate.sqlite3")
    ask = database.execute
    assert ask("SELECT DISTINCT state FROM findings_outbox").fetchall() == [("done",)]
    verdicts = ask(
        "SELECT finding_id, count(*) FROM findings_event WHERE verb = 'judged' GROUP BY finding_id"
    ).fetchall()
    assert [count for _, count in verdicts] == [1] * findings
    ranges = machine.run("tests.desks.findings.jobs.ranges").stdout
    assert json.loads(ranges) == [VERS]
    assert ask("SELECT count(*) FROM findings_reproduction").fetchone() == (findings,)
    assert ask("SELECT count(*) FROM findings_attempt").fetchone() == (0,)
    # Every proof shows the same behaviour and is stopped by the same releases: it's one bug.
    standing = ask("SELECT key, findings_count FROM findings_case WHERE merged_into_id IS NULL")
    assert [count for _, count in standing] == [findings]
    assert ask("PRAGMA integrity_check").fetchone() == ("ok",)


def check_log(log: list[list[str]]) -> None:
    """No judgement is made again once it was kept: a step that is finished is not run again."""
    kept = Counter(tuple(of) for what, *of in log if what == "kept")
    began = sum(what == "begin" for what, *_ in log)
    assert began > len(kept), "no worker was killed while it was running something"
    assert {place: count for place, count in kept.items() if count > 1} == {}
