"""`tidegate keys ...` for the updates: every command of docs/keys.md is run, in its order."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.engines.updates.repositories import Client
from tidegate.desks.access.actors import NOBODY
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.publications.services import keeping_keys
from tidegate.engines.updates import key_files
from tidegate.engines.updates.ceremony import epoch
from tidegate.engines.updates.errors import CeremonyError, KeyFileError, RepositoryError
from tidegate.engines.updates.gate import Addition
from tidegate.engines.updates.publisher import Publisher, create
from tidegate.faces.cli import ceremony, passphrases, update_keys
from tidegate.faces.cli.keys import app
from tidegate.instance.home import HomeError
from tidegate.instance.updates import online_signers, update_folder

pytestmark = pytest.mark.django_db

WORDS = "five random words are enough"
ONE = "advisories/TG-2026-k3m9q2x4.json"
DOCS = Path(__file__).parents[3] / "docs/keys.md"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance of its own, cheap guesses, nothing flushed, and few bins."""
    monkeypatch.setenv("TIDEGATE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TIDEGATE_KEYS", raising=False)
    monkeypatch.setattr(key_files, "COST", 16)
    monkeypatch.setattr(keeping_keys, "create", partial(create, bits=1))
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words").write_text(f"{WORDS}\n")
    (tmp_path / "words").chmod(0o600)
    return tmp_path


def run(line: str, stdin: str | None = None) -> Result:
    # Of `tidegate keys` alone: all of the command line is built anew for each command.
    return CliRunner().invoke(app, shlex.split(line)[2:], input=stdin)


def done(line: str, code: int = 0) -> str:
    """Run a command, with passphrases from a file where it asks for some."""
    if re.search(r"keys (ceremony|root make-key|root sign)", line):
        line += " --passphrase-file words"
    if "root sign" in line:
        line += " --yes"
    result = run(line)
    assert result.exit_code == code, f"{line}: {result.output} {result.exception!r}"
    return result.stdout


def told(line: str) -> list[dict[str, Any]]:
    return [json.loads(one) for one in done(f"{line} --json").splitlines()]


def steps() -> list[tuple[str, list[str]]]:
    """Return the sections of docs/keys.md, each with its commands."""
    sections = re.split(r"^## (.+)$", DOCS.read_text(), flags=re.MULTILINE)
    found = [
        (name, re.findall(r"^\s*(tidegate keys .+)$", text, flags=re.MULTILINE))
        for name, text in zip(sections[1::2], sections[2::2], strict=True)
    ]
    return [(name, commands) for name, commands in found if commands]


def publisher() -> Publisher:
    return Publisher.open(update_folder(), online_signers())


def test_every_step_of_the_documentation_does_what_it_says(place: Path) -> None:
    client: Client | None = None
    names = []
    for name, commands in steps():
        names.append(name)
        for line in commands:
            # A draft that is looked at lacks signatures, and the exit code says so.
            done(line, 1 if "show draft" in line else 0)
        if client is None:
            client = Client(place / "client", (place / "safe/1.root.json").read_bytes())
            client.home.mkdir()
            publisher().publish([Addition(ONE, b"one")], standing={ONE}, at=_now())
        if "More root keys" in name:
            client = Client(place / "anew", (place / "safe-anew/1.root.json").read_bytes())
            client.home.mkdir()
        assert client.fetch(update_folder(), _now(), ONE) == b"one", name
        done("tidegate keys updates")
    assert names == [
        "The ceremony",
        "Each year: signing anew",
        "A holder of a root key changes",
        "A targets key changes, or is lost",
        "A root key is lost",
        "The online keys change",
        "Somebody had the online keys",
        "More root keys are lost or stolen",
    ]
    (before,) = (place / "home").glob("updates-until-*")
    assert epoch(Publisher.open(before, online_signers()).state().targets) == 2


def _now() -> datetime:
    return datetime.now(UTC)


def test_a_ceremony_elsewhere_needs_no_instance(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done("tidegate keys online make public.json")
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TIDEGATE_HOME", str(place / "nowhere"))
        elsewhere.setattr(ceremony, "open_instance", lambda: pytest.fail("it opens an instance"))
        (said,) = told("tidegate keys ceremony --to safe --root-keys 2 --online public.json")
        assert not (place / "nowhere").exists()
    assert sorted(said["keys"]) == ["root-1", "root-2", "targets-1", "targets-2"]
    (adopted,) = told("tidegate keys root adopt safe/1.root.json safe/1.targets.json")
    assert (adopted["documents"], adopted["made"]) == (["root 1", "targets 1"], True)
    assert adopted["sha256"]["safe/1.root.json"] == said["root_sha256"]
    rows = {row["role"]: row for row in told("tidegate keys updates")}
    assert (rows["root"]["threshold"], len(rows["root"]["keys"])) == (2, 2)
    assert set(rows) == {"root", "targets", "snapshot", "timestamp", "changes", "records"}


def test_all_of_the_updates_are_copied_for_a_stick(place: Path) -> None:
    assert "no updates yet" in str(run("tidegate keys updates export stick").exception)
    begun()
    publisher().publish([Addition(ONE, b"one")], standing={ONE}, at=_now())
    assert "Clients take it until" in done("tidegate keys updates export stick")
    (said,) = told("tidegate keys updates export --tar stick.tar")
    assert (said["place"], said["is_over"]) == ("stick.tar", False)
    client = Client(place / "client", (place / "safe/1.root.json").read_bytes())
    client.home.mkdir()
    assert client.fetch(place / "stick", _now(), ONE) == b"one"
    assert isinstance(run("tidegate keys updates export stick").exception, RepositoryError)
    for line in ("export", "export other --tar other.tar"):
        assert run(f"tidegate keys updates {line}").exit_code == 2


@pytest.fixture
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits at the terminal."""
    for module in (ceremony, passphrases):
        monkeypatch.setattr(module, "is_terminal", lambda: True)


def test_passphrases_are_asked_for_twice_and_never_shown(place: Path, somebody: None) -> None:
    line = "tidegate keys ceremony --to safe --root-keys 1 --threshold 1 --targets-keys 1"
    said = ("short", "short", WORDS, f"{WORDS}x", WORDS, WORDS, WORDS, WORDS)
    result = run(line, "".join(f"{one}\n" for one in said))
    assert result.exit_code == 0, result.output
    assert result.output.index("12 characters or more") < result.output.index("Passphrase of")
    assert "It has under 12 characters" in result.output
    assert "Passphrase of root-1 (1 of 2)" in result.output
    assert WORDS not in result.output
    assert oct((place / "safe").stat().st_mode)[-3:] == "700"


def test_where_nobody_can_be_asked_the_options_are_named_and_nothing_is_made(place: Path) -> None:
    refused = run("tidegate keys ceremony --to safe").exception
    assert isinstance(refused, KeyFileError)
    assert "--passphrase-file" in str(refused)
    assert not (place / "safe").exists()
    assert not (place / "home/keys/updates").exists()
    begun()
    assert "sign draft/2.root.json --key" in done("tidegate keys root rotate --to draft")
    sign = "tidegate keys root sign draft/2.root.json --key safe/root-1.pem"
    for line, option in (
        (f"{sign} --yes", "--passphrase-file"),
        (f"{sign} --passphrase-file words", "--yes"),
        (sign.replace("root-1", "gone"), "safe/gone.pem cannot be read"),
    ):
        refused = run(line).exception
        assert isinstance(refused, (CeremonyError, KeyFileError))
        assert option in str(refused)


def test_who_signs_is_asked_whether_it_is_right(place: Path, somebody: None) -> None:
    begun()
    done("tidegate keys root rotate --to draft")
    before = (place / "draft/2.root.json").read_bytes()
    asked = (
        "tidegate keys root sign draft/2.root.json --key safe/root-1.pem --passphrase-file words"
    )
    result = run(asked, "n\n")
    assert result.exit_code == 1
    assert "root 2 counts until" in result.output
    assert (place / "draft/2.root.json").read_bytes() == before
    assert run(asked, "y\nn\n").exit_code == 1
    assert (place / "draft/2.root.json").read_bytes() == before
    assert run(asked, "y\ny\n").exit_code == 0
    said = json.loads(run("tidegate keys root show draft/2.root.json --json").stdout)
    assert [one["missing"] for one in said["quorums"]] == [1, 1]
    assert run("tidegate keys root show draft/2.root.json").exit_code == 1


def test_what_is_wrong_is_said_in_one_sentence_and_nothing_is_written(place: Path) -> None:
    begun()
    for line, why in (
        ("ceremony --to safe", "is not empty"),
        ("root rotate --to d --remove root-9", "is not the name or id of one key"),
        ("root rotate --to d --remove root-1 --remove root-2", "threshold is 1 to 1"),
        ("root rotate --to d --add words", "not a public key"),
        ("root adopt safe/2.root.json", "cannot be read"),
        ("root adopt words", "is no targets document"),
        ("root adopt --anew safe/1.root.json", "both at once"),
        ("root adopt safe/1.targets.json safe/1.targets.json.copy", "two targets documents"),
        ("root show words", "is no targets document"),
        ("root sign safe/1.root.json --key safe/targets-1.pem", "has not to sign root 1"),
        ("root make-key safe/root-1.pem", "never overwritten"),
    ):
        shutil.copy(place / "safe/1.targets.json", place / "safe/1.targets.json.copy")
        result = run(f"tidegate keys {line} {'--yes' * ('sign' in line)}" + _words(line))
        assert isinstance(result.exception, (CeremonyError, KeyFileError)), (line, result.output)
        assert why in str(result.exception), line
    assert not (place / "d").exists()


def _words(line: str) -> str:
    asks = re.search(r"ceremony|make-key|sign", line)
    return " --passphrase-file words" if asks else ""


def test_a_draft_that_may_be_signed_is_not_overwritten(place: Path) -> None:
    begun()
    done("tidegate keys root rotate --to draft")
    result = run("tidegate keys root rotate --to draft")
    assert "is there already, and may be signed" in str(result.exception)


def test_a_passphrase_file_that_others_can_read_or_that_fits_not_is_refused(place: Path) -> None:
    (place / "words").write_text("one line here\nanother line\n")
    result = run("tidegate keys ceremony --to safe --passphrase-file words")
    assert "has 2 lines" in str(result.exception)
    (place / "words").chmod(0o644)
    result = run("tidegate keys ceremony --to safe --passphrase-file words")
    assert isinstance(result.exception, HomeError)
    assert not (place / "safe").exists()


def test_a_key_that_is_gone_is_a_problem_with_its_mend(place: Path) -> None:
    begun()
    for path in (place / "home/keys/updates").glob("snapshot-*.pem"):
        path.unlink()
    result = run("tidegate keys updates")
    assert result.exit_code == 1
    assert "tidegate keys online rotate" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    "line",
    [
        "ceremony --to other --passphrase-file words",
        "online make public.json",
        "online rotate --to draft",
        "root adopt safe/1.root.json",
        "root adopt --anew safe/1.root.json safe/1.targets.json",
    ],
)
def test_who_does_not_run_the_instance_makes_and_adopts_nothing(
    place: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun()
    before = sorted((place / "home/keys/updates").iterdir())
    for module in (ceremony, update_keys):
        monkeypatch.setattr(module, "actor", lambda: NOBODY)
    assert isinstance(run(f"tidegate keys {line}").exception, NotFoundError)
    assert sorted((place / "home/keys/updates").iterdir()) == before
    assert not (place / "draft").exists()
    assert not (place / "other").exists()


def begun() -> None:
    done("tidegate keys ceremony --to safe")
    done("tidegate keys root adopt safe/1.root.json safe/1.targets.json")
