"""Whatever bytes come, there is an edition or a refusal."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.feeds.samples import (
    NOW,
    container,
    cve,
    epss,
    jsonl,
    kev,
    osv,
    ssvc,
    tarred,
    zipped,
)
from tidegate.engines.feeds import (
    FEEDS,
    Edition,
    EditionError,
    UnfinishedError,
    judge,
    read_edition,
)

ONE_OF_EACH_KIND = ("kev", "epss", "cve", "osv-npm", "ghsa")
SEEDS = (
    kev(),
    epss("CVE-2026-1001,0.5,0.5"),
    jsonl(cve(adp=[container(ssvc())])),
    jsonl(osv()),
    zipped({"GHSA-aaaa-bbbb-cccc.json": jsonl(osv()), "CVE-2026-1001.json": jsonl(cve())}),
    tarred({"GHSA-aaaa-bbbb-cccc.json": jsonl(osv())}, "w"),
    gzip.compress(jsonl(osv()), mtime=0),
    zstandard.compress(jsonl(osv())),
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Real forms with bytes changed, left out, put in, or repeated."""
    raw = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(raw)))
        end = min(len(raw), at + draw(st.integers(0, 12)))
        raw[at:end] = draw(st.binary(max_size=8) | st.just(bytes(raw[at:end]) * 3))
    return bytes(raw)


@given(st.binary(max_size=300) | damaged(), st.sampled_from(ONE_OF_EACH_KIND))
@settings(max_examples=150, deadline=None)
def test_whatever_bytes_come_there_is_an_edition_or_a_refusal(content: bytes, feed: str):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "it"
        path.write_bytes(content)
        reading = read_edition(FEEDS[feed], path, now=NOW)
        try:
            count = sum(1 for _ in reading)
        except EditionError:
            with pytest.raises(UnfinishedError):
                _ = reading.edition
        else:
            assert isinstance(reading.edition, Edition)
            assert reading.edition.count <= count or reading.edition.count == 0
            assert judge(None, reading.edition).words


def test_an_edition_is_known_when_all_of_it_was_read_and_not_before(tmp_path: Path):
    path = tmp_path / "all.jsonl"
    path.write_bytes(jsonl(osv(), osv("GHSA-dddd-eeee-ffff")))
    reading = read_edition(FEEDS["osv-npm"], path, now=NOW)
    next(reading)
    with pytest.raises(UnfinishedError):
        _ = reading.edition
    assert len(list(reading)) == 1
    assert reading.edition.count == 2


def test_a_reading_that_is_given_up_closes_its_file(tmp_path: Path):
    path = tmp_path / "all.jsonl"
    path.write_bytes(jsonl(osv(), osv("GHSA-dddd-eeee-ffff")))
    reading = read_edition(FEEDS["osv-npm"], path, now=NOW)
    next(reading)
    reading.close()
    assert list(reading) == []
