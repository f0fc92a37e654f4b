"""Whoever steals the database has no proof, no patch, no message and no attachment of it."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SECRETS = tuple(
    f"MARK-OF-{what}".encode()
    for what in ("THE-PROOF", "THE-PATCH", "WHAT-IT-PRINTED", "THE-MESSAGE", "THE-ATTACHMENT")
)
TITLE = b"MARK-OF-THE-TITLE"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("secretive")


@pytest.fixture(scope="module")
def told(world: Path, make_home: Callable[[Path], Path]) -> Mapping[str, Any]:
    """What the program says that fills an installation and kills its rotations."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.desks.secretive", str(world / "dumps")],
        cwd=ROOT,
        env={
            **os.environ,
            "TIDEGATE_HOME": str(make_home(world / "home")),
            "TIDEGATE_KEYS": str(world / "keys"),
            "TIDEGATE_DATABASE": "",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def forms(secret: bytes) -> Iterator[bytes]:
    """The ways in which a text lies in bytes: plain, wide, as digits, and in base64."""
    yield from (secret, secret.decode().encode("utf-16-le"), secret.hex().encode())
    for shift in range(3):
        # Where it begins within three bytes decides; the signs at the edges depend on neighbours.
        yield base64.b64encode(bytes(shift) + secret)[4:-4]


@pytest.mark.parametrize("dump", ["1", "2"])
def test_a_stolen_database_shows_no_secret(told, world: Path, dump: str) -> None:
    files = {path.name: path.read_bytes() for path in (world / "dumps" / dump).iterdir()}
    assert files["tidegate.sqlite3-wal"]
    stolen = b"".join(files.values())
    assert any(form in stolen for form in forms(TITLE))
    for secret in SECRETS:
        for form in forms(secret):
            assert form not in stolen, (secret, form)


def test_no_other_file_of_the_installation_shows_one_either(told, world: Path) -> None:
    for folder in ("home", "keys"):
        for path in (world / folder).rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            assert not [secret for secret in SECRETS if secret in content], path


def test_the_keys_lie_where_they_were_told_to_and_not_beside_the_database(told, world) -> None:
    assert len(list((world / "keys").glob("wrapping-*.json"))) == 2
    assert not (world / "home" / "keys").exists()
    secrets = [
        base64.b64decode(json.loads(path.read_bytes())["key"])
        for path in (world / "keys").glob("wrapping-*.json")
    ]
    stolen = b"".join(path.read_bytes() for path in (world / "dumps" / "2").iterdir())
    assert not [secret for secret in secrets if secret in stolen]


def test_who_is_killed_while_keys_are_rotated_leaves_everything_readable(told) -> None:
    assert told["ends"] == [signal.SIGKILL, signal.SIGKILL]
    assert told["same"] == [True, True, True]


def test_a_rotation_that_was_killed_is_kept_as_far_as_it_came_and_gone_on_with(told) -> None:
    assert told["halfway"] == [[1, 4, 1], [2, 4, 0]]
    # The case's rotation gave its delivery's key a second number, and was done twice.
    assert told["after"][0] == [1, 0, 0]
    assert told["after"][1][0] == 2
    assert told["after"][1][1] > 8
