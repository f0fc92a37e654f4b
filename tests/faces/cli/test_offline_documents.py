"""Whoever signs offline is not deceived by what came in the same folder as the document."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.engines.updates.repositories import AT, House, holders, new_signer, signed
from tidegate.engines.updates.ceremony import next_root, next_targets
from tidegate.engines.updates.errors import CeremonyError
from tidegate.engines.updates.key_files import make_key_file, open_key_file
from tidegate.engines.updates.roles import Online
from tidegate.engines.updates.signing import read_root
from tidegate.faces.cli import ceremony
from tidegate.faces.cli.keys import app

WORDS = "five random words are enough"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """All keys; that of root-1 lies in a file, beside `draft` with root 1 and a draft of root 2."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(ceremony, "is_terminal", lambda: True)
    monkeypatch.chdir(tmp_path)
    found = House.build(tmp_path / "updates")
    made = make_key_file(tmp_path / "root-1.pem", WORDS, cost=16)
    keys = [open_key_file(tmp_path / "root-1.pem", WORDS), *found.root_keys[1:]]
    first = next_root(found.roots[0], at=AT, root=holders(keys, 2))
    first.signed.version = 1
    found.root_keys, found.roots = keys, [signed(first, None, *keys[:2])]
    assert made.keyid in found.roots[0].signed.keys
    (tmp_path / "words").write_text(f"{WORDS}\n")
    (tmp_path / "words").chmod(0o600)
    (tmp_path / "draft").mkdir()
    _puts("1.root.json", found.roots[0].to_bytes())
    _puts("2.root.json", next_root(found.roots[0], at=AT).to_bytes())
    return found


def _puts(name: str, raw: bytes) -> str:
    Path("draft", name).write_bytes(raw)
    return hashlib.sha256(raw).hexdigest()


def _run(*line: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["root", *line], input=stdin)


def _sign(file: str, stdin: str) -> Result:
    return _run("sign", file, "--key", "root-1.pem", "--passphrase-file", "words", stdin=stdin)


def _refused(result: Result, why: str) -> None:
    assert isinstance(result.exception, CeremonyError), result.output
    assert why in str(result.exception)


def test_a_root_that_nobody_has_signed_says_nothing_of_who_signs(house: House) -> None:
    """A root 1 with a thief's key and a threshold of one, beside the same as root 2."""
    keys = [*house.root_keys[:2], new_signer("root-3")]
    forged = next_root(house.roots[0], at=AT, root=holders(keys, 1))
    _puts("2.root.json", forged.to_bytes())
    forged.signed.version = 1
    _puts("1.root.json", forged.to_bytes())
    for result in (_run("show", "draft/2.root.json"), _sign("draft/2.root.json", "y\ny\n")):
        _refused(result, "1.root.json is not signed by enough keys")
    assert not json.loads(Path("draft/2.root.json").read_bytes())["signatures"]


def test_a_root_that_signed_itself_is_told_by_its_digest_which_is_asked_for(house: House) -> None:
    thief = new_signer("root-3")
    forged = next_root(house.roots[0], at=AT, root=holders([house.root_keys[0], thief], 1))
    draft = _puts("2.root.json", forged.to_bytes())
    forged.signed.version = 1
    forged.signatures.clear()
    forged.sign(thief)
    digest = _puts("1.root.json", forged.to_bytes())
    result = _sign("draft/2.root.json", "n\n")
    assert result.exit_code == 1
    assert digest in result.output
    assert "the one that you have?" in result.output
    assert "Sign root 2?" not in result.output
    assert hashlib.sha256(Path("draft/2.root.json").read_bytes()).hexdigest() == draft
    said = json.loads(_run("show", "draft/2.root.json", "--json").stdout)
    assert said["judges"] == [{"document": "root 1", "sha256": digest}]


def test_every_key_is_shown_in_full_and_what_comes_and_goes_is_marked(house: House) -> None:
    new = new_signer("root-4")
    keys = [*house.root_keys[:2], new]
    _puts("2.root.json", next_root(house.roots[0], at=AT, root=holders(keys, 3)).to_bytes())
    said = _run("show", "draft/2.root.json").stdout
    lines = [line.split() for line in said.splitlines()]
    for role in house.roots[0].signed.roles.values():
        for keyid in role.keyids:
            assert sum(keyid in line for line in lines) == 1
    assert ["new", new.public_key.keyid, "root-4"] in lines
    assert ["gone", house.root_keys[2].public_key.keyid, "root-3"] in lines
    assert [house.root_keys[0].public_key.keyid, "root-1"] in lines
    assert "root: 3 of 3 sign (before: 2)" in said
    assert "targets: 1 of 2 sign" in said
    assert hashlib.sha256(house.roots[0].to_bytes()).hexdigest() in said


def test_roots_that_lie_there_are_checked_one_after_the_other(house: House) -> None:
    first = house.roots[0]
    second = signed(next_root(first, at=AT), first, *house.root_keys[:2])
    digests = [_puts("1.root.json", first.to_bytes()), _puts("2.root.json", second.to_bytes())]
    _puts("3.root.json", next_root(second, at=AT).to_bytes())
    said = json.loads(_run("show", "draft/3.root.json", "--json").stdout)
    assert [one["sha256"] for one in said["judges"]] == digests
    mine = [new_signer("root-4"), new_signer("root-5")]
    strange = next_root(first, at=AT, root=holders(mine, 2))
    for signer in mine:
        strange.sign(signer, append=True)
    _puts("2.root.json", strange.to_bytes())
    _puts("3.root.json", next_root(strange, at=AT).to_bytes())
    _refused(_run("show", "draft/3.root.json"), "missing 2 of root 1")


def test_a_root_under_the_name_of_another_one_ends_the_matter(house: House) -> None:
    first = house.roots[0]
    second = signed(next_root(first, at=AT), first, *house.root_keys[:2])
    _puts("3.root.json", next_root(second, at=AT).to_bytes())
    _puts("2.root.json", second.to_bytes())
    _puts("1.root.json", second.to_bytes())
    _refused(_run("show", "draft/3.root.json"), "is judged by root 1")


def test_a_targets_document_is_compared_only_with_one_that_counted(house: House) -> None:
    targets = signed(house.targets, house.roots[0], house.targets_keys[0])
    draft = next_targets(targets, at=AT, changes=new_signer("changes").public_key)
    Path("draft/2.root.json").unlink()
    _puts("1.targets.json", targets.to_bytes())
    _puts("2.targets.json", draft.to_bytes())
    said = json.loads(_run("show", "draft/2.targets.json", "--json").stdout)
    (changes,) = [one for one in said["roles"] if one["role"] == "changes"]
    assert [one["mark"] for one in changes["keys"]] == ["new", "gone"]
    draft.signed.version = 1
    _puts("1.targets.json", draft.to_bytes())
    _refused(_run("show", "draft/2.targets.json"), "nothing is compared with it")
    _puts("1.targets.json", targets.to_bytes())
    _puts("2.root.json", next_root(house.roots[0], at=AT).to_bytes())
    _refused(_run("show", "draft/2.targets.json"), "2.root.json is not signed by enough keys")


def test_who_compared_and_looked_signs_and_is_told_what_to_keep(house: House) -> None:
    result = _sign("draft/2.root.json", "y\ny\n")
    assert result.exit_code == 0, result.output
    document = read_root(Path("draft/2.root.json").read_bytes(), "2.root.json")
    digest = _puts("2.root.json", signed(document, house.roots[0], house.root_keys[1]).to_bytes())
    result = _run("show", "draft/2.root.json")
    assert result.exit_code == 0, result.output
    assert digest in result.stdout


def test_an_online_key_under_the_id_of_another_one_comes_into_no_ceremony(house: House) -> None:
    said = {
        role.value: {"keyid": key.public_key.keyid, **key.public_key.to_dict()}
        for role, key in house.online.items()
    }
    said[Online.RECORDS.value]["keyid"] = house.online[Online.CHANGES].public_key.keyid
    Path("public.json").write_text(json.dumps(said))
    line = ["ceremony", "--to", "safe", "--online", "public.json", "--passphrase-file", "words"]
    result = CliRunner().invoke(app, line)
    _refused(result, "does not hold the public halves")
    assert not Path("safe").exists()
