"""Cases that VINCE exports, and forms that were filled in for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.formats.intake_samples import document, read, read_value, the_refusal, the_report
from tests.engines.formats.test_finding import JSON

from tidegate.engines.formats.finding import Refusal
from tidegate.engines.formats.provenance import Credit, EmbargoTerms, Hop, Involvement, Provenance
from tidegate.engines.formats.reports import Bounds, Format, Report

PURL = "pkg:pypi/example-archive@0.3.1"
FORM: dict[str, Any] = {
    "contact_name": "Jo O'Finder",
    "contact_org": "Example Research Lab",
    "credit_release": "True",
    "share_release": "True",
    "comm_attempt": "True",
    "first_contact": "2026-10-01",
    "vendor_communication": "One mail, no answer.",
    "coord_status": [4, "9"],
    "vendor_name": "Example Project",
    "product_name": "example-archive",
    "product_version": "0.3.1",
    "vul_description": "`extract` joins a name to a folder.",
    "vul_exploited": "True",
    "vul_disclose": "False",
    "disclosure_plans": "",
    "tracking": "VU#999901, VU#999902",
    "vrf_id": "VRF#26-11-ABCDE",
}


def case() -> Any:
    return document(Format.VINCE)


def provenance(records: list[Report | Refusal], index: int = 0) -> Provenance:
    found = the_report(records, index).provenance
    assert found is not None
    return found


def test_each_vulnerability_of_a_case_is_a_report():
    first, second = (the_report(read_value(case()), n) for n in (0, 1))
    assert (first.id, second.id) == ("VU#999901 CVE-2026-10002", "VU#999901.2")
    assert first.aliases == ("CVE-2026-10002", "VU#999901")
    assert second.aliases == ("VU#999901.2", "VU#999901")
    assert (first.weaknesses, second.weaknesses) == (("CWE-22",), ())
    assert first.title == "Path traversal (CWE-22) in the reader."
    assert first.description.startswith("Path traversal (CWE-22) in the reader.\n\nTwo flaws")
    assert "**Impact.** Files outside of the folder are written." in first.description
    assert first.references == ("https://example.org/talks/1",)
    assert first.embargo_until == datetime(2027, 1, 19, 18, 22, tzinfo=UTC)
    assert first.place == "get_vuls[0]"
    assert len(json.loads(first.record)["get_vuls"]) == 1
    assert first.digest != second.digest


def test_reporter_and_case_are_the_chain_and_a_contact_is_no_credit():
    found = provenance(read_value(case()))
    assert found.credits == ()
    assert found.chain == (
        Hop("Jo O'Finder, Example Research Lab", None, datetime(2026, 11, 3, 10, tzinfo=UTC)),
        Hop("VINCE", "VU#999901", datetime(2026, 11, 4, 20, 31, 25, 554423, tzinfo=UTC)),
    )
    assert found.terms == EmbargoTerms(
        datetime(2027, 1, 19, 18, 22, tzinfo=UTC), None, "A talk on 1 February 2027."
    )
    assert found.involvements == (
        Involvement("discoverer", "open", None, "A talk on 1 February 2027."),
        Involvement(
            "Example Project", "Affected", datetime(2026, 11, 5, 9, tzinfo=UTC), "We look into it."
        ),
    )


def test_a_reporter_who_did_not_agree_to_be_named_is_not_in_the_chain():
    value = case()
    for key in ("contact_name", "contact_org", "contact_email", "contact_phone", "share_release"):
        del value["get_original_report"][key]
    assert [hop.party for hop in provenance(read_value(value)).chain] == ["VINCE"]


def test_what_the_parties_wrote_to_each_other_is_not_in_the_report():
    for record in read_value(case()):
        assert isinstance(record, Report)
        assert "Between us." not in record.title + record.description
        assert "Between us." not in str(record.provenance)


def test_a_case_without_vulnerabilities_is_what_its_reporter_said():
    value = case() | {"get_vuls": []}
    report = the_report(read_value(value))
    assert (report.id, report.title) == ("VU#999901", "Vulnerabilities in example-archive")
    assert report.record == json.dumps(value).encode()


def test_a_case_without_its_original_report_is_read_all_the_same():
    value = case()
    del value["get_original_report"]
    assert len(read_value(value)) == 2
    assert [hop.party for hop in provenance(read_value(value)).chain] == ["VINCE"]


def test_a_filled_in_form_is_a_report_with_its_credit_and_its_first_contact():
    report = the_report(read_value(FORM, target=PURL))
    assert report.id == "VRF#26-11-ABCDE"
    assert report.title == "Example Project example-archive 0.3.1"
    assert report.description.endswith("The reporter says that it is being exploited.")
    assert report.tlp == "TLP:AMBER"
    found = provenance([report])
    assert found.credits == (Credit(("Jo O'Finder",), "Example Research Lab"),)
    assert found.chain == (Hop("Jo O'Finder, Example Research Lab", None, None),)
    assert found.origins == ("VU#999901", "VU#999902")
    assert found.terms == EmbargoTerms(None, None, "")
    assert found.involvements == (
        Involvement(
            "discoverer",
            "contact_attempted",
            datetime(2026, 10, 1, tzinfo=UTC),
            "One mail, no answer.",
        ),
        Involvement("discoverer", "contact_attempted", None, "I have sent details to vendors"),
    )


def test_a_finder_who_does_not_want_to_be_thanked_is_not():
    value = FORM | {"credit_release": "False"}
    assert provenance(read_value(value, target=PURL)).credits == ()


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ({"why_no_attempt": "2"}, "I have been unable to find contact information for a vendor"),
        ({"why_no_attempt": 3, "please_explain": "They are gone."}, "They are gone."),
        ({}, ""),
    ],
)
def test_why_nobody_was_reached_is_told_in_the_forms_words(reason, told):
    value = FORM | {"comm_attempt": False, "coord_status": None} | reason
    assert provenance(read_value(value, target=PURL)).involvements == (
        Involvement("discoverer", "not_contacted", None, told),
    )


def test_a_form_without_a_name_is_named_after_what_it_says():
    value = {key: text for key, text in FORM.items() if key != "vrf_id"}
    (one,), (other,) = (
        read_value(v, target=PURL) for v in (value, value | {"product_version": "0.3.2"})
    )
    assert isinstance(one, Report)
    assert isinstance(other, Report)
    assert one.id.startswith("vince-")
    assert one.id != other.id


def changed(part: str, **members: Any) -> Any:
    value = case()
    value[part] = value[part] | members
    return value


REFUSED = [
    (case() | {"get_vuls": [], "get_original_report": None}, "get_vuls", "export the whole case"),
    (case() | {"get_vuls": 5}, "get_vuls", "is not a list"),
    (case() | {"get_vuls": [{}]}, "get_vuls[0].name", "is missing"),
    (case() | {"get_vuls": [{"name": "x" * 200}]}, "get_vuls[0].name", "at most 200"),
    (changed("get_case", due_date="soon"), "get_case.due_date", "write it like"),
    (changed("get_case", vuid="9" * 300), "case", "at most 200"),
    (
        changed("get_original_report", vul_public="perhaps"),
        "get_original_report.vul_public",
        "write true or false",
    ),
    (
        changed("get_original_report", contact_name="x" * 400),
        "get_original_report.contact_name",
        "at most 300",
    ),
    (
        changed("get_original_report", disclosure_plans="x" * 70_000),
        "get_original_report.disclosure_plans",
        "at most 65,536",
    ),
    (case() | {"tidegate": None}, "tidegate.purl", "name one package URL for the whole file"),
]


@pytest.mark.parametrize(("value", "field", "mend"), REFUSED)
def test_what_is_wrong_is_refused_with_its_place_and_the_mend(value, field, mend):
    refusal = the_refusal(read_value(value))
    assert refusal.field == field
    assert mend in refusal.reason


def test_more_vulnerabilities_than_the_bound_are_refused():
    assert "split it" in the_refusal(read_value(case(), bounds=Bounds(packages=1))).reason


def test_a_bad_vulnerability_does_not_take_the_good_one_with_it():
    value = case()
    value["get_vuls"][0]["description"] = 5
    assert [type(record) for record in read_value(value)] == [Refusal, Report]


KEYS = st.sampled_from(
    ["get_case", "get_original_report", "get_vuls", "get_vendors", "vul_description", "case", *FORM]
)


@given(st.dictionaries(KEYS, JSON))
def test_no_json_at_all_makes_it_raise(value):
    for record in read_value(value, format=Format.VINCE, target=PURL):
        assert isinstance(record, Report) or str(record).isprintable()


def test_a_form_and_a_case_are_told_from_other_formats():
    for value in (case(), FORM):
        assert the_report(read_value(value, target=PURL)).format is Format.VINCE
    assert read(b'{"vul_description": null}')
