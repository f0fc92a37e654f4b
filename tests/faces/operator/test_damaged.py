"""What is damaged or far too large on an operator's machine is refused in words, with the mend."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

import pytest

from tests.faces.operator.conftest import Coordinator, Operator, record
from tidegate.faces.operator import installed
from tidegate.faces.operator.stages import Stage


@pytest.fixture
def knowing(operator: Operator, coordinator: Coordinator) -> Operator:
    coordinator.publish(record())
    assert operator.does("pull") == 0
    assert operator.does("plan") == 1
    return operator


def _says(operator: Operator, statement: str) -> None:
    with closing(sqlite3.connect(operator.home / "knowledge.db")) as connection:
        connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    "damage",
    [
        "update facts set value = 'zzz' where name = 'sequence'",
        "update facts set value = 'x' where name = 'pulled_at'",
        "update facts set value = x'ff' where name = 'expires_at'",
        "delete from facts where name = 'expires_at'",
        "drop table facts",
    ],
)
@pytest.mark.parametrize("command", ["status", "plan", "pull"])
def test_a_store_that_does_not_say_how_old_it_is_is_refused_with_the_mend(
    knowing: Operator, damage: str, command: str
) -> None:
    _says(knowing, damage)
    assert knowing.does(command) == 2
    assert "Move it away" in knowing.complained
    assert "knowledge.db-wal" in knowing.complained


@pytest.mark.parametrize(
    "damage",
    [
        "update advisories set record = x'7b'",
        "update advisories set record = x'7b7d'",
        "update advisories set record = null where 0; drop table ranges",
        "update advisories set came_at = 'long ago'",
        "update packages set unreadable = '['",
        "update found set at = 'once'",
        "update ranges set lower = 'text', upper = 'text'",
    ],
)
def test_a_store_whose_advisories_cannot_be_read_is_refused_with_the_mend(
    knowing: Operator, damage: str
) -> None:
    for one in damage.split("; "):
        _says(knowing, one)
    assert knowing.does("plan") == 2
    assert "Move it away" in knowing.complained


def test_a_stage_whose_time_cannot_be_read_is_refused_with_the_mend(knowing: Operator) -> None:
    knowing.configures('mode = "nothing"', 'mode = "full"')
    knowing.configures('instance = ""', 'instance = "https://a.example"')
    _says(knowing, f"update stages set at = 'soon' where stage = '{Stage.NOTIFIED}'")
    assert knowing.does("report", "--show") == 2
    assert "Move it away" in knowing.complained


def test_a_folder_in_the_place_of_the_store_is_refused(operator: Operator) -> None:
    (operator.home / "knowledge.db").unlink(missing_ok=True)
    (operator.home / "knowledge.db").mkdir()
    assert operator.does("status") == 2
    assert "Move it away" in operator.complained


def test_whatever_becomes_of_the_bytes_of_a_store_there_is_no_traceback(knowing: Operator) -> None:
    file = knowing.home / "knowledge.db"
    whole = file.read_bytes()
    chance = random.Random(7)
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 20, 400))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        for beside in ("knowledge.db-wal", "knowledge.db-shm"):
            (knowing.home / beside).unlink(missing_ok=True)
        file.write_bytes(damaged)
        assert knowing.does("plan") in (0, 1, 2)
        assert knowing.does("status") in (0, 1, 2)


def test_an_inventory_that_is_far_too_large_is_refused_before_it_is_read(
    knowing: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = knowing.folder / "large.json"
    with large.open("wb") as file:
        file.truncate(6 << 30)
    monkeypatch.setattr(
        installed, "read_inventory", lambda *_, **__: pytest.fail("all of it was read")
    )
    assert knowing.does("plan", "large.json") == 1
    assert "larger than 64 MiB" in knowing.said
    assert "Not looked at" in knowing.said


def test_what_a_file_without_a_size_holds_is_bounded_as_well(
    knowing: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "_MOST_BYTES", 1 << 20)
    assert knowing.does("plan", "/proc/kallsyms") == 1
    assert "larger than 1 MiB" in knowing.said
