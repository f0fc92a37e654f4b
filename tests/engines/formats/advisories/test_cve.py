"""What a CVE record holds that is made of a record of ours."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from tests.engines.formats.advisories.records import example_record, records

from tidegate.engines.formats.advisories.cve import Cna, cve_record
from tidegate.engines.formats.advisories.record import Decision, Record, Severity
from tidegate.engines.formats.advisories.schema_checks import cve_schema_faults
from tidegate.engines.formats.advisories.wording import DocumentError

CNA = Cna("5a7c2e4f-0f5c-4b1e-9a53-6a1d2c3b4e5f", "tidegate")


def _container(**changes: Any) -> dict[str, Any]:
    container: dict[str, Any] = cve_record(example_record(**changes), CNA)["containers"]["cna"]
    return container


@settings(max_examples=15, deadline=None)
@given(records())
def test_every_record_follows_the_published_schema_of_5_1_1_and_the_rules_of_5_2_0(
    record: Record,
) -> None:
    if not record.cve:
        with pytest.raises(DocumentError, match="reserve one"):
            cve_record(record, CNA)
        return
    document = cve_record(record, CNA)

    assert cve_schema_faults(document) == []
    folder = resources.files("tidegate.engines.formats.advisories") / "schemas"
    schema = json.loads((folder / "cve-5.1.1.schema.json").read_bytes())
    assert jsonschema_rs.validator_for(schema, offline=True).is_valid(document)


def test_what_nobody_ran_is_unknown_and_single_versions_come_before_spans() -> None:
    (entry,) = _container()["affected"]

    assert entry["defaultStatus"] == "unknown"
    assert entry["packageURL"] == "pkg:npm/minimist"
    assert not {"collectionURL", "packageName"} & set(entry)
    assert [(each["version"], each["status"]) for each in entry["versions"]] == [
        ("0.2.5-rc.1", "unknown"),
        ("0", "affected"),
        ("1.0.0", "affected"),
        ("0.2.4", "unaffected"),
        ("1.2.6", "unaffected"),
        ("1.2.7", "unaffected"),
        ("1.2.8", "unaffected"),
        ("2.0.0-alpha.1", "unknown"),
    ]


def test_scores_are_computed_from_the_vectors() -> None:
    vectors = (
        "CVSS:2.0/AV:N/AC:L/Au:N/C:P/I:P/A:P",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    )
    severities = tuple(Severity(vector, "us") for vector in vectors)

    metrics = _container(severities=severities, decisions=())["metrics"]

    assert metrics[0]["cvssV2_0"] == {
        "version": "2.0",
        "vectorString": "AV:N/AC:L/Au:N/C:P/I:P/A:P",
        "baseScore": 7.5,
    }
    assert (metrics[1]["cvssV3_1"]["baseScore"], metrics[1]["cvssV3_1"]["baseSeverity"]) == (
        0.0,
        "NONE",
    )
    assert metrics[2]["cvssV4_0"]["baseSeverity"] == "CRITICAL"


def test_a_vector_without_a_score_is_refused_with_its_place() -> None:
    with pytest.raises(DocumentError, match=r"cve: severities\.0\.vector: 'CVSS:3.1/AV:N' has no"):
        _container(severities=(Severity("CVSS:3.1/AV:N", "us"),))


def test_a_decision_stands_in_the_form_that_cisa_gives_it() -> None:
    decision = Decision(
        "cisa:DT_CISA_COORDINATOR:2.0.3",
        (("Exploitation", "active"), ("Automatable", "no")),
        "act",
        example_record().published_at,
    )

    (metric,) = _container(severities=(), decisions=(decision,))["metrics"]

    assert metric["other"]["type"] == "ssvc"
    assert metric["other"]["content"]["options"] == [
        {"Exploitation": "active"},
        {"Automatable": "no"},
    ]
    assert metric["other"]["content"]["version"] == "2.0.3"
    assert metric["other"]["content"]["decision"] == "act"


def test_a_withdrawn_record_is_rejected_with_its_reasons() -> None:
    record = example_record(
        withdrawn_at=example_record().modified_at, withdrawn_because="It is a duplicate."
    )

    document = cve_record(record, CNA)

    assert cve_schema_faults(document) == []
    assert document["cveMetadata"]["state"] == "REJECTED"
    assert document["cveMetadata"]["dateRejected"] == "2026-03-05T09:30:00Z"
    assert document["containers"]["cna"]["rejectedReasons"] == [
        {"lang": "en", "value": "Withdrawn: It is a duplicate."}
    ]
    assert "affected" not in document["containers"]["cna"]


@pytest.mark.parametrize(
    "change",
    [
        {"packageURL": "pkg:npm/minimist@1.2.0"},
        {"packageURL": "minimist"},
        {"packageName": "minimist", "collectionURL": "https://registry.npmjs.org"},
    ],
)
def test_a_product_that_breaks_a_rule_of_5_2_0_is_refused(change: dict[str, str]) -> None:
    document = cve_record(example_record(), CNA)
    document["containers"]["cna"]["affected"][0] |= change

    faults = cve_schema_faults(document)
    assert faults
    assert all(fault.startswith("/containers/cna/affected/0") for fault in faults)


def test_a_scope_in_a_package_url_is_no_version() -> None:
    document = cve_record(example_record(), CNA)
    document["containers"]["cna"]["affected"][0]["packageURL"] = "pkg:npm/%40scope/name"

    assert cve_schema_faults(document) == []


def test_texts_that_are_too_long_are_cut_and_not_refused() -> None:
    document = cve_record(
        example_record(title="t" * 300, description="d" * 9000, exploited="e" * 5000), CNA
    )

    assert cve_schema_faults(document) == []
    assert document["containers"]["cna"]["title"].endswith("…")
