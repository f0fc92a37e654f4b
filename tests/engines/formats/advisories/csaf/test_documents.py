"""A record as CSAF 2.0 and 2.1: whole, and of one mind with the record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from tests.engines.formats.advisories.records import example_record, records

from tidegate.engines.formats.advisories.csaf.csaf20 import csaf20, said_by_csaf20
from tidegate.engines.formats.advisories.csaf.csaf21 import csaf21, said_by_csaf21
from tidegate.engines.formats.advisories.csaf.mandatory import mandatory_faults
from tidegate.engines.formats.advisories.csaf.words import Profile
from tidegate.engines.formats.advisories.record import (
    BEGINNING,
    Basis,
    Evidence,
    Product,
    Remedy,
    RemedyKind,
    Severity,
    Span,
    Status,
    VendorStatement,
)
from tidegate.engines.formats.advisories.schema_checks import csaf_schema_faults
from tidegate.engines.formats.advisories.standings import Said, said_by_record

EXAMPLE = example_record()
BOTH = pytest.mark.parametrize("write", [csaf20, csaf21])


def vulnerability(document: dict[str, Any]) -> dict[str, Any]:
    """Return the one vulnerability of a document."""
    (found,) = document["vulnerabilities"]
    return dict(found)


def names(document: dict[str, Any]) -> dict[str, str]:
    """Return what each product of the tree is called in its last branch, by its id."""
    return dict(_names(document["product_tree"]))


def _names(holder: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for branch in holder.get("branches", ()):
        if "product" in branch:
            yield branch["product"]["product_id"], branch["name"]
        yield from _names(branch)


def status(document: dict[str, Any]) -> dict[str, list[str]]:
    """Return the product statuses with the names of the products."""
    called = names(document)
    return {
        key: [called[one] for one in identifiers]
        for key, identifiers in vulnerability(document)["product_status"].items()
    }


@settings(max_examples=30, deadline=None)
@given(record=records())
def test_documents_follow_schema_and_mandatory_tests_and_say_what_the_record_says(record):
    said = said_by_record(record)
    for profile in Profile:
        for document in (csaf20(record, profile), csaf21(record, profile)):
            assert csaf_schema_faults(document) == []
            assert mandatory_faults(document) == []
        assert said_by_csaf20(csaf20(record, profile)) == said
        assert said_by_csaf21(csaf21(record, profile)) == said


@settings(max_examples=5, deadline=None)
@given(record=records())
@BOTH
def test_the_same_record_gives_the_same_bytes_and_outlives_json(write, record):
    first = json.dumps(write(record))
    assert json.dumps(write(record)) == first
    assert json.dumps(write(record), sort_keys=True) == first
    assert json.loads(first) == write(record)


def test_the_example_says_in_20_what_is_affected_fixed_and_not_told():
    assert status(csaf20(EXAMPLE)) == {
        "first_affected": ["1.0.0"],
        "first_fixed": ["0.2.4", "1.2.6"],
        "fixed": ["0.2.4", "1.2.6"],
        "known_affected": ["vers:npm/<0.2.4", "vers:npm/>=1.0.0|<1.2.6"],
        "known_not_affected": ["1.2.7", "1.2.8", "pkg:npm/%40example/widgets"],
        "recommended": ["1.2.6"],
        "under_investigation": [
            "vers:npm/>=2.0.0-alpha.1|<=2.0.0-alpha.3",
            "0.2.5-rc.1",
            "Example Meter Reader",
        ],
    }


def test_21_has_a_word_for_what_could_not_be_told_and_20_says_it_in_a_note():
    found = status(csaf21(EXAMPLE))
    assert found["unknown"] == ["vers:npm/>=2.0.0-alpha.1|<=2.0.0-alpha.3", "0.2.5-rc.1"]
    assert found["under_investigation"] == ["Example Meter Reader"]
    notes = {note["title"]: note["text"] for note in vulnerability(csaf20(EXAMPLE))["notes"]}
    assert "2.0.0-alpha.3; 0.2.5-rc.1" in notes["What could not be told"]


@BOTH
def test_a_vex_has_only_the_statuses_of_its_profile(write):
    document = write(EXAMPLE, Profile.VEX)
    assert document["document"]["category"] == "csaf_vex"
    assert set(status(document)) == {
        "fixed",
        "known_affected",
        "known_not_affected",
        "under_investigation",
    }


@BOTH
def test_every_affected_product_has_something_to_be_done(write):
    record = example_record(remedies=())
    document = write(record, Profile.VEX)
    told = [
        (one["category"], one["details"], [names(document)[of] for of in one["product_ids"]])
        for one in vulnerability(document)["remediations"]
    ]
    assert told == [
        ("vendor_fix", "Fixed in 0.2.4.", ["vers:npm/<0.2.4"]),
        ("vendor_fix", "Fixed in 1.2.6.", ["vers:npm/>=1.0.0|<1.2.6"]),
    ]


@BOTH
def test_the_fix_of_one_line_of_releases_is_none_for_the_other(write):
    document = write(EXAMPLE, Profile.VEX)
    (fix,) = [
        one for one in vulnerability(document)["remediations"] if one["category"] == "vendor_fix"
    ]
    assert [names(document)[of] for of in fix["product_ids"]] == ["vers:npm/>=1.0.0|<1.2.6"]


def test_in_21_no_product_has_a_remedy_and_the_word_that_there_is_none():
    remedies = (
        Remedy(RemedyKind.WORKAROUND, "Start Node with --disable-proto=delete."),
        Remedy(RemedyKind.NO_FIX_PLANNED, "There is no one left to fix it."),
    )
    record = example_record(remedies=remedies)
    assert [one["category"] for one in vulnerability(csaf21(record))["remediations"]] == [
        "workaround"
    ]
    assert "no one left to fix it" in json.dumps(csaf21(record)), "its words are lost"
    assert len(vulnerability(csaf20(record))["remediations"]) == 2


@BOTH
def test_a_vendors_word_never_changes_what_was_run(write):
    at = EXAMPLE.published_at
    claims = tuple(
        VendorStatement("Vendor", product, Status.NOT_AFFECTED, None, "It is fine.", at)
        for product in ("pkg:npm/minimist", "pkg:npm/minimist@1.2.5")
    )
    record = example_record(statements=claims)
    without = example_record(statements=())
    for profile in Profile:
        assert status(write(record, profile)) == status(write(without, profile))
    assert "Vendor says of pkg:npm/minimist@1.2.5: not affected. It is fine." in json.dumps(
        write(record)
    )


@BOTH
def test_a_vendors_reason_is_a_flag_on_its_own_product(write):
    document = write(EXAMPLE)
    (flag,) = vulnerability(document)["flags"]
    assert flag["label"] == "vulnerable_code_not_in_execute_path"
    assert [names(document)[of] for of in flag["product_ids"]] == ["pkg:npm/%40example/widgets"]


@BOTH
@pytest.mark.parametrize(
    ("product", "versions", "called", "purl"),
    [
        ("pkg:npm/widgets", "", "pkg:npm/widgets", "pkg:npm/widgets"),
        ("pkg:npm/widgets@2.0.0", "", "2.0.0", "pkg:npm/widgets@2.0.0"),
        ("pkg:npm/widgets", "vers:npm/2.0.0", "2.0.0", "pkg:npm/widgets@2.0.0"),
        ("pkg:npm/widgets", "vers:npm/>=2.0.0", "vers:npm/>=2.0.0", None),
        ("Meter Reader", "", "Meter Reader", None),
    ],
)
def test_some_good_versions_of_a_vendor_never_stand_for_its_whole_package(
    write, product, versions, called, purl
):
    at = EXAMPLE.published_at
    claim = VendorStatement("Vendor", product, Status.NOT_AFFECTED, None, "", at, versions)
    document = write(example_record(statements=(claim,)))
    assert status(document)["known_not_affected"][-1] == called
    (vendor,) = [one for one in document["product_tree"]["branches"] if one["name"] == "Vendor"]
    (package,) = vendor["branches"]
    leaf = package.get("branches", [package])[0]["product"]
    helper = leaf.get("product_identification_helper", {})
    assert helper.get("purl", helper.get("purls", [None])[0]) == purl
    assert csaf_schema_faults(document) == mandatory_faults(document) == []


@pytest.mark.parametrize(
    ("label", "old", "text", "new"),
    [
        ("TLP:CLEAR", "WHITE", None, "CLEAR"),
        ("TLP:GREEN", "GREEN", None, "GREEN"),
        ("TLP:AMBER", "AMBER", None, "AMBER"),
        ("TLP:AMBER+STRICT", "AMBER", "TLP v2.0: TLP:AMBER+STRICT", "AMBER+STRICT"),
        ("TLP:RED", "RED", None, "RED"),
    ],
)
def test_a_label_is_written_as_each_edition_has_it(label, old, text, new):
    record = example_record(label=label)
    told = csaf20(record)["document"]["distribution"]
    assert (told["tlp"]["label"], told.get("text")) == (old, text)
    assert csaf21(record)["document"]["distribution"] == {"tlp": {"label": new}}


@pytest.mark.parametrize(("write", "category"), [(csaf20, "csaf_base"), (csaf21, "csaf_withdrawn")])
def test_a_withdrawn_record_is_a_head_with_the_reason(write, category):
    record = example_record(
        withdrawn_at=EXAMPLE.modified_at, withdrawn_because="It was no vulnerability."
    )
    document = write(record)
    assert set(document) - {"$schema"} == {"document"}
    assert document["document"]["category"] == category
    (note,) = document["document"]["notes"]
    assert (note["category"], note["title"]) == ("description", "Reasoning for Withdrawal")
    assert "It was no vulnerability." in note["text"]
    assert csaf_schema_faults(document) == mandatory_faults(document) == []


def _said_of(**lists: Any) -> Any:
    return example_record(
        products=(Product("minimistjs", "minimist", "pkg:npm/minimist", **lists),), statements=()
    )


def test_where_nothing_is_affected_an_advisory_of_21_becomes_a_vex():
    record = _said_of(unknown_versions=("1.0.0",), unaffected_versions=("2.0.0",))
    assert csaf20(record)["document"]["category"] == "csaf_security_advisory"
    document = csaf21(record)
    assert document["document"]["category"] == "csaf_vex"
    assert status(document) == {"known_not_affected": ["2.0.0"], "under_investigation": ["1.0.0"]}
    assert said_by_csaf21(document) == said_by_record(record)


@BOTH
def test_where_nothing_is_said_the_document_fits_no_profile_and_says_so(write):
    document = write(_said_of())
    assert document["document"]["category"] == "csaf_base"
    assert "product_status" not in vulnerability(document)
    assert list(names(document).values()) == ["minimist"]
    assert csaf_schema_faults(document) == mandatory_faults(document) == []


@pytest.mark.parametrize(
    ("introduced", "ended", "is_fixed", "vers"),
    [
        (BEGINNING, None, False, "vers:deb/*"),
        (BEGINNING, "1:2.0-1+deb12u1", True, "vers:deb/<1%3A2.0-1%2Bdeb12u1"),
        ("1!1.0", "a|b<c", False, "vers:deb/>=1%211.0|<=a%7Cb%3Cc"),
        ("2.0", None, False, "vers:deb/>=2.0"),
    ],
)
@BOTH
def test_versions_with_signs_of_their_own_come_back_as_they_were(
    write, introduced, ended, is_fixed, vers
):
    span = Span(introduced, ended, is_fixed, Evidence(Basis.VOUCHED, "somebody"))
    purl = "pkg:deb/debian/curl?arch=source"
    record = example_record(products=(Product("Debian", "curl", purl, affected=(span,)),))
    document = write(record)
    assert vers in status(document)["known_affected"]
    said = said_by_csaf20(document) if write is csaf20 else said_by_csaf21(document)
    assert said == said_by_record(record)
    assert [one.purl for one in said.products] == [purl]


def test_cvss_stands_once_for_each_version_and_the_fourth_only_in_21():
    vectors = (
        "CVSS:2.0/AV:N/AC:L/Au:N/C:P/I:P/A:P",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.0/AV:N/AC:H/PR:L/UI:R/S:C/C:L/I:L/A:N",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    )
    record = example_record(severities=tuple(Severity(one, "us") for one in vectors), decisions=())
    old = vulnerability(csaf20(record))["scores"]
    new = vulnerability(csaf21(record))["metrics"]
    assert [set(one) - {"products"} for one in old] == [{"cvss_v2"}, {"cvss_v3"}]
    assert [set(one["content"]) for one in new] == [{"cvss_v2"}, {"cvss_v3"}, {"cvss_v4"}]
    assert old[1]["cvss_v3"]["baseScore"] == 9.8
    assert vectors[2] in json.dumps(old + vulnerability(csaf20(record))["notes"])


def test_weaknesses_have_the_names_of_the_enumeration_and_none_is_lost():
    record = example_record(weaknesses=("CWE-1321", "CWE-79", "CWE-99999"))
    old, new = vulnerability(csaf20(record)), vulnerability(csaf21(record))
    assert old["cwe"]["name"].endswith("('Prototype Pollution')")
    assert [one["id"] for one in new["cwes"]] == ["CWE-1321", "CWE-79"]
    notes = [{one["title"]: one["text"] for one in each["notes"]} for each in (old, new)]
    assert [one["Other weaknesses"] for one in notes] == ["CWE-79, CWE-99999", "CWE-99999"]


def test_a_decision_is_a_selection_list_in_21_where_its_points_are_known():
    (metric,) = [
        one["content"]["ssvc_v2"]
        for one in vulnerability(csaf21(EXAMPLE))["metrics"]
        if "ssvc_v2" in one["content"]
    ]
    assert metric["target_ids"] == ["CVE-2021-44906"]
    chosen = [(one["key"], one["values"][0]["key"]) for one in metric["selections"]]
    assert chosen == [("E", "P"), ("A", "Y")]


@BOTH
def test_the_address_is_the_canonical_reference(write):
    address = "https://cert.example.org/csaf/white/2026/tg-2026-k7m3p9qd.json"
    assert "references" not in write(EXAMPLE)["document"]
    (reference,) = write(EXAMPLE, address=address)["document"]["references"]
    assert (reference["category"], reference["url"]) == ("self", address)


@BOTH
def test_ranges_that_are_not_ours_are_refused_when_read_back(write):
    document = write(EXAMPLE)
    text = json.dumps(document).replace("vers:npm/<0.2.4", "vers:npm/!=0.2.4")
    with pytest.raises(ValueError, match="more than one run"):
        said_by_csaf20(json.loads(text))


def test_an_empty_document_says_nothing():
    assert said_by_csaf20({"document": {}}) == Said(())
