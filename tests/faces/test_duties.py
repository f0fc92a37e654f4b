"""What is done by itself is done while `tidegate serve` or `tidegate work` runs, sandbox or not."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tidegate.desks.publications.jobs import publishing
from tidegate.faces import duties

ROOT = Path(__file__).parents[2]

TWO_CLOCKS = """
from datetime import timedelta
from tidegate.instance.opening import open_instance
open_instance()
from tests.desks.cases.rooms import BEFORE, make_coordination
from tidegate.desks.cases.models import Clock
from tidegate.desks.cases.services import clocks
row = make_coordination()
for name, due in (("first", BEFORE), ("second", BEFORE + timedelta(days=10_000))):
    clocks.run(row, Clock.Kind.REMINDER, name, due, trigger="test", triggered_at=BEFORE)
"""


def until(found: Callable[[], object]) -> None:
    """Wait; the limit is for a promise that is broken, and is no part of one that holds."""
    end = time.monotonic() + 60
    while not found():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.02)


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "_PAUSE_SECONDS", 0.01)


def test_each_duty_is_done_at_least_once_however_short_the_block_is(
    monkeypatch: pytest.MonkeyPatch,
):
    done: list[datetime] = []

    def duty(at: datetime) -> None:
        time.sleep(0.01)
        done.append(at)

    monkeypatch.setattr(duties, "duties", lambda: [duty, duty, duty])
    before = set(threading.enumerate())
    with duties.being_done():
        pass
    assert len(done) == 3
    assert {at.utcoffset() for at in done} == {datetime.resolution * 0}
    # A thread of an earlier test may end meanwhile; none of ours may be left.
    assert set(threading.enumerate()) <= before


@pytest.mark.usefixtures("quickly")
def test_a_duty_that_fails_or_takes_long_holds_up_no_other_and_is_told_of_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    done: list[datetime] = []
    tried: list[datetime] = []
    free = threading.Event()

    def failing(at: datetime) -> None:
        tried.append(at)
        raise OSError("no database today")

    monkeypatch.setattr(duties, "duties", lambda: [failing, lambda _: free.wait(60), done.append])
    with caplog.at_level(logging.WARNING), duties.being_done():
        until(lambda: len(done) > 3 and len(tried) > 3)
        free.set()
    told = [one for one in caplog.records if one.name == duties.__name__]
    assert len(told) == 1
    assert told[0].exc_info is not None
    assert "no database today" in str(told[0].exc_info[1])


def test_clocks_notices_advisories_and_the_ledger_are_among_them():
    assert [duty.__module__ for duty in duties.duties()] == [
        "tidegate.desks.cases.jobs.clocks",
        "tidegate.desks.cases.services.capacity",
        "tidegate.desks.reviews.jobs.clocks",
        "tidegate.desks.exposure.jobs.feeds",
        *["tidegate.desks.publications.jobs.publishing"] * 3,
        "tidegate.desks.publications.services.adoption_following",
        "tidegate.desks.publications.services.adoption_showing",
        "tidegate.desks.notices.jobs.sending",
        "tidegate.desks.ledger.jobs.publishing",
    ]


@pytest.mark.django_db
def test_what_is_let_out_has_arrived_when_nothing_moves_any_more(monkeypatch: pytest.MonkeyPatch):
    moved = {"publish": iter((1, 0, 0)), "distribute": iter((0, 1, 0))}
    for name, numbers in moved.items():
        monkeypatch.setattr(publishing, name, lambda _, of=numbers: next(of))
    duties.let_out(threading.Event())
    assert [next(numbers, None) for numbers in moved.values()] == [None, None]
    stop = threading.Event()
    stop.set()
    moved["publish"] = iter(())
    duties.let_out(stop)


@pytest.mark.slow
def test_clocks_ring_though_nothing_can_be_run_here(
    tmp_path: Path, make_home: Callable[[Path], Path]
):
    environment = {
        **os.environ,
        "TIDEGATE_HOME": str(make_home(tmp_path / "home")),
        "TIDEGATE_KEYS": str(tmp_path / "keys"),
        "TIDEGATE_DATABASE": "",
        "TIDEGATE_SANDBOX": "nowhere",
    }
    subprocess.run([sys.executable, "-c", TWO_CLOCKS], cwd=ROOT, env=environment, check=True)
    database = sqlite3.connect(tmp_path / "home" / "tidegate.sqlite3", isolation_level=None)

    def states() -> list[str]:
        rows = database.execute("SELECT state FROM cases_clock ORDER BY name").fetchall()
        return [state for (state,) in rows]

    tidegate = [sys.executable, "-m", "tidegate"]
    done = subprocess.run(
        [*tidegate, "work"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (done.returncode, states()) == (2, ["fired", "running"])
    assert "no sandbox tier 'nowhere'" in done.stderr
    assert "Traceback" not in done.stderr

    errors = tmp_path / "errors"
    with errors.open("w") as told:
        process = subprocess.Popen(
            [*tidegate, "serve", "--port", "0", "--json"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=told,
        )
    try:
        until(lambda: "nothing is worked on" in errors.read_text())
        database.execute("UPDATE cases_clock SET due_at = '2026-01-01' WHERE name = 'second'")
        until(lambda: states() == ["fired", "fired"])
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(60)
    assert "Traceback" not in errors.read_text()
