"""What OSV documents say, and when an edition of them was made."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.engines.feeds.samples import jsonl, osv, read
from tidegate.engines.matching.advisories import Advisory


def test_a_document_is_an_advisory_of_its_feed(tmp_path: Path):
    path = tmp_path / "all.jsonl"
    path.write_bytes(jsonl(osv(aliases=["CVE-2026-1001"]), osv("GHSA-dddd-eeee-ffff")))
    reading, records = read("osv-npm", path)
    first = records[0]
    assert isinstance(first, Advisory)
    assert (first.source, first.vulnerabilities) == ("osv-npm", ("CVE-2026-1001",))
    assert first.affected[0].fixed == ("1.2.3",)
    assert reading.edition.count == 2


def test_an_edition_is_as_old_as_its_youngest_record(tmp_path: Path):
    path = tmp_path / "all.jsonl"
    documents = [
        osv("GHSA-0000-0000-0001", modified="2026-11-20T00:00:00+02:00"),
        osv("GHSA-0000-0000-0002", modified="0001-01-01T00:00:00Z"),
    ]
    path.write_bytes(jsonl(*documents))
    reading, _ = read("osv-npm", path)
    assert reading.edition.said_at == datetime(2026, 11, 19, 22, tzinfo=UTC)
    assert reading.edition.count == 2


def test_a_clock_that_runs_ahead_does_not_date_the_edition(tmp_path: Path):
    path = tmp_path / "all.jsonl"
    path.write_bytes(jsonl(osv("GHSA-0000-0000-0001", modified="9999-01-01T00:00:00Z"), osv()))
    reading, _ = read("osv-npm", path)
    assert reading.edition.said_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert reading.edition.refused == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"modified": None},
        {"modified": "yesterday"},
        {"id": ""},
        {"schema_version": "2.0.0"},
        {"affected": [{"package": {"ecosystem": "npm"}}]},
        {"affected": [{"package": {"ecosystem": "npm", "name": "x"}, "versions": [1]}]},
        {"affected": {}},
        {"aliases": "CVE-2026-1001"},
    ],
)
def test_a_document_against_the_schema_is_refused(tmp_path: Path, wrong: dict[str, Any]):
    path = tmp_path / "all.jsonl"
    path.write_bytes(jsonl(osv("GHSA-aaaa-bbbb-0001") | wrong, osv()))
    reading, records = read("osv-npm", path)
    assert len(records) == 1
    assert [refused.place for refused in reading.refused] == ["line 1"]


def test_githubs_database_holds_its_own_identifiers_only(tmp_path: Path):
    path = tmp_path / "all.jsonl"
    path.write_bytes(jsonl(osv("PYSEC-2026-1"), osv()))
    reading, _ = read("ghsa", path)
    assert reading.identifiers == {"GHSA-aaaa-bbbb-cccc"}
