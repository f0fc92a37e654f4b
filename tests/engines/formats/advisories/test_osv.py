"""What an OSV document of a record holds, and what it never says."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources

import jsonschema_rs
import pytest
from hypothesis import given, settings
from tests.engines.formats.advisories.records import example_record, records

from tidegate.engines.formats.advisories.osv import osv, said_by_osv
from tidegate.engines.formats.advisories.record import (
    BEGINNING,
    Basis,
    Evidence,
    Product,
    Record,
    Severity,
    Span,
)
from tidegate.engines.formats.advisories.schema_checks import osv_schema_faults
from tidegate.engines.formats.advisories.standings import said_by_record
from tidegate.engines.formats.advisories.wording import DocumentError

RUN = Evidence(Basis.RUN, "tidegate.example.org", ("ab" * 32,), oldest_run="0.0.1")


@settings(max_examples=20, deadline=None)
@given(records())
def test_every_document_follows_the_schema_and_begins_at_0_only_where_the_record_does(
    record: Record,
) -> None:
    document = osv(record)

    assert osv_schema_faults(document) == []
    spans = [span for product in record.products for span in product.affected]
    events = [
        event
        for entry in document["affected"]
        for each in entry.get("ranges", ())
        for event in each["events"]
    ]
    begun = sum(span.introduced == BEGINNING for span in spans)
    assert events.count({"introduced": BEGINNING}) == begun


def test_all_versions_before_is_never_written_where_nobody_stands_behind_it() -> None:
    for evidence in (replace(RUN, oldest_run=""), Evidence(Basis.STATED, "The vendor")):
        product = Product("v", "p", "pkg:npm/p", (Span(BEGINNING, "1.0.0", True, evidence),))

        with pytest.raises(DocumentError, match=r"osv: products\.0\.affected\.0\.introduced"):
            osv(example_record(products=(product,)))


def test_what_could_not_be_told_survives_and_is_said_in_words() -> None:
    document = osv(example_record())

    specific = document["affected"][0]["database_specific"]
    assert specific["unknown"] == [
        {"introduced": "2.0.0-alpha.1", "last_affected": "2.0.0-alpha.3"}
    ]
    assert specific["unknown_versions"] == ["0.2.5-rc.1"]
    assert "2.0.0-alpha.1 and later, up to 2.0.0-alpha.3; 0.2.5-rc.1" in document["details"]


def test_the_published_schema_complains_of_our_prefix_and_of_nothing_else() -> None:
    folder = resources.files("tidegate.engines.formats.advisories") / "schemas"
    schema = json.loads((folder / "osv-1.7.5.schema.json").read_bytes())
    validator = jsonschema_rs.validator_for(schema, offline=True, validate_formats=True)

    faults = list(validator.iter_errors(osv(example_record())))

    assert [list(fault.instance_path) for fault in faults] == [["id"]]


def test_single_versions_stand_in_versions_and_evidence_beside_its_range() -> None:
    product = Product(
        "v", "p", "pkg:pypi/P.Q", (Span("1.0", "2.0", False, RUN),), affected_versions=("3.0rc1",)
    )
    record = example_record(products=(product,), remedies=())

    entry = osv(record)["affected"][0]

    assert entry["package"] == {"ecosystem": "PyPI", "name": "p-q", "purl": "pkg:pypi/P.Q"}
    assert entry["versions"] == ["3.0rc1"]
    assert entry["ranges"] == [
        {
            "type": "ECOSYSTEM",
            "events": [{"introduced": "1.0"}, {"last_affected": "2.0"}],
            "database_specific": {
                "basis": "run",
                "by": "tidegate.example.org",
                "receipts": ["ab" * 32],
                "oldest_run": "0.0.1",
            },
        }
    ]


def test_a_package_that_osv_does_not_know_is_kept_and_never_matched() -> None:
    product = Product("v", "p", "pkg:generic/acme/meter", (Span("1", "2", True, RUN),), ("5",))
    record = example_record(products=(product,), remedies=())

    document = osv(record)

    assert osv_schema_faults(document) == []
    assert "package" not in document["affected"][0]
    assert "ranges" not in document["affected"][0]
    assert said_by_osv(document) == said_by_record(record)


def test_names_severities_and_withdrawal_are_where_osv_has_them() -> None:
    vectors = (
        "CVSS:2.0/AV:N/AC:L/Au:N/C:P/I:P/A:P",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    )
    record = example_record(severities=tuple(Severity(each, "us") for each in vectors))
    withdrawn = replace(
        record, withdrawn_at=record.modified_at, withdrawn_because="It is a duplicate."
    )

    document = osv(withdrawn)

    assert document["aliases"] == ["CVE-2021-44906", "GHSA-xvch-5gv4-984h"]
    assert document["severity"] == [
        {"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:P/I:P/A:P"},
        {"type": "CVSS_V3", "score": vectors[1]},
    ]
    assert document["withdrawn"] == "2026-03-05T09:30:00Z"
    assert document["database_specific"]["withdrawn_because"] == "It is a duplicate."
    assert "withdrawn" not in osv(record)


def test_a_document_that_breaks_the_schema_is_refused_with_its_place() -> None:
    document = osv(example_record(severities=(Severity("CVSS:3.1/AV:none", "us"),)))

    assert any(fault.startswith("/severity/0/score: ") for fault in osv_schema_faults(document))
