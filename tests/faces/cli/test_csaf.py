"""`tidegate csaf check`: what it prints of a provider, and what its exit codes say."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer

from tests.engines.provider.publishing import BASE, FIRST, PUBLISHER, documents
from tidegate.engines.provider import metadata
from tidegate.engines.provider.documents import Version
from tidegate.engines.provider.signing import OpenPgpSigner
from tidegate.engines.provider.site import Site
from tidegate.faces.cli.csaf import add_to

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    app = typer.Typer()
    app.callback()(lambda: None)
    add_to(app)

    def ran(*given: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tidegate", "csaf", "check", *given])
        with pytest.raises(SystemExit) as ended:
            app()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return ran


@pytest.fixture
def folder(tmp_path: Path, run: Run) -> Path:
    signer = OpenPgpSigner.make(tmp_path / "key", "x <x@example.org>")
    site = Site(tmp_path / "public", BASE, PUBLISHER, signer)
    site.put([documents(1)], FIRST)
    text = metadata.security_txt(
        contacts=["mailto:security@example.org"],
        expires=datetime.now(UTC) + timedelta(days=200),
        base_url=BASE,
        metadata=metadata.csaf_fields(BASE, list(Version)),
    )
    site.write_security_txt(text)
    return site.folder


@pytest.mark.parametrize("edition", ["2.0", "2.1"])
def test_a_good_folder_is_told_rule_by_rule(folder: Path, run: Run, edition: str):
    code, out, _ = run(str(folder), "--edition", edition)
    assert code == 0, out
    assert "is a csaf_trusted_provider, as it claims. 1 documents were looked at." in out
    assert "The deployment has to give 3, 4, 6, 9, 10, 14" in out
    assert "fails" not in out


def test_a_bad_folder_is_told_as_data(folder: Path, run: Run):
    (folder / "csaf/v2.0/white/2026/tg-2026-00000001.json.asc").write_text("\x1b[31mno")
    code, out, _ = run(str(folder), "--json")
    told = json.loads(out)
    assert (code, told["good"], told["role"]) == (1, False, "csaf_provider")
    failed = [one["number"] for one in told["results"] if one["verdict"] == "fails"]
    assert failed == [19]


def test_what_a_stranger_wrote_reaches_no_terminal_as_it_is(folder: Path, run: Run):
    path = folder / "csaf/v2.0/white/index.txt"
    path.write_text(path.read_text() + "2026/\x1b[31mevil.json\n")
    code, out, _ = run(str(folder))
    assert code == 1
    assert "evil.json" in out
    assert "\x1b" not in out


def test_a_folder_that_is_none_of_a_provider_is_said(tmp_path: Path, run: Run):
    code, out, err = run(str(tmp_path))
    assert (code, out) == (2, "")
    assert "name the folder that is served as the root" in err


def test_a_site_that_does_not_answer_is_said(run: Run):
    code, _, err = run("http://127.0.0.1:9/.well-known/csaf/provider-metadata.json")
    assert code == 2
    assert "cannot be had" in err
