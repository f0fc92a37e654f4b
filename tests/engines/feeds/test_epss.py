"""What EPSS says, always with the version of its model."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.engines.feeds.samples import epss, read
from tidegate.engines.feeds import Assertion, EditionError, Limits


def test_each_score_carries_its_model_and_its_day(tmp_path: Path):
    path = tmp_path / "epss_scores-current.csv.gz"
    path.write_bytes(gzip.compress(epss("CVE-2026-1001,7e-05,0.00428", "CVE-2026-1002,1.0,1")))
    reading, records = read("epss", path)
    first, second = (record for record in records if isinstance(record, Assertion))
    assert first.value == {"score": 7e-05, "percentile": 0.00428}
    assert second.value == {"score": 1.0, "percentile": 1.0}
    assert first.version == "v2026.06.15"
    assert first.said_at == datetime(2026, 11, 26, tzinfo=UTC)
    assert reading.edition.count == 2


@pytest.mark.parametrize(
    "row",
    [
        "CVE-2026-1001,1.5,0.5",
        "CVE-2026-1001,0.5",
        "CVE-2026-1001,nan,0.5",
        "CVE-2026-1001,-0.5,0.5",
        "GHSA-aaaa-bbbb-cccc,0.5,0.5",
        "x" * 10_000,
    ],
)
def test_a_row_that_is_no_score_is_refused_and_the_next_one_counts(tmp_path: Path, row: str):
    path = tmp_path / "epss.csv"
    path.write_bytes(epss(row, "CVE-2026-1002,0.5,0.5"))
    reading, records = read("epss", path)
    assert len(records) == 1
    assert [refused.place for refused in reading.refused] == ["line 3"]


@pytest.mark.parametrize(
    "content",
    [
        b"cve,epss,percentile\nCVE-2026-1001,0.5,0.5\n",
        epss(day="2026-12-24T00:00:00Z"),
        epss(version=""),
        epss().replace(b"percentile", b"rank"),
        b"",
    ],
)
def test_a_table_without_its_model_day_or_columns_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "epss.csv"
    path.write_bytes(content)
    with pytest.raises(EditionError):
        read("epss", path)


def test_a_table_that_is_cut_short_is_refused_as_a_whole(tmp_path: Path):
    path = tmp_path / "epss.csv.gz"
    path.write_bytes(
        gzip.compress(epss(*(f"CVE-2026-{n},0.5,0.5" for n in range(1000, 3000))))[:-20]
    )
    with pytest.raises(EditionError, match="cut short"):
        read("epss", path)


def test_more_rows_than_the_bound_are_refused(tmp_path: Path):
    path = tmp_path / "epss.csv"
    path.write_bytes(epss(*(f"CVE-2026-{n},0.5,0.5" for n in range(1000, 1009))))
    with pytest.raises(EditionError, match="more than 8 records"):
        read("epss", path, Limits(records=8))
