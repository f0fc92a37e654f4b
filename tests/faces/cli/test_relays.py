"""`tidegate relay` writes a case for another coordinator, whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.desks.cases.rooms import NOW, make_organisation
from tests.desks.findings.makers import make_case, make_finding
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.cases.models import Coordination, Hop
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.engines.formats.intake import read_reports
from tidegate.engines.formats.reports import Report
from tidegate.faces.cli.main import app

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEGATE_KEYS", str(tmp_path / "keys"))
    make_organisation(OrganisationKind.COORDINATOR, "Gate")


@pytest.fixture
def case() -> str:
    finding = make_finding(finder="Lab A")
    return Coordination.objects.create(
        case=make_case(finding), opened_at=NOW, tlp="TLP:AMBER"
    ).case.key


def run(*arguments: str) -> bytes:
    done = CliRunner().invoke(app, ["relay", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout_bytes


def test_it_is_written_to_stdout_or_to_a_file_for_its_owner_alone(case: str, tmp_path: Path):
    out = tmp_path / "report.json"
    more = ("--to", "CERT/CC", "--namespace", "https://gate.example")
    printed = run(case, *more)
    assert run(case.lower(), *more, "--identifier", "VU#1", "--out", str(out)) == b""
    for document in (printed, out.read_bytes()):
        (report,) = read_reports(io.BytesIO(document), "report.json")
        assert isinstance(report, Report)
        assert report.id == case
    assert out.stat().st_mode & 0o077 == 0
    assert list(Hop.objects.values_list("party", "handling")) == [
        ("CERT/CC", ""),
        ("CERT/CC", "VU#1"),
    ]


def test_texts_are_for_a_person_to_paste(case: str):
    assert b"Lab A" in run(case, "--to", "VINCE-NT", "--texts")
    assert not Hop.objects.exists()


def test_what_cannot_be_handed_on_is_one_sentence_and_leaves_no_file(case: str, tmp_path: Path):
    out = tmp_path / "report.json"
    with pytest.raises(NotPossibleError, match="TIDEGATE_ADDRESS"):
        run(case, "--to", "CERT/CC", "--out", str(out))
    done = CliRunner().invoke(app, ["relay", case, "--to", "x", "--out", str(out / "no" / "where")])
    assert done.exit_code == 2
    assert "is no folder" in done.output
    assert list(tmp_path.iterdir()) == [tmp_path / "keys"] or not list(tmp_path.iterdir())
    assert not Hop.objects.exists()
