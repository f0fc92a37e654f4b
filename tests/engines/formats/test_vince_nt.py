"""What a person pastes into VINCE-NT's form, and how its case number comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.engines.formats.intake_samples import read, sample, the_report

from tidegate.engines.formats.case_reports import case_report
from tidegate.engines.formats.provenance import Hop, is_relay_of, relayed
from tidegate.engines.formats.reports import Format
from tidegate.engines.formats.vince_nt import (
    Handover,
    Standing,
    accepted,
    form_texts,
    known_to,
    pasted,
)

NOW = datetime(2026, 11, 25, 7, tzinfo=UTC)
CAME = case_report(the_report(read(sample(Format.CSAF_REPORT))))
CASE = replace(CAME, provenance=relayed(CAME.provenance, Hop("Clearinghouse", "TG-1", NOW)))


def test_each_question_that_we_can_answer_has_its_text():
    texts = {each.field: each.text for each in form_texts(CASE)}
    assert list(texts) == [
        "product_name",
        "product_version",
        "vul_description",
        "public_references",
        "disclosure_plans",
    ]
    assert (texts["product_name"], texts["product_version"]) == ("example-archive", "0.3.1")
    assert texts["disclosure_plans"] == (
        "Embargo until 2027-01-31T12:00:00Z. TLP:AMBER+STRICT\n\n"
        "Vendors of the affected packages only. No stacks in tickets."
    )


def test_credit_chain_and_origins_go_along_in_the_words_in_which_they_came():
    (description,) = [t.text for t in form_texts(CASE) if t.field == "vul_description"]
    assert "Credit, verbatim: Jo O'Finder, R. Müller, Example Research Lab" in description
    assert (
        "Chain of reporters: Example Research Lab (LAB-7) > Example CERT (EC-2026-0017)"
        " > Clearinghouse (TG-1)" in description
    )
    assert "Made from: LAB-7; https://example.org/drafts/1" in description


def test_a_case_that_vince_knows_already_is_asked_for_by_its_number():
    case = replace(CASE, aliases=("CVE-2026-10002", "VU#999901"))
    assert {t.field: t.text for t in form_texts(case)}["tracking"] == "VU#999901"


def test_a_text_that_is_too_long_is_told_and_never_cut():
    case = replace(CASE, description="x" * 20_001)
    (description,) = [t for t in form_texts(case) if t.field == "vul_description"]
    assert description.excess > 0
    assert "x" * 20_001 in description.text
    assert f"; {description.excess:,} too many)" in pasted(form_texts(case))


def test_the_page_says_what_to_do_before_it_says_what_to_paste():
    page = pasted(form_texts(CASE))
    assert page.startswith("1. Open https://vulnerabilities.cisa.gov/")
    assert page.index("[Submit]") < page.index("== What is the vulnerability?")


def test_a_pending_report_is_not_in_the_chain_and_an_active_one_is():
    handover = Handover(NOW)
    with pytest.raises(ValueError, match="wait for its case number"):
        known_to(CASE.provenance, handover)
    active = accepted(handover, "CASE#26-12345")
    assert active.standing is Standing.ACTIVE
    after = known_to(CASE.provenance, active)
    assert after.chain[-1] == Hop("VINCE-NT", "CASE#26-12345", NOW)
    assert is_relay_of(after, CASE.provenance)


def test_a_report_becomes_one_case_and_no_other():
    active = accepted(Handover(NOW), "CASE#1")
    assert accepted(active, "CASE#1") == active
    with pytest.raises(ValueError, match="a second number is a second report"):
        accepted(active, "CASE#2")
    with pytest.raises(ValueError, match="copy it from"):
        accepted(Handover(NOW), " ")
