"""A year of clocks: each rings once, never early, in order, and what was missed rings at once."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.desks.postgresql import postgresql
from tidegate.desks.cases.models import Clock

ROOT = Path(__file__).parents[4]
KILLS = 10

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


@dataclass(frozen=True)
class Rang:
    """A clock, and what the tables say of it."""

    number: int
    kind: str
    state: str
    due_at: datetime
    fired_at: datetime | None


@dataclass(frozen=True)
class Kept:
    """What is in the database after a year."""

    clocks: dict[tuple[str, str, str, str], Rang]
    """By case, kind, name and subject."""
    entries: list[tuple[str, dict[str, Any]]]
    """Of the ledger, in order: kind and text."""
    embargoes: set[str]
    open_grants: int
    consents: dict[str, int]

    @classmethod
    def read(cls, ask: Any) -> Kept:
        """Read it with a function that answers a query with rows."""
        clocks = {
            tuple(of): Rang(number, of[1], state, _instant(due), fired and _instant(fired))
            for number, *of, state, due, fired in ask(
                "SELECT k.id, c.key, k.kind, k.name, k.subject, k.state, k.due_at, k.fired_at"
                " FROM cases_clock k JOIN cases_coordination o ON o.id = k.coordination_id"
                " JOIN findings_case c ON c.id = o.case_id"
            )
        }
        texts = ask('SELECT kind, text FROM ledger_entry ORDER BY "index"')
        return cls(
            clocks,
            [(kind, json.loads(text)) for kind, text in texts],
            {state for (state,) in ask("SELECT DISTINCT embargo FROM cases_coordination")},
            ask("SELECT count(*) FROM cases_teammember WHERE left_at IS NULL")[0][0],
            dict(ask("SELECT consent, count(*) FROM cases_participant GROUP BY consent")),
        )

    @property
    def rung(self) -> list[Rang]:
        """The clocks in the order in which they rang, by the ledger."""
        return [
            self.clocks[said["case"], said["kind_of_clock"], said["name"], said["subject"]]
            for kind, said in self.entries
            if kind == "clock-fired"
        ]

    def count(self, kind: str) -> int:
        """Return how many entries of a kind there are."""
        return sum(kind == one for one, _ in self.entries)


def _instant(written: str | datetime) -> datetime:
    found = datetime.fromisoformat(written) if isinstance(written, str) else written
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def run(folder: Path, *arguments: str, database: str = "") -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.desks.cases.jobs.year", *arguments],
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
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def sqlite(folder: Path) -> Kept:
    database = sqlite3.connect(folder / "home" / "tidegate.sqlite3")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return Kept.read(lambda query: database.execute(query).fetchall())


def check_once_and_in_order(kept: Kept) -> None:
    rung = kept.rung
    fired = [one for one in kept.clocks.values() if one.state == Clock.State.FIRED]
    assert len(rung) == len(set(rung)) == len(fired)
    assert rung == sorted(fired, key=lambda one: (one.due_at, one.number))
    assert {one.kind for one in fired} == set(Clock.Kind.values)
    # A consent lapses only while there is an embargo that it was given to; its clock goes with it.
    others = {(one.kind, one.state) for one in kept.clocks.values() if one not in fired}
    assert others <= {(Clock.Kind.CONSENT_LAPSE, Clock.State.CANCELLED)}
    assert all(one.fired_at is not None and one.due_at <= one.fired_at for one in fired)


def check_effects(kept: Kept) -> None:
    """What follows was done, and once, for each that rang."""
    of_kind = {kind: sum(one.kind == kind for one in kept.rung) for kind in Clock.Kind.values}
    assert kept.embargoes == {"exited"}
    assert kept.count("embargo-ended") == of_kind[Clock.Kind.EMBARGO_END]
    assert kept.count("consent-lapsed") == of_kind[Clock.Kind.CONSENT_LAPSE] > 0
    assert kept.count("team-member-ended") == of_kind[Clock.Kind.GRANT_END] > 0
    assert kept.open_grants == 0
    assert set(kept.consents) == {"no-embargo"}


def test_a_year_of_clocks_with_kills_in_it(tmp_path: Path, make_home: Callable[[Path], Path]):
    make_home(tmp_path / "home")
    log = tmp_path / "log"
    told = run(tmp_path, str(KILLS), "20261126", str(log))
    assert told["last"] == 0
    assert told["killed"]["ringing"] >= 3
    assert told["killed"]["between"] >= 3
    kept = sqlite(tmp_path)
    assert len(kept.rung) > 200
    check_once_and_in_order(kept)
    check_effects(kept)

    looks = [line.split() for line in log.read_text().splitlines()]
    begun = [_instant(at) for what, at in looks if what == "begun"]
    ended = [_instant(at) for what, at in looks if what == "ended"]
    assert len(begun) - len(ended) >= 3, "no process was killed in the middle of a look"
    for one in kept.rung:
        # At a look at the clock, and no look that came to its end before left it out.
        assert one.fired_at in begun
        assert not [at for at in ended if one.due_at <= at < one.fired_at], one


@pytest.mark.parametrize("system", ["sqlite", "postgresql"])
def test_several_processes_ring_each_clock_once_and_in_order(
    tmp_path: Path, make_home: Callable[[Path], Path], system: str
):
    if system == "sqlite":
        make_home(tmp_path / "home")
        assert run(tmp_path, "together", "3", "7") == {"ended": [0, 0, 0]}
        kept = sqlite(tmp_path)
    else:
        import psycopg

        with postgresql() as address:
            assert run(tmp_path, "together", "3", "7", database=address) == {"ended": [0, 0, 0]}
            with psycopg.connect(address) as database:
                kept = Kept.read(lambda query: database.execute(query).fetchall())
    assert len(kept.rung) > 40
    check_once_and_in_order(kept)
    check_effects(kept)
