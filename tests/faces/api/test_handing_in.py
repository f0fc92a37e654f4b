"""A document is handed in as it is, and its finder is told what became of each record."""

from __future__ import annotations

import json

import pytest

from tests.desks.findings.makers import make_finding
from tests.faces.api.conftest import Api, problem
from tidegate.desks.findings.models import Delivery

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.faces.api.urls")]

FINDING = {
    "schema": "urn:tidegate:finding:1",
    "id": "mine-1",
    "title": "Prototype pollution in minimist",
    "target": {"purl": "pkg:npm/minimist@1.2.0"},
    "effect": "prototype-pollution",
}
ASKED = "/deliveries?finder=Lab%20A&name=run.jsonl"
OCTETS = "application/octet-stream"


def lines(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def test_every_record_is_accepted_or_refused_with_its_place(api: Api) -> None:
    raw = lines(FINDING, {**FINDING, "id": "mine-2", "target": {"purl": "minimist"}})
    answer = api.send(ASKED, raw, OCTETS)
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["accepted"], told["repeated"], told["refused"]) == (1, 0, 1)
    assert told["findings"]["rows"][0]["reference"] == "mine-1"
    refused = told["refusals"]["rows"][0]
    assert refused["line"] == 2
    assert refused["field"] == "target.purl"
    assert "pkg:npm/" in refused["reason"]
    assert api.client.get(answer.headers["Location"]).json()["sha256"] == told["sha256"]


def test_the_same_document_again_changes_nothing(api: Api) -> None:
    first = api.send(ASKED, lines(FINDING), OCTETS)
    again = api.send(ASKED, lines(FINDING), OCTETS)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Delivery.objects.count() == 1


def test_the_answer_is_the_same_whether_others_handed_it_in_or_not(api: Api) -> None:
    alone = api.send("/deliveries?finder=Lab%20A", lines(FINDING), OCTETS).json()
    make_finding("Lab C", reference="mine-1")
    shared = api.send("/deliveries?finder=Lab%20B", lines(FINDING), OCTETS).json()
    same = ("accepted", "repeated", "refused", "state", "size", "sha256")
    assert [alone[name] for name in same] == [shared[name] for name in same]
    row, other = alone["findings"]["rows"][0], shared["findings"]["rows"][0]
    assert set(row) == set(other) == {
        "key", "reference", "received_at", "stage", "verdict", "reason", "receipt",
    }  # fmt: skip
    assert (row["stage"], row["verdict"]) == (other["stage"], other["verdict"])


def test_what_the_finder_is_told_is_paged(api: Api) -> None:
    records = [{**FINDING, "id": f"mine-{number}"} for number in range(3)]
    key = api.send(ASKED, lines(*records), OCTETS).json()["key"]
    told = api.get(f"/deliveries/{key}/told?limit=2").json()
    rest = api.client.get(told["findings"]["next"]).json()
    assert [row["reference"] for row in rest["findings"]["rows"]] == ["mine-2"]


def test_a_document_larger_than_what_is_kept_in_memory_is_taken(api: Api, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    records = [{**FINDING, "id": f"mine-{number}"} for number in range(20)]
    answer = api.send(ASKED, lines(*records), OCTETS)
    assert answer.json()["accepted"] == 20
    assert answer.json()["size"] > 1000


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/deliveries?finder=a%0Ab", "finder"),
        ("/deliveries?finder=" + "x" * 201, "finder"),
        ("/deliveries?finder=Lab&format=csv", "format"),
        ("/deliveries?finder=Lab&target=minimist", "target"),
    ],
)
def test_a_parameter_that_cannot_be_meant_is_refused_and_nothing_is_kept(
    api: Api, path: str, parameter: str
) -> None:
    told = problem(api.send(path, lines(FINDING), OCTETS), 422, "not-valid")
    assert told["errors"][0]["parameter"] == parameter
    assert Delivery.objects.count() == 0
