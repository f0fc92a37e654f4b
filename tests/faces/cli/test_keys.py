"""`tidegate keys` lists the instance's keys and rotates them, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.desks.findings.makers import make_case, make_finding
from tidegate.desks.access.actors import NOBODY
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.queries.finding_detail import get_record
from tidegate.faces.cli import keys as commands
from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.main import app
from tidegate.instance.keyring import KeyringError, keyring

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "keys"
    monkeypatch.setenv("TIDEGATE_KEYS", str(found))
    return found


def tidegate(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["keys", *arguments])


def told(*arguments: str) -> list[dict[str, Any]]:
    done = tidegate(*arguments)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_list_says_what_each_generation_wraps_and_where_the_files_are(folder: Path) -> None:
    make_finding()
    assert told("rotate", "--json")[0]["wrapped"]["deliveries"] == 1
    old, new = told("--json")
    assert (old["number"], old["wraps"]["deliveries"], old["newest"]) == (1, 0, False)
    assert (new["number"], new["wraps"]["deliveries"], new["newest"]) == (2, 1, True)
    shown = tidegate()
    assert shown.exit_code == 0
    for word in (old["key_id"], new["key_id"], str(folder), "Back the folder up"):
        assert word in "".join(shown.stdout.split("\n"))


def test_a_cases_keys_are_rotated_alone_and_its_proofs_stay_readable() -> None:
    finding = make_finding(record=b"the record")
    case = make_case(finding)
    (done,) = told("rotate", "--case", case.key, "--json")
    assert done == {"case": case.key, "key": None, "sealed": 0, "deliveries": 1}
    assert [row["number"] for row in told("--json")] == [1]
    assert get_record(actor(), finding.key) == b"the record"
    assert case.key in tidegate("rotate", "--case", case.key).stdout


def test_a_missing_key_is_listed_and_is_a_problem(folder: Path) -> None:
    make_finding()
    lost = keyring().newest()
    keyring().rotate(lost.made_at)
    next(folder.glob("wrapping-1-*")).unlink()
    assert tidegate().exit_code == 1
    assert tidegate("--json").exit_code == 1
    assert [row["key_id"] for row in told("--json") if row["missing"]] == [lost.key_id]
    assert isinstance(tidegate("rewrap").exception, KeyringError)


def test_what_an_interrupted_rotation_left_is_wrapped_by_the_newest_key() -> None:
    make_finding()
    keyring().rotate(keyring().newest().made_at)
    (done,) = told("rewrap", "--json")
    assert (done["generation"]["number"], done["wrapped"]["deliveries"]) == (2, 1)
    assert told("rewrap", "--json")[0]["wrapped"]["deliveries"] == 0


@pytest.mark.parametrize("arguments", [(), ("rotate",), ("rotate", "--case", "C-1"), ("rewrap",)])
def test_who_does_not_run_the_instance_is_told_nothing(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring().newest()
    monkeypatch.setattr(commands, "actor", lambda: NOBODY)
    done = tidegate(*arguments)
    assert isinstance(done.exception, NotFoundError)
    assert done.stdout == ""
    assert len(keyring().generations()) == 1
