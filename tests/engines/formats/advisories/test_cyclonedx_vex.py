"""What a CycloneDX VEX of a record states."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from tests.engines.formats.advisories.records import example_record, records

from tidegate.engines.formats.advisories.cyclonedx_vex import cyclonedx_vex
from tidegate.engines.formats.advisories.record import Record, RevisionNote
from tidegate.engines.formats.advisories.schema_checks import cyclonedx_schema_faults


def _by_state(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in document["vulnerabilities"]:
        if "/vendor-" not in entry["bom-ref"]:
            found.setdefault(entry["analysis"]["state"], []).extend(entry["affects"])
    return found


@settings(max_examples=15, deadline=None)
@given(records())
def test_every_document_follows_the_published_schema_and_each_reference_leads_to_one_thing(
    record: Record,
) -> None:
    document = cyclonedx_vex(record)

    assert cyclonedx_schema_faults(document) == []
    names = [each["bom-ref"] for each in (*document["components"], *document["vulnerabilities"])]
    assert len(names) == len(set(names))
    referred = {each["ref"] for one in document["vulnerabilities"] for each in one["affects"]}
    assert referred <= {each["bom-ref"] for each in document["components"]}


def test_each_state_has_the_versions_that_are_in_it() -> None:
    assert _by_state(cyclonedx_vex(example_record())) == {
        "exploitable": [
            {
                "ref": "pkg:npm/minimist",
                "versions": [
                    {"range": "vers:npm/<0.2.4", "status": "affected"},
                    {"range": "vers:npm/>=1.0.0|<1.2.6", "status": "affected"},
                ],
            }
        ],
        "resolved": [{"ref": "pkg:npm/minimist@0.2.4"}, {"ref": "pkg:npm/minimist@1.2.6"}],
        "not_affected": [{"ref": "pkg:npm/minimist@1.2.7"}, {"ref": "pkg:npm/minimist@1.2.8"}],
        "in_triage": [
            {
                "ref": "pkg:npm/minimist",
                "versions": [
                    {"range": "vers:npm/>=2.0.0-alpha.1|<=2.0.0-alpha.3", "status": "unknown"}
                ],
            },
            {"ref": "pkg:npm/minimist@0.2.5-rc.1"},
        ],
    }


def test_a_withdrawn_record_is_rejected_and_claims_nothing() -> None:
    record = example_record(
        withdrawn_at=example_record().modified_at, withdrawn_because="It is a duplicate."
    )

    (entry,) = cyclonedx_vex(record)["vulnerabilities"]

    assert entry["rejected"] == "2026-03-05T09:30:00Z"
    assert entry["analysis"]["state"] == "in_triage"
    assert entry["analysis"]["detail"] == "Withdrawn: It is a duplicate."


def test_a_revision_keeps_the_serial_number_and_counts_the_version_up() -> None:
    record = example_record()
    more = (*record.revisions, RevisionNote(3, record.modified_at, "More."))

    one, other = cyclonedx_vex(record), cyclonedx_vex(example_record(revisions=more))

    assert one["serialNumber"] == other["serialNumber"]
    assert (one["version"], other["version"]) == (2, 3)
