"""CSAF 2.1 vulnerability reports: one report for each vulnerability and package."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.formats.intake_samples import document, read, read_value, the_refusal, the_report
from tests.engines.formats.test_finding import JSON

from tidegate.engines.formats import refusals
from tidegate.engines.formats.finding import Effect, Refusal
from tidegate.engines.formats.provenance import Credit, EmbargoTerms, Hop, Involvement
from tidegate.engines.formats.reports import Bounds, Format, Report

PURL = "pkg:npm/example@1.0.0"
EXTENSION = "https://tidegate.invalid/csaf/relay_1.0.0.json"


def csaf() -> Any:
    return document(Format.CSAF_REPORT)


def one() -> Any:
    """Return the sample with its first vulnerability alone."""
    value = csaf()
    del value["vulnerabilities"][1]
    return value


def with_relay(value: Any, **relay: Any) -> Any:
    value["x_extensions"][0]["content"]["relay"] |= relay
    return value


def test_each_vulnerability_is_a_report_with_everything_the_profile_can_say():
    first, second = (the_report(read_value(csaf()), n) for n in (0, 1))
    assert first.id == "EC-2026-0017 CVE-2026-10002"
    assert first.title == "Path traversal in the archive reader"
    assert first.description == (
        "`extract` joins the name of a member to the folder without a check.\n\n"
        "**Impact.** An attacker writes outside of the folder."
    )
    assert first.target.purl == "pkg:pypi/example-archive@0.3.1"
    assert first.effect is Effect.FILE_WRITE
    assert first.weaknesses == ("CWE-22",)
    assert first.aliases == ("CVE-2026-10002", "Example Project #1217")
    assert first.severity == ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N",)
    assert first.severity_word == "high"
    assert first.references == ("https://example.org/write-ups/1",)
    assert first.tlp == "TLP:AMBER+STRICT"
    assert first.embargo_until == datetime(2027, 1, 31, 12, tzinfo=UTC)
    assert first.place == "vulnerabilities[0]"
    assert json.loads(first.record)["vulnerabilities"] == [csaf()["vulnerabilities"][0]]
    assert (second.id, second.severity_word) == ("EC-2026-0017 EC-2026-0018", "medium")
    assert (second.target.package, second.finding) == ("@example/options", None)
    assert second.embargo_until is None
    assert first.digest != second.digest


def test_credit_chain_origins_and_terms_are_carried_verbatim():
    provenance = the_report(read_value(csaf())).provenance
    assert provenance is not None
    assert provenance.credits == (
        Credit(
            ("Jo O'Finder", "R. Müller"),
            "Example Research Lab",
            "Found with a model; please thank both.",
        ),
    )
    assert provenance.chain == (
        Hop("Example Research Lab", "LAB-7", datetime(2026, 11, 16, 8, tzinfo=UTC)),
        Hop("Example CERT", "EC-2026-0017", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
    )
    assert provenance.origins == ("LAB-7", "https://example.org/drafts/1")
    assert provenance.terms == EmbargoTerms(
        datetime(2027, 1, 31, 12, tzinfo=UTC),
        "TLP:AMBER+STRICT",
        "Vendors of the affected packages only. No stacks in tickets.",
    )
    assert [each.party for each in provenance.involvements] == ["Example Project", "vendor"]
    assert provenance.deduplicated is True


def test_a_document_with_one_vulnerability_is_kept_as_it_came():
    raw = json.dumps(one(), indent=4).encode()
    report = the_report(read(raw))
    assert report.record == raw
    assert (report.id, report.place) == ("EC-2026-0017", "")


def test_whoever_hands_our_document_on_without_touching_the_chain_is_in_it_all_the_same():
    value = one()
    value["document"]["publisher"]["name"] = "Another CERT"
    value["document"]["tracking"]["id"] = "AC-9"
    provenance = the_report(read_value(value)).provenance
    assert provenance is not None
    assert [hop.party for hop in provenance.chain] == ["Example Research Lab", "Another CERT"]


def test_a_publisher_that_ends_the_chain_already_is_not_in_it_twice():
    value = one()
    chain = [
        {"party": "Example Research Lab"},
        {"party": "Example CERT", "identifier": "EC-2026-0017", "at": "2026-11-19T00:00:00Z"},
    ]
    provenance = the_report(read_value(with_relay(value, chain=chain))).provenance
    assert provenance is not None
    assert [hop.identifier for hop in provenance.chain] == [None, "EC-2026-0017"]


def test_a_document_without_our_extension_has_its_publisher_for_a_chain():
    value = one()
    del value["x_extensions"]
    provenance = the_report(read_value(value)).provenance
    assert provenance is not None
    assert [hop.party for hop in provenance.chain] == ["Example CERT"]
    assert provenance.deduplicated is False


def test_several_packages_of_one_vulnerability_are_one_report_each():
    value = one()
    value["vulnerabilities"][0]["product_status"]["known_affected"].append("CSAFPID-0002")
    del value["vulnerabilities"][0]["x_extensions"]
    reports = read_value(value)
    assert [the_report(reports, n).target.type for n in (0, 1)] == ["pypi", "npm"]
    assert the_report(reports, 0).digest != the_report(reports, 1).digest


def test_one_package_under_two_product_identifiers_is_one_report():
    value = one()
    again = {
        "name": "the same",
        "product_id": "CSAFPID-0003",
        "product_identification_helper": {"purls": ["pkg:pypi/Example_Archive@0.3.0"]},
    }
    value["product_tree"]["full_product_names"].append(again)
    value["vulnerabilities"][0]["product_status"]["known_affected"].append("CSAFPID-0003")
    assert len(read_value(value)) == 1


def test_a_product_at_the_end_of_a_product_path_is_found():
    value = one()
    value["product_tree"]["product_paths"] = [
        {
            "beginning_product_reference": "CSAFPID-0001",
            "full_product_name": {
                "name": "both",
                "product_id": "CSAFPID-0009",
                "product_identification_helper": {"purls": [PURL]},
            },
            "subpaths": [{"category": "installed_on", "next_product_reference": "CSAFPID-0002"}],
        }
    ]
    value["vulnerabilities"][0]["product_status"]["known_affected"] = ["CSAFPID-0009"]
    del value["vulnerabilities"][0]["x_extensions"]
    assert the_report(read_value(value)).target.purl == PURL


def test_products_without_a_package_url_need_one_for_the_whole_file():
    value = one()
    del value["vulnerabilities"][0]["x_extensions"]
    branch = value["product_tree"]["branches"][0]["branches"][0]["branches"][0]
    del branch["product"]["product_identification_helper"]
    refusal = the_refusal(read_value(value))
    assert refusal.field == "vulnerabilities[0].product_status.known_affected"
    assert "name one package URL for the whole file" in refusal.reason
    assert the_report(read_value(value, target=PURL)).target.purl == PURL


def test_a_package_that_our_extension_names_goes_before_the_product_tree():
    value = at(one(), f"{FIRST}.x_extensions.0.content.tidegate.purl", "pkg:pypi/other@1")
    value["vulnerabilities"][0]["product_status"]["known_affected"].append("CSAFPID-0002")
    (report,) = read_value(value)
    assert isinstance(report, Report)
    assert report.target.package == "other"


def test_vinces_own_form_as_csaf_is_read_for_a_named_package():
    value = one()
    value["document"]["category"] = "Vulnerability Reporting Form"
    value["vulnerabilities"] = [
        {
            "involvements": [
                {"party": "discoverer", "status": "not_contacted", "summary": "No address found."}
            ],
            "notes": [
                {
                    "category": "description",
                    "text": "It does.",
                    "title": "Vulnerability Description",
                }
            ],
            "threats": [{"category": "exploit_status", "details": "By sending one packet."}],
            "title": "It does.",
        }
    ]
    report = the_report(read_value(value, target=PURL))
    assert report.description == "It does.\n\n**Exploitation.** By sending one packet."
    assert report.provenance is not None
    assert Involvement("discoverer", "not_contacted", None, "No address found.") in (
        report.provenance.involvements
    )


def test_a_note_that_is_meant_for_some_stays_out_of_the_description_of_all():
    assert "Read the sources." not in the_report(read_value(one())).description


def test_the_third_drafts_involvement_is_told_by_the_names_of_its_entities():
    value = one()
    value["document"]["involvement"] = {
        "entities": [
            {"entity_id": "EID-0001", "category": "coordinator", "name": "Example CERT"},
            {"entity_id": "EID-0002", "category": "vendor"},
        ],
        "actions": [
            {
                "action_id": "ACN-1",
                "acting_entity_refs": ["EID-0001"],
                "receiving_entity_refs": ["EID-0002", "EID-0003"],
                "category": "notification",
                "status": "completed",
                "date": "2026-11-19T09:00:00Z",
                "summary": "Told.",
            }
        ],
    }
    provenance = the_report(read_value(value)).provenance
    assert provenance is not None
    told = Involvement(
        "Example CERT to vendor, EID-0003",
        "notification completed",
        datetime(2026, 11, 19, 9, tzinfo=UTC),
        "Told.",
    )
    assert told in provenance.involvements


@pytest.mark.parametrize("lang", ["en", "en-US", None])
def test_a_report_in_english_has_one_of_the_two_notes_that_the_profile_asks_for(lang):
    value = one()
    value["document"]["lang"] = lang
    if lang is None:
        del value["document"]["lang"]
    # From: OASIS's failing example 2 of 6.1.27.20: right title with the wrong category.
    value["vulnerabilities"][0]["notes"][1]["category"] = "general"
    refusal = the_refusal(read_value(value))
    assert refusal.field == "vulnerabilities[0].notes"
    assert "'Vulnerability Summary'" in refusal.reason


def test_a_report_in_another_language_may_call_its_note_otherwise():
    value = one()
    value["document"]["lang"] = "de"
    value["vulnerabilities"][0]["notes"][1]["title"] = "Zusammenfassung"
    assert the_report(read_value(value)).description.startswith("`extract` joins")


def at(value: Any, path: str, new: Any) -> Any:
    *parts, last = (int(part) if part.isdigit() else part for part in path.split("."))
    place = value
    for part in parts:
        place = place[part]
    if new is None:
        del place[last]
    else:
        place[last] = new
    return value


FIRST = "vulnerabilities.0"
REFUSED: list[Any] = [
    ("document.category", "csaf_vex", "document.category", "is not a vulnerability report"),
    ("document.csaf_version", "2.0", "document.csaf_version", "write '2.1'"),
    ("document.distribution", None, "document.distribution", "is missing"),
    ("document.distribution.tlp.label", "WHITE", "document.distribution.tlp.label", "one of CLEAR"),
    ("document.tracking.id", None, "document.tracking.id", "is missing"),
    ("document.tracking.id", "x" * 201, "document.tracking.id", "at most 200"),
    ("document.tracking.current_release_date", "today", None, "RFC 3339"),
    ("document.publisher.name", "", "document.publisher.name", "is empty"),
    ("document.publisher.name", "x" * 301, "document.publisher.name", "at most 300"),
    ("document.distribution.text", "x" * 65_537, "document.distribution.text", "at most 65,536"),
    ("document.acknowledgments", [{}] * 101, "document.acknowledgments", "at most 100"),
    ("vulnerabilities", [], "vulnerabilities", "is empty"),
    ("vulnerabilities", None, "vulnerabilities", "is missing"),
    (f"{FIRST}.cve", "CVE-1", "vulnerabilities[0].cve", "does not have the form"),
    (f"{FIRST}.disclosure_date", "2027-01-31", None, "RFC 3339"),
    (f"{FIRST}.disclosure_date", "0001-01-01T00:00:00+01:00", None, "cannot be kept"),
    (f"{FIRST}.notes", None, "vulnerabilities[0].notes", "'CVE Description'"),
    (f"{FIRST}.product_status.known_affected.0", "X", None, "is not in product_tree"),
    (f"{FIRST}.product_status", None, None, "list the affected products"),
    (f"{FIRST}.metrics.0.content.cvss_v3.vectorString", "high", None, "is not a CVSS vector"),
    (f"{FIRST}.x_extensions.0.content.tidegate.tlp", "TLP:CLEAR", None, "leave it out here"),
    (f"{FIRST}.x_extensions.0.content.tidegate.effct", "x", None, "is not a field here"),
    ("product_tree.full_product_names.0.product_id", "CSAFPID-0001", None, "is defined twice"),
    ("product_tree.branches.0.branches.0.branches", 5, None, "is not a list"),
    ("x_extensions.0.content.relay.chian", [], None, "is not a field here; known are chain"),
    ("x_extensions.0.content.relay.chain", [{}], None, "is missing"),
    ("x_extensions.0.content.relay.chain", [{"party": "x"}] * 50, None, "more than 50"),
    ("x_extensions.0.content.relay.chain.0.party", "x" * 301, None, "at most 300"),
    ("x_extensions.0.content.relay.chain.0.at", "soon", None, "cannot be kept"),
    ("x_extensions.0.content.relay.involvements", [{}] * 1001, None, "at most 1,000"),
    ("x_extensions.0.content.relay.deduplicated", "yes", None, "neither true nor false"),
]


@pytest.mark.parametrize(("path", "new", "field", "mend"), REFUSED)
def test_what_is_wrong_is_refused_with_its_place_and_the_mend(path, new, field, mend):
    refusal = the_refusal(read_value(at(one(), path, new)))
    if field is not None:
        assert refusal.field == field
    assert mend in refusal.reason.replace("that can be kept", "cannot be kept")


def test_a_credit_and_a_chain_are_refused_and_never_cut():
    value = at(one(), "document.acknowledgments.0.names", ["x" * 501])
    assert the_refusal(read_value(value)).field == "document.acknowledgments[0].names[0]"


def test_a_bad_vulnerability_does_not_take_the_good_one_with_it():
    value = csaf()
    del value["vulnerabilities"][0]["notes"]
    records = read_value(value)
    assert [type(record) for record in records] == [Refusal, Report]
    assert the_refusal(records).field == "vulnerabilities[0].notes"


def test_more_reports_than_the_bound_are_one_refusal_at_the_end():
    value = csaf()
    value["vulnerabilities"] = [value["vulnerabilities"][1]] * 5
    records = read_value(value, bounds=Bounds(packages=3))
    assert [type(record) for record in records] == [Report] * 3 + [Refusal]
    assert the_refusal(records, 3).field == "vulnerabilities"


def test_documents_may_come_one_a_line_and_a_bad_one_is_named_by_its_line():
    good, bad = json.dumps(one()).encode(), json.dumps(at(one(), "vulnerabilities", [])).encode()
    records = read(b"\n".join([good, bad, good]))
    assert [type(record) for record in records] == [Report, Refusal, Report]
    assert str(the_refusal(records, 1)).startswith("handed-in line 2: vulnerabilities is empty")


QUICK = refusals._quick_check("csaf-report-1")
VALIDATOR = refusals._validator("csaf-report-1")


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    found = [place for key, member in inside for place in places_in(member, (*path, key))]
    return ([path] if path else []) + found


PLACES = places_in(csaf())


@settings(max_examples=80)
@given(st.sampled_from(PLACES), JSON)
def test_the_quick_check_and_the_validator_say_the_same(path, new):
    value = copy.deepcopy(csaf())
    place = value
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = new
    assert QUICK is not None
    assert QUICK(value) is VALIDATOR.is_valid(value)
    for record in read_value(value, format=Format.CSAF_REPORT, target=PURL):
        assert isinstance(record, Report) or str(record).isprintable()


@given(st.dictionaries(st.sampled_from(["document", "vulnerabilities", "product_tree", "x"]), JSON))
def test_no_json_at_all_makes_it_raise(value):
    for record in read_value(value, format=Format.CSAF_REPORT, target=PURL):
        assert isinstance(record, Refusal)


def test_a_report_says_the_same_whichever_way_its_document_is_written():
    report, again = (
        the_report(read(json.dumps(one(), **options).encode()))
        for options in ({"indent": 1}, {"sort_keys": True})
    )
    assert replace(again, record=report.record) == report
