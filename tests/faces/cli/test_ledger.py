"""`tidegate ledger`: what it prints, what it writes, and what its exit codes say."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.desks.ledger.ledgers import (
    CASE,
    SECRET,
    WITNESS,
    add,
    checkpoint,
    drop,
    later,
    published,
    set_back,
)
from tidegate.desks.ledger.models import Entry, Hash
from tidegate.engines.transparency import cosign, open_checkpoint, verify_ledger
from tidegate.engines.transparency.keys import VerifierKey
from tidegate.faces.cli import ledger as command
from tidegate.faces.cli.main import main

pytestmark = pytest.mark.django_db

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return the command; it gives its exit code and what it printed."""

    # The tests' own instance is open; opening it again would take their logging away.
    monkeypatch.setattr(command, "open_instance", lambda: None)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tidegate", "ledger", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return run


def documents(text: str) -> Any:
    (found,) = [json.loads(line) for line in text.splitlines()]
    return found


def test_a_sound_ledger_ends_with_0(ledger: Run, tmp_path: Path):
    add(3)
    code, out, _ = ledger("verify")
    assert (code, out[:16]) == (0, "sound: 3 entries")
    code, out, _ = ledger("verify", "--json")
    assert code == 0
    told = documents(out)
    assert (told["sound"], told["size"], told["faults"]) == (True, 3, [])
    assert ledger("publish", str(tmp_path))[0] == 0
    assert ledger("verify", "--folder", str(tmp_path))[0] == 0


def test_a_broken_one_ends_with_1_and_names_the_entry_and_the_mend(ledger: Run):
    add(5)
    drop(2)
    code, out, _ = ledger("verify")
    assert code == 1
    assert out.startswith("broken: entry 2 is the first wrong one in the table of entries")
    assert "restore it from the newest backup" in out
    code, out, _ = ledger("verify", "--json")
    (fault, *_) = documents(out)["faults"]
    assert (code, fault["first"], fault["last"]) == (1, 2, 2)


def test_what_was_kept_is_compared_with(ledger: Run, tmp_path: Path):
    add(4)
    published(tmp_path / "log")
    add(4)
    published(tmp_path / "log")
    kept = tmp_path / "kept"
    kept.write_bytes(checkpoint())
    assert ledger("verify", "--from", str(kept))[0] == 0
    set_back(4)
    assert ledger("verify")[0] == 0
    code, out, _ = ledger("verify", "--from", str(kept))
    assert code == 1
    assert "entry 4 is the first wrong one" in out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--from", "{}/nothing"], "cannot be read"),
        (["--from", "{}/no-checkpoint"], "not one of this ledger"),
        (["--folder", "{}/nowhere"], "is not a folder"),
        (["--key", "no key"], "not a verifier key"),
    ],
)
def test_what_cannot_be_verified_ends_with_2(
    ledger: Run, tmp_path: Path, options: list[str], told: str
):
    (tmp_path / "no-checkpoint").write_text("something else")
    code, _, err = ledger("verify", *(one.format(tmp_path) for one in options))
    assert code == 2
    assert told in " ".join(err.split())


def test_the_key_that_is_printed_verifies(ledger: Run):
    add(1)
    code, out, _ = ledger("key")
    assert code == 0
    assert open_checkpoint(checkpoint(), [VerifierKey.parse(out.strip())]).head.size == 1
    assert ledger("verify", "--key", out.strip())[0] == 0


def test_a_printed_proof_is_verified_by_the_one_file(ledger: Run, tmp_path: Path):
    add(3)
    key = ledger("key")[1].strip()
    printed = ledger("proof", "1")[1]
    assert ledger("proof", "1", "--out", str(tmp_path / "proof.json"))[0] == 0
    assert (tmp_path / "proof.json").read_text() == printed
    assert verify_ledger.main(["--key", key, "--entry", str(tmp_path / "proof.json")]) == 0
    code, _, err = ledger("proof", "7")
    assert (code, err[:9]) == (2, "tidegate:")


def test_entries_are_listed_by_case(ledger: Run):
    add(2)
    add(1, case="C-00000-00002")
    told = documents(ledger("entries", "--case", CASE, "--limit", "1", "--json")[1])
    assert ([row["index"] for row in told["rows"]], told["older"]) == ([1], 1)
    code, out, err = ledger("entries", "--limit", "2")
    assert code == 0
    assert SECRET in " ".join(out.split())
    assert "--before 1" in err
    assert "No entries" in ledger("entries", "--case", "C-00000-00009")[1]


def test_text_of_strangers_does_not_reach_the_terminal_as_it_is(ledger: Run):
    add(1, note="\x1b]0;owned\x07[bold]loud[/bold]")
    out = ledger("entries")[1]
    assert "\x1b" not in out
    assert "[bold]loud[/bold]" in out


def test_a_witness_is_added_signs_and_is_removed(ledger: Run, tmp_path: Path):
    assert ledger("witness", "add", str(WITNESS.key))[0] == 0
    assert ledger("witness", "list")[1].strip() == str(WITNESS.key)
    ledger("publish", str(tmp_path))
    key = VerifierKey.parse(ledger("key")[1].strip())
    signed = cosign(open_checkpoint(checkpoint(), [key]), WITNESS, later(1))
    (tmp_path / "cosigned").write_bytes(signed)
    code, out, _ = ledger("cosign", str(tmp_path / "cosigned"))
    assert (code, out.strip()) == (0, f"cosigned by {WITNESS.key.name}")
    (tmp_path / "cosigned").write_bytes(checkpoint())
    code, _, err = ledger("cosign", str(tmp_path / "cosigned"))
    assert code == 2
    assert "no witness that is known here has signed it" in " ".join(err.split())
    assert ledger("witness", "remove", WITNESS.key.name)[0] == 0
    assert ledger("witness", "list")[1] == ""
    assert [one.kind for one in Entry.objects.order_by("index")] == [
        "witness-added",
        "witness-removed",
    ]


def test_hashes_are_rebuilt(ledger: Run):
    add(5)
    Hash.objects.filter(level=1).delete()
    assert ledger("verify")[0] == 1
    assert ledger("rebuild")[0] == 0
    assert ledger("verify")[0] == 0
