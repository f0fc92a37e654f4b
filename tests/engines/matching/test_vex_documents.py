"""Statements are read from OpenVEX, CycloneDX and CSAF; a hostile document gets one clear error."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.matching import vex_words
from tidegate.engines.matching.errors import VexError
from tidegate.engines.matching.vex import Status
from tidegate.engines.matching.vex_documents import VexDocument, read_vex

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def read(document: object) -> VexDocument:
    return read_vex(json.dumps(document).encode(), source="acme", received_at=NOW)


def openvex(*statements: dict[str, Any], **more) -> dict[str, Any]:
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://example.org/vex/1",
        "author": "Acme",
        "timestamp": "2026-01-01T00:00:00Z",
        "version": 1,
        "statements": list(statements),
    } | more


def spoken(**more) -> dict[str, Any]:
    return {
        "vulnerability": {"name": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2026-1"]},
        "products": [{"@id": "pkg:oci/shop", "subcomponents": [{"@id": "pkg:npm/left-pad"}]}],
        "status": "not_affected",
        "justification": "vulnerable_code_not_in_execute_path",
        "impact_statement": "never called",
    } | more


def cyclonedx(*vulnerabilities: dict[str, Any], **more) -> dict[str, Any]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        "metadata": {
            "timestamp": "2026-01-01T00:00:00Z",
            "authors": [{"name": "Acme"}],
            "component": {"type": "application", "name": "shop", "version": "1", "bom-ref": "shop"},
        },
        "components": [
            {
                "name": "outer",
                "bom-ref": "outer",
                "components": [
                    {"name": "left-pad", "bom-ref": "lp", "purl": "pkg:npm/left-pad@1.3.0"}
                ],
            }
        ],
        "vulnerabilities": list(vulnerabilities),
    } | more


def analysed(*affects: dict[str, Any], **analysis) -> dict[str, Any]:
    return {
        "id": "CVE-2026-1",
        "analysis": {"state": "not_affected", "justification": "code_not_reachable"} | analysis,
        "affects": list(affects) or [{"ref": "lp"}],
    }


def csaf(**more) -> dict[str, Any]:
    return {
        "document": {
            "category": "csaf_vex",
            "csaf_version": "2.0",
            "publisher": {"name": "Acme", "category": "vendor", "namespace": "https://example.org"},
            "tracking": {"current_release_date": "2026-01-01T00:00:00Z"},
        },
        "product_tree": {
            "branches": [
                {
                    "category": "vendor",
                    "name": "Acme",
                    "branches": [
                        {
                            "category": "product_version",
                            "name": "9",
                            "product": {"product_id": "OS", "name": "Acme OS 9"},
                        }
                    ],
                }
            ],
            "full_product_names": [
                {
                    "product_id": "bash",
                    "name": "bash",
                    "product_identification_helper": {"purl": "pkg:rpm/redhat/bash@5.1-1"},
                }
            ],
            "relationships": [
                {
                    "category": "default_component_of",
                    "product_reference": "bash",
                    "relates_to_product_reference": "OS",
                    "full_product_name": {"product_id": "OS:bash", "name": "bash of Acme OS 9"},
                }
            ],
            "product_groups": [{"group_id": "G", "product_ids": ["OS:bash"]}],
        },
        "vulnerabilities": [
            {
                "cve": "CVE-2026-1",
                "product_status": {"known_not_affected": ["OS:bash"], "fixed": ["OS"]},
                "flags": [{"label": "component_not_present", "group_ids": ["G"]}],
                "threats": [
                    {"category": "impact", "details": "absent", "product_ids": ["OS:bash"]}
                ],
            }
        ],
    } | more


def test_openvex_statements_come_with_product_and_component():
    document = read(openvex(spoken()))
    (one,) = document.statements
    assert document.format == "openvex"
    assert one.key == ("CVE-2026-1", "pkg:oci/shop", "pkg:npm/left-pad")
    assert one.aliases == ("GHSA-aaaa-bbbb-cccc",)
    assert (one.status, one.justification) == (
        Status.NOT_AFFECTED,
        "vulnerable_code_not_in_execute_path",
    )
    assert (one.words, one.said_by, one.source) == ("never called", "Acme", "acme")
    assert one.said_at == datetime(2026, 1, 1, tzinfo=UTC)


def test_openvex_identifiers_beside_the_id_are_names_of_the_product_too():
    product = {"@id": "https://example.org/shop", "identifiers": {"purl": "pkg:oci/shop"}}
    statements = read(openvex(spoken(products=[product]))).statements
    assert [one.product for one in statements] == ["https://example.org/shop", "pkg:oci/shop"]
    assert {one.component for one in statements} == {""}


def test_a_statement_has_a_time_of_its_own():
    (one,) = read(openvex(spoken(timestamp="2026-02-01T00:00:00Z"))).statements
    assert one.said_at == datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("exploitable", Status.AFFECTED),
        ("in_triage", Status.UNDER_INVESTIGATION),
        ("resolved", Status.FIXED),
        ("false_positive", Status.NOT_AFFECTED),
    ],
)
def test_cyclonedx_analyses_come_for_every_name_of_the_product(state, status):
    document = read(cyclonedx(analysed(state=state)))
    assert document.format == "cyclonedx"
    assert [(one.product, one.component, one.status) for one in document.statements] == [
        ("shop@1", "pkg:npm/left-pad@1.3.0", status),
        ("urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "pkg:npm/left-pad@1.3.0", status),
    ]


def test_cyclonedx_may_speak_of_its_subject_and_of_another_document():
    link = "urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#pkg%3Anpm%2Fleft-pad%401.3.0"
    statements = read(cyclonedx(analysed({"ref": "shop"}, {"ref": link}))).statements
    assert [(one.product, one.component) for one in statements][1:] == [
        ("urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", ""),
        ("urn:uuid:f08a6ccd-4dce-4759-bd84-c626675d60a7", "pkg:npm/left-pad@1.3.0"),
    ]


def test_cyclonedx_versions_have_statuses_of_their_own_and_ranges_are_left_out_aloud():
    versions = [
        {"version": "1.2.0", "status": "affected"},
        {"version": "1.3.0", "status": "unaffected"},
        {"range": "vers:npm/<1", "status": "affected"},
    ]
    vulnerability = analysed({"ref": "lp", "versions": versions}, state="exploitable")
    document = read(cyclonedx(vulnerability, serialNumber=None))
    assert [(one.component, one.status) for one in document.statements] == [
        ("pkg:npm/left-pad@1.2.0", Status.AFFECTED),
        ("pkg:npm/left-pad@1.3.0", Status.NOT_AFFECTED),
    ]
    assert len(document.left_out) == 1
    assert document.left_out[0].startswith("vulnerabilities[0].affects[0].versions[2] ")


def test_a_vulnerability_without_an_analysis_is_no_statement():
    assert read(cyclonedx({"id": "CVE-2026-1", "affects": [{"ref": "lp"}]})).statements == ()


def test_csaf_relationships_are_components_of_products():
    document = read(csaf())
    assert document.format == "csaf"
    fixed, spared = document.statements
    assert fixed.key == ("CVE-2026-1", "Acme OS 9", "")
    assert fixed.status is Status.FIXED
    assert spared.key == ("CVE-2026-1", "Acme OS 9", "pkg:rpm/redhat/bash@5.1-1")
    assert (spared.status, spared.justification) == (Status.NOT_AFFECTED, "component_not_present")
    assert (spared.words, spared.said_by) == ("absent", "Acme")


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], ""),
        ({}, ""),
        (openvex(**{"@context": "https://openvex.dev/ns/v9"}), "['@context']"),
        (openvex(author=None), "author"),
        (openvex(spoken(vulnerability="CVE-2026-1")), "statements[0].vulnerability"),
        (openvex(spoken(status="harmless")), "statements[0].status"),
        (openvex(spoken(products=[])), "statements[0].products"),
        (openvex(spoken(products=[{}])), "statements[0].products[0]['@id']"),
        (
            openvex(spoken(justification="", impact_statement=" ")),
            "statements[0].justification",
        ),
        (openvex(spoken(timestamp="2027-01-01T00:00:00Z")), "statements[0].products[0]"),
        (cyclonedx(specVersion="1.3"), "specVersion"),
        (cyclonedx(analysed(state="fine")), "vulnerabilities[0].analysis.state"),
        (cyclonedx(analysed({"ref": "nobody"})), "vulnerabilities[0].affects[0].ref"),
        (cyclonedx(analysed(), serialNumber=None, metadata={}), "metadata.component"),
        (
            csaf(vulnerabilities=[{"cve": "C", "product_status": {"fixed": ["X"]}}]),
            "vulnerabilities[0].product_status.fixed[0]",
        ),
        (csaf(document={"category": "csaf_base"}), "document.category"),
    ],
)
def test_a_bad_document_is_refused_whole_and_the_field_is_named(document, field):
    with pytest.raises(VexError) as refused:
        read(document)
    assert refused.value.fault.field == field


@pytest.mark.parametrize("raw", [b"", b"{", b"<bom/>", b'{"a":1,"a":2}', b"\xff", b"[" * 500])
def test_what_is_no_json_is_refused(raw):
    with pytest.raises(VexError):
        read_vex(raw, source="acme", received_at=NOW)


def test_products_times_components_are_bounded(monkeypatch):
    monkeypatch.setattr(vex_words, "MAX_STATEMENTS", 10)
    parts = [{"@id": f"pkg:npm/p{number}"} for number in range(4)]
    products = [{"@id": f"pkg:oci/p{number}", "subcomponents": parts} for number in range(3)]
    with pytest.raises(VexError, match="more than 10 statements"):
        read(openvex(spoken(products=products)))


def test_groups_of_products_do_not_multiply_without_end(monkeypatch):
    monkeypatch.setattr("tidegate.engines.matching.vex_csaf._MAX_MENTIONS", 10)
    document = csaf()
    document["vulnerabilities"][0]["flags"] = [
        {"label": "component_not_present", "group_ids": ["G", "G"]} for _ in range(10)
    ]
    with pytest.raises(VexError, match="mentions of products"):
        read(document)


SCALARS = st.none() | st.integers() | st.text(max_size=4)
DAMAGE = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=3), SCALARS)


def spoiled(value, path, damage):
    """Replace what stands at a place that a list of numbers picks."""
    if not path or not isinstance(value, dict | list) or not value:
        return damage
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = keys[path[0] % len(keys)]
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[key] = spoiled(value[key], path[1:], damage)
    return changed


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from([openvex(spoken()), cyclonedx(analysed()), csaf()]),
    st.lists(st.integers(0, 9), min_size=1, max_size=6),
    DAMAGE,
)
def test_no_damage_gives_anything_but_statements_or_one_error(document, path, damage):
    with suppress(VexError):
        read(spoiled(document, path, damage))
