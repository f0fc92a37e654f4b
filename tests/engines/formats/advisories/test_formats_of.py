"""All documents of a record at once, or one error."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from tests.engines.formats.advisories.records import example_record, records

from tidegate.engines.formats.advisories.cve import Cna
from tidegate.engines.formats.advisories.formats_of import WORDS, DocumentError, documents
from tidegate.engines.formats.advisories.record import Record, Severity

CNA = Cna("5a7c2e4f-0f5c-4b1e-9a53-6a1d2c3b4e5f", "tidegate")


@settings(max_examples=20, deadline=None)
@given(records())
def test_every_record_has_all_its_documents_and_each_follows_its_schema(record: Record) -> None:
    made = documents(record, CNA)

    assert list(made) == [word for word in WORDS if word != "cve" or record.cve]
    for raw in made.values():
        assert raw.endswith(b"}\n")
        assert isinstance(json.loads(raw), dict)


def test_the_same_record_makes_the_same_bytes() -> None:
    assert documents(example_record(), CNA) == documents(example_record(), CNA)


def test_there_is_no_cve_record_where_another_cna_makes_it() -> None:
    assert "cve" not in documents(example_record(), None)
    assert "cve" not in documents(example_record(cve=""), CNA)


def test_one_broken_document_leaves_none_and_names_format_place_and_mend() -> None:
    record = example_record(severities=(Severity("CVSS:3.1/AV:none", "us"),))

    with pytest.raises(DocumentError, match=r"^osv: /severity/0/score: .*mend the record"):
        documents(record, CNA)


def test_a_record_that_may_not_be_published_has_no_documents() -> None:
    with pytest.raises(DocumentError, match="the record: title: is empty; write it"):
        documents(example_record(title=" "), CNA)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(DocumentError, match="half a character"):
        documents(example_record(description="broken \ud800"), CNA)


def test_a_cna_whose_id_is_no_uuid_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"cve: /cveMetadata/assignerOrgId"):
        documents(example_record(), Cna("tidegate", "tidegate"))
