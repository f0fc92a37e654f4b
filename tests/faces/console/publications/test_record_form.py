"""The form of a record changes what somebody has changed in it, and rewords no run of ours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.formats.advisories.record import (
    Basis,
    Credit,
    CreditKind,
    Evidence,
    Product,
    Publisher,
    Record,
    Reference,
    Remedy,
    RemedyKind,
    RevisionNote,
    Severity,
    Span,
    record_data,
)
from tidegate.faces.console.views.doing import UnreadableError
from tidegate.faces.console.views.publications.record_form import (
    fields_of,
    mark_of,
    record_of_form,
    record_of_text,
)

RUN = Span("0", "1.2.6", True, Evidence(Basis.RUN, "the house", ("aa" * 32,), "0.1.0"))
WORD = Span("2.0.0", "2.0.4", False, Evidence(Basis.VOUCHED, "A. Person"))


def record(**more: Any) -> dict[str, Any]:
    made = Record(
        identifier="TG-2026-abcd2345",
        title="Prototype pollution",
        summary="Keys reach the prototype.",
        description="One.\n\nTwo.",
        label="TLP:CLEAR",
        publisher=Publisher("the house", "https://gate.example.org", "desk@example.org"),
        revisions=(RevisionNote(1, datetime(2026, 11, 1, tzinfo=UTC), "First."),),
        products=(
            Product(
                "a vendor",
                "minimist",
                "pkg:npm/minimist",
                affected=(RUN, WORD),
                affected_versions=("3.0.0-rc.1",),
                unaffected_versions=("1.2.6", "1.2.8"),
                unknown_versions=("0.0.1",),
            ),
        ),
        severities=(Severity("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "a finder"),),
        remedies=(Remedy(RemedyKind.VENDOR_FIX, "Update.", "pkg:npm/minimist", "1.2.6"),),
        credits=(Credit("A. Person", CreditKind.FINDER, "a lab", "https://example.org"),),
        references=(Reference("https://example.org/1", "the commit", "fix"),),
        aliases=("GHSA-aaaa-bbbb-cccc",),
        weaknesses=("CWE-1321",),
    )
    return {**record_data(made), **more}


def sent(data: dict[str, Any]) -> QueryDict:
    """Return what a browser sends of the form of a record, if nothing is changed in it."""
    form = QueryDict(mutable=True)
    fields = fields_of(data, person="B. Person")
    for name in ("title", "summary", "description", "impact", "exploited", "cve"):
        form[name] = fields[name]
    form["aliases"], form["weaknesses"] = fields["aliases"], fields["weaknesses"]
    for name in ("severities", "remedies", "credits", "references"):
        form[f"{name}-many"] = str(len(fields[name]))
        for row in fields[name]:
            for part, value in row.items():
                if part not in ("number", "is_blank"):
                    form[f"{name}-{row['number']}-{part}"] = value or ""
    form["products-many"] = str(len(fields["products"]))
    for product in fields["products"]:
        name = f"products-{product['number']}"
        form[f"{name}-was"] = product.get("purl", "")
        for part in ("purl", "name", "vendor"):
            form[f"{name}-{part}"] = product.get(part, "")
        for part in ("affected_versions", "unaffected_versions", "unknown_versions"):
            form[f"{name}-{part}"] = product[part]
        form[f"{name}-spans-many"] = str(len(product["own"]))
        for span in product["own"]:
            for part in ("introduced", "ended", "end", "basis", "by"):
                form[f"{name}-spans-{span['number']}-{part}"] = span[part]
    return form


def test_a_form_that_nobody_has_changed_changes_nothing():
    data = record()
    assert record_of_form(sent(data), data) == (data, "")


def test_what_a_run_has_shown_is_kept_whatever_the_form_says_of_it_and_can_be_taken_out():
    data = record()
    form = sent(data)
    form["products-0-spans-0-basis"] = "run"
    form["products-0-spans-0-by"] = "the house"
    made, _ = record_of_form(form, data)
    ours, theirs = made["products"][0]["affected"]
    assert ours == data["products"][0]["affected"][0]
    assert theirs["evidence"]["basis"] == "vouched"
    assert theirs["evidence"]["receipts"] == []
    form.setlist("out", [mark_of(ours)])
    made, _ = record_of_form(form, data)
    assert [span["introduced"] for span in made["products"][0]["affected"]] == ["2.0.0"]


def test_a_version_that_was_not_run_cannot_be_said_to_be_clear():
    data = record()
    form = sent(data)
    form["products-0-unaffected_versions"] = "1.2.6 9.9.9"
    assert "'9.9.9'" in record_of_form(form, data)[1]
    form["products-0-unaffected_versions"] = "1.2.6"
    made, problem = record_of_form(form, data)
    assert (made["products"][0]["unaffected_versions"], problem) == (["1.2.6"], "")


def test_a_line_that_is_emptied_is_taken_out_and_an_empty_one_filled_is_added():
    data = record()
    form = sent(data)
    form["credits-0-name"] = form["credits-0-organisation"] = form["credits-0-url"] = ""
    form["credits-1-name"], form["credits-1-kind"] = "  C.   Person ", "analyst"
    made, _ = record_of_form(form, data)
    assert [one["name"] for one in made["credits"]] == ["C. Person"]


def test_what_the_form_does_not_hold_stays_as_it_is():
    data = record(statements=[{"vendor": "a", "product": "b"}], discovered_at="2026-01-01T00:00Z")
    made, _ = record_of_form(sent(data), data)
    assert made["statements"] == data["statements"]
    assert made["discovered_at"] == data["discovered_at"]


@pytest.mark.parametrize("text", ["{", "[]", "1", "[" * 100_000, '"a"'])
def test_what_is_no_record_is_refused_in_words(text):
    with pytest.raises(UnreadableError, match="the record is no JSON"):
        record_of_text(text)


_FIELD = st.sampled_from(
    [
        *(f"products-0-{one}" for one in ("was", "purl", "spans-many", "spans-0-end")),
        *(f"{one}-many" for one in ("products", "credits", "references", "severities")),
        "title",
        "out",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(_FIELD, st.text(max_size=12) | st.integers().map(str)))
def test_no_form_makes_it_fail_or_claims_a_run(fields: dict[str, str]):
    data = record()
    form = sent(data)
    for name, value in fields.items():
        form[name] = value
    made, _ = record_of_form(form, data)
    for product in made["products"]:
        ran = [one for one in product["affected"] if one["evidence"]["basis"] == "run"]
        assert all(one == data["products"][0]["affected"][0] for one in ran)
