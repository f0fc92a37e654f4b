from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyrage.x25519 import Identity

from tests.faces.operator.conftest import Coordinator, Operator
from tidegate.faces.operator.beginning import _toml
from tidegate.faces.operator.home import Home
from tidegate.faces.operator.refused import RefusedError


def test_the_fingerprint_and_the_key_to_hand_out_are_shown(
    newcomer: Operator, coordinator: Coordinator
) -> None:
    root = newcomer.folder / "root.json"
    root.write_bytes(coordinator.repository.first_root)
    said = newcomer.asks("init", "--root", root, "--from", coordinator.served)
    assert len(said["root"]["fingerprint"]) == 64
    kept = Home(newcomer.home).identities()
    assert said["recipient"] == str(Identity.from_str(kept[0]).to_public())


def test_only_this_user_can_read_the_key_and_the_configuration(operator: Operator) -> None:
    for name in ("identity.age", "operator.toml", "root.json", "knowledge.db"):
        file = operator.home / name
        operator.does("status")
        assert file.stat().st_mode & 0o077 == 0, name
    assert operator.home.stat().st_mode & 0o077 == 0


def test_a_root_with_another_fingerprint_is_refused(
    newcomer: Operator, coordinator: Coordinator
) -> None:
    root = newcomer.folder / "root.json"
    root.write_bytes(coordinator.repository.first_root)
    given = ("init", "--root", root, "--from", coordinator.served)
    assert newcomer.does(*given, "--fingerprint", "0" * 64) == 2
    assert not newcomer.home.exists()
    said = newcomer.asks(*given)["root"]["fingerprint"]
    spaced = f"{said[:8]} {said[8:]}".upper()
    assert newcomer.does(*given, "--again", "--fingerprint", spaced) == 0


def test_a_second_init_changes_nothing_and_again_keeps_key_and_knowledge(
    operator: Operator, coordinator: Coordinator
) -> None:
    operator.does("pull")
    key = (operator.home / "identity.age").read_bytes()
    given = ("init", "--root", "root.json", "--from", coordinator.served)
    assert operator.does(*given) == 2
    assert operator.does(*given, "--again") == 0
    assert (operator.home / "identity.age").read_bytes() == key
    assert operator.asks("status")["as_of"] is not None
    assert not (operator.home / "updates").exists()


def test_what_is_no_root_is_refused_and_nothing_is_left(newcomer: Operator) -> None:
    newcomer.has("root.json", "{}")
    assert newcomer.does("init", "--root", "root.json", "--from", "https://host/updates/") == 2
    assert "fingerprint by phone" in newcomer.complained.replace("\n", " ")
    assert not newcomer.home.exists()


def test_a_folder_that_is_not_there_is_no_place(
    newcomer: Operator, coordinator: Coordinator
) -> None:
    root = newcomer.folder / "root.json"
    root.write_bytes(coordinator.repository.first_root)
    assert newcomer.does("init", "--root", root, "--from", newcomer.folder / "stick") == 2
    assert "is no folder here" in newcomer.complained.replace("\n", " ")
    assert not newcomer.home.exists()


@pytest.mark.parametrize("command", ["pull", "plan", "report", "status"])
def test_without_init_every_command_says_so(newcomer: Operator, command: str) -> None:
    assert newcomer.does(command) == 2
    assert "tidegate-operator init" in newcomer.complained


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ("late_days = 0", "late_days = 400", "late_days"),
        ("late_days = 0", "late_days = true", "late_days"),
        ('mode = "nothing"', 'mode = "all"', "counts"),
        ('mode = "nothing"', 'mode = "full"', "report.instance"),
        ('exposed = "no"', 'exposed = "maybe"', "unknown"),
        ('zone = "UTC"', 'zone = "../../etc/passwd"', "zone"),
        ("[report]", "[raport]", "raport"),
        ("places = [", "places = [ 1, ", "places"),
        ("late_days = 0", "late_days =", "operator.toml"),
    ],
)
def test_a_fault_in_the_configuration_names_its_place(
    operator: Operator, before: str, after: str, word: str
) -> None:
    operator.configures(before, after)
    assert operator.does("status") == 2
    assert word in operator.complained


def test_data_that_is_late_is_for_folders_alone(operator: Operator) -> None:
    operator.configures("late_days = 0", "late_days = 3")
    operator.configures("places = [", 'places = ["https://host/updates/", ')
    assert operator.does("status") == 2
    assert "carried folders" in operator.complained


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_from_the_configuration(text: str) -> None:
    assert tomllib.loads(f"a = {_toml(text)}") == {"a": text}


def test_two_at_a_time_are_refused(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with home.alone(), pytest.raises(RefusedError, match="another"), Home(home.folder).alone():
        pass


def test_the_configuration_is_the_one_that_the_documentation_explains(operator: Operator) -> None:
    text = (operator.home / "operator.toml").read_text(encoding="utf-8")
    assert json.dumps(str(operator.folder / "package-lock.json")) in text
