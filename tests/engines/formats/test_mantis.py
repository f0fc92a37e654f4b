"""The findings of mantis."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.engines.formats.intake_samples import (
    document,
    read,
    read_value,
    sample,
    the_refusal,
    the_report,
)

from tidegate.engines.formats.finding import Effect
from tidegate.engines.formats.reports import Format, Place


def changed(**members):
    return document(Format.MANTIS) | members


def test_a_finding_is_read_with_its_proof():
    report = the_report(read(sample(Format.MANTIS)))
    assert report.id == "6f1d6f0e-9a3e-4f52-9d0e-0c3a6a1c7e11"
    assert report.title == "Path traversal in the archive reader"
    assert "**Impact.** An attacker writes outside of the folder." in report.description
    assert report.target.purl == "pkg:pypi/example-archive@0.3.1"
    assert report.effect is Effect.FILE_WRITE
    assert report.weaknesses == ("CWE-22",)
    assert report.severity_word == "high"
    assert report.places == (
        Place("src/archive.py", 145, None),
        Place("src/archive.py", None, "extract"),
    )
    assert report.tlp == "TLP:RED"
    assert report.embargo_until == datetime(2027, 1, 31, 12, tzinfo=UTC)
    assert report.finding is not None
    assert report.finding.document["tlp"] == "TLP:RED"


@pytest.mark.parametrize("status", ["FALSE POSITIVE", "FALSE_POSITIVE", "false positive"])
def test_a_false_positive_is_refused_with_its_own_reason(status):
    refusal = the_refusal(read_value(changed(status=status, reasoning="not\nreachable")))
    assert refusal.field == "status"
    assert refusal.reason == "says it is a false positive: 'not reachable'"


def test_a_duplicate_is_refused_and_names_the_other():
    refusal = the_refusal(read_value(changed(status="DUPLICATE", duplicate_of="f-2")))
    assert refusal.reason == "says it is a duplicate of 'f-2'"


def test_members_that_are_not_known_are_passed_over():
    assert the_report(read_value(changed(something_new={"a": [1]})))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("src/a.c:145", Place("src/a.c", 145, None)),
        ("src/a.c:145-160", Place("src/a.c", 145, None)),
        ("src/a.c:145:12", Place("src/a.c", 145, None)),
        ("src/a.c", Place("src/a.c", None, None)),
        ("C:\\a.c:7", Place("C:\\a.c", 7, None)),
        ("src/a.cc:ns::f", Place("src/a.cc", None, "ns::f")),
    ],
)
def test_a_code_path_is_a_file_with_its_line(text, place):
    assert the_report(read_value(changed(code_paths=[text]))).places == (place,)


@pytest.mark.parametrize(
    ("members", "word"),
    [({"severity": "INFO"}, None), ({"severity": None, "priority": "LOW"}, "low"), ({}, "high")],
)
def test_how_bad_it_is_is_what_it_says(members, word):
    assert the_report(read_value(changed(**members))).severity_word == word


def test_no_path_of_a_record_is_looked_for_on_this_machine(tmp_path, monkeypatch):
    def never(*_: object, **__: object) -> None:
        raise AssertionError

    raw = sample(Format.MANTIS)
    monkeypatch.setattr(Path, "open", never)
    monkeypatch.setattr("builtins.open", never)
    assert the_report(read(raw))
