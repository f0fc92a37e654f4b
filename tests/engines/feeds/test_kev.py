"""What CISA's catalogue says, and when it is not taken for one."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from tests.engines.feeds.samples import kev, kev_entry, read
from tidegate.engines.feeds import Assertion, EditionError, Kind, judge


def test_a_backslash_before_a_nul_that_is_none_is_let_pass(tmp_path: Path):
    path = tmp_path / "kev.json"
    path.write_bytes(kev(kev_entry(notes=r"send \u0000")))
    assert len(read("kev", path)[1]) == 1


def test_each_entry_is_one_assertion_with_the_catalogues_date_and_version(tmp_path: Path):
    path = tmp_path / "kev.json"
    path.write_bytes(
        gzip.compress(kev(kev_entry(forensicTriage="Yes"), kev_entry("CVE-2026-1002")))
    )
    reading, (first, second) = read("kev", path)
    assert isinstance(first, Assertion)
    assert isinstance(second, Assertion)
    assert (first.source, first.vulnerability, first.kind) == ("kev", "CVE-2026-1001", Kind.KEV)
    assert first.value["dueDate"] == "2026-11-23"
    assert first.value["forensicTriage"] == "yes"
    assert "forensicTriage" not in second.value
    assert first.version == reading.edition.version == "2026.11.20"
    assert first.said_at == reading.edition.said_at
    assert reading.identifiers == {"CVE-2026-1001", "CVE-2026-1002"}
    assert judge(None, reading.edition)


@pytest.mark.parametrize(
    "wrong",
    [
        {"dateAdded": "2026-13-40"},
        {"dateAdded": "2026-11-29"},
        {"cveID": "CVE-26-1"},
        {"product": 7},
    ],
)
def test_an_entry_against_the_schema_is_refused_and_the_others_count(
    tmp_path: Path, wrong: dict[str, Any]
):
    path = tmp_path / "kev.json"
    path.write_bytes(kev(kev_entry(), kev_entry(**{"cveID": "CVE-2026-1002"} | wrong)))
    reading, records = read("kev", path)
    assert len(records) == 1
    assert [refused.place for refused in reading.refused] == ["vulnerabilities[1]"]
    assert not judge(None, reading.edition)


def test_an_entry_that_comes_twice_counts_once(tmp_path: Path):
    path = tmp_path / "kev.json"
    path.write_bytes(kev(kev_entry(), kev_entry(product="another")))
    reading, records = read("kev", path)
    assert [record.value["product"] for record in records if isinstance(record, Assertion)] == [
        "Widget"
    ]
    assert "twice" in reading.refused[0].words


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (kev(count=7), "counts 7"),
        (kev(dateReleased="2026-12-24T00:00:00Z"), "has been"),
        (kev(catalogVersion=None), "catalogVersion"),
        (kev(catalogVersion="2026" * 20), "longer"),
        (kev(kev_entry(notes="a\0b")), "NUL"),
        (kev()[:-9], "not JSON"),
        (b"[]", "schema"),
        (b"<html>Access denied</html>", "not JSON"),
        (kev(kev_entry() | {"notes": "x"}).replace(b'"notes"', b'"product"'), "twice"),
    ],
)
def test_what_is_not_the_whole_catalogue_is_refused_as_a_whole(
    tmp_path: Path, content: bytes, words: str
):
    path = tmp_path / "kev.json"
    path.write_bytes(content)
    with pytest.raises(EditionError, match=words):
        read("kev", path)
