"""What CVE records assert, and who is believed for what."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.engines.feeds.samples import VECTOR, container, cve, jsonl, read, ssvc
from tidegate.engines.feeds import Assertion, Kind
from tidegate.engines.feeds.reading.cve import _POINTS
from tidegate.engines.feeds.reading.scores import score_of, version_of
from tidegate.engines.matching.advisories import Advisory
from tidegate.engines.rules import shipped_table

SCORE = {"cvssV3_1": {"vectorString": VECTOR, "baseScore": 9.8}}
LISTED = {
    "other": {"type": "kev", "content": {"dateAdded": "2026-11-20", "reference": "https://x"}}
}


def _said(tmp_path: Path, *documents: dict[str, Any]) -> list[Assertion]:
    path = tmp_path / "records.jsonl"
    path.write_bytes(jsonl(*documents))
    _, records = read("vulnrichment", path)
    return [record for record in records if isinstance(record, Assertion)]


def test_a_record_is_an_advisory_and_what_its_containers_assert(tmp_path: Path):
    path = tmp_path / "CVE-2026-1001.json"
    document = cve(cna=[SCORE], adp=[container(ssvc(), LISTED)])
    path.write_text(json.dumps(document, indent=2))
    reading, (advisory, score, decision, listed) = read("cve", path)
    assert isinstance(advisory, Advisory)
    assert advisory.identifier == "CVE-2026-1001"
    assert isinstance(score, Assertion)
    assert (score.kind, score.version, score.source) == (Kind.CVSS, "3.1", "cve:example:3.1")
    assert (score.value["container"], score.value["by"]) == ("cna", "example")
    assert isinstance(listed, Assertion)
    assert (listed.kind, listed.value["dateAdded"]) == (Kind.KEV, "2026-11-20")
    assert isinstance(decision, Assertion)
    assert decision.value == {
        "exploitation": "public_poc",
        "automatable": "yes",
        "technical_impact": "total",
        "role": "CISA Coordinator",
        "by": "CISA-ADP",
    }
    assert decision.said_at == datetime(2026, 11, 2, 0, 0, 0, 500_000, UTC)
    assert (decision.version, decision.source, decision.feed) == ("2.0.3", "cve:CISA-ADP", "cve")
    assert reading.edition.said_at == datetime(2026, 11, 3, 1, 2, 3, 456_000, UTC)


def test_every_word_of_a_decision_is_one_of_the_shipped_table():
    table = shipped_table("cisa-coordinator")
    points = {point.word: {value.word for value in point.values} for point in table.points}
    for point, words in _POINTS.items():
        assert set(words.values()) == points[point]


def test_a_decision_in_anybody_elses_container_is_not_cisas(tmp_path: Path):
    other = container(ssvc(), LISTED, org="99999999-2222-4333-8444-555555555555", name="CISA-ADP")
    kinds = {said.kind for said in _said(tmp_path, cve(cna=[ssvc(), LISTED], adp=[other]))}
    assert kinds == set()


def test_the_last_of_two_decisions_counts(tmp_path: Path):
    older, younger = ssvc("none", "2026-10-01T00:00:00Z"), ssvc("Active", "2026-11-01T00:00:00Z")
    (decision,) = _said(tmp_path, cve(adp=[container(younger, older)]))
    assert decision.value["exploitation"] == "active"


def test_a_source_says_one_thing_of_a_kind_and_of_several_scores_the_worst(tmp_path: Path):
    milder = {"cvssV3_1": {"vectorString": VECTOR.replace("C:H", "C:N"), "baseScore": 9.1}}
    four = {"cvssV4_0": {"vectorString": "CVSS:4.0/AV:N", "baseScore": 5.0}}
    adp = container(SCORE, name="other", org="22222222-2222-4333-8444-555555555555")
    said = _said(tmp_path, cve(cna=[milder, SCORE, milder, four], adp=[adp]))
    assert {one.source: one.value["published"] for one in said} == {
        "vulnrichment:example:3.1": 9.8,
        "vulnrichment:example:4.0": 5.0,
        "vulnrichment:other:3.1": 9.8,
    }


@pytest.mark.parametrize("name", ["CISA-ADP", "cisa-adp", "a:b", "\u202ex", "x" * 65, ""])
def test_nobody_speaks_by_cisas_name_or_by_one_that_is_none(tmp_path: Path, name: str):
    (said,) = _said(tmp_path, cve(adp=[container(SCORE, org="2222-3333", name=name)]))
    assert said.source == "vulnrichment:2222-3333:3.1"


def test_an_unknown_value_of_a_decision_is_refused_and_not_guessed(tmp_path: Path):
    path = tmp_path / "records.jsonl"
    path.write_bytes(jsonl(cve(adp=[container(ssvc("perhaps"))])))
    reading, records = read("vulnrichment", path)
    assert records == []
    assert "exploitation" in reading.refused[0].words


@pytest.mark.parametrize(
    ("published", "agrees"), [(9.8, True), (7.5, False), (None, None), (9, False)]
)
def test_a_score_is_recomputed_and_a_disagreement_is_said(
    tmp_path: Path, published: float | None, agrees: bool | None
):
    score = {"vectorString": VECTOR} | ({} if published is None else {"baseScore": published})
    (said,) = _said(tmp_path, cve(cna=[{"cvssV3_1": score}]))
    assert said.value["recomputed"] == 9.8
    assert said.value["published"] == published
    assert said.value["agrees"] is agrees


@pytest.mark.parametrize(
    "vector", ["", "CVSS:3.1/AV:N", "CVSS:4.0/" + "A" * 900, "CVSS:9/x", "((("]
)
def test_a_vector_that_is_none_has_no_score(vector: str):
    assert score_of(vector) is None
    assert version_of(vector) in ("2.0", "3.1", "4.0")


def test_scores_of_every_version_are_recomputed():
    assert score_of("AV:N/AC:L/Au:N/C:P/I:P/A:P") == 7.5
    assert version_of("AV:N/AC:L/Au:N/C:P/I:P/A:P") == "2.0"
    four = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
    assert (score_of(four), version_of(four)) == (9.3, "4.0")


@pytest.mark.parametrize(
    "wrong",
    [
        cve("CVE-2026-1002", updated="2026-12-24T00:00:00Z"),
        cve("CVE-1"),
        cve("CVE-2026-1002") | {"dataVersion": "4.0"},
        cve("CVE-2026-1002", cna=[{"cvssV3_1": {"vectorString": VECTOR, "baseScore": 11}}]),
        cve("CVE-2026-1002") | {"x_note": "a\0b"},
        {"id": "GHSA-aaaa-bbbb-cccc"},
        [1],
    ],
)
def test_a_broken_record_is_refused_and_the_next_one_counts(tmp_path: Path, wrong: Any):
    path = tmp_path / "records.jsonl"
    path.write_bytes(jsonl(wrong, cve()))
    reading, records = read("cve", path)
    assert [r.identifier for r in records if isinstance(r, Advisory)] == ["CVE-2026-1001"]
    assert [refused.place for refused in reading.refused] == ["line 1"]
    assert reading.edition.said_at == datetime(2026, 11, 3, 1, 2, 3, 456_000, UTC)
