"""What is kept of a record can be written, matched and listed anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.engines.formats.advisories.records import example_record
from tests.engines.updates.repositories import new_signer
from tidegate.desks.publications.states.limits import (
    LONGEST_OTHER,
    MOST_ENTRIES,
    MOST_VALUES,
    limit_fault_of,
)
from tidegate.engines.formats.advisories.openvex import openvex
from tidegate.engines.formats.advisories.record import Record, Reference, record_data
from tidegate.engines.updates.bundles import make_bundle

_WEST = timezone(-timedelta(hours=12))


def of_product(**columns: Any) -> Record:
    record = example_record()
    return replace(record, products=(replace(record.products[0], **columns),))


def test_a_record_as_it_is_composed_keeps_its_bounds():
    assert limit_fault_of(example_record()) is None
    lines = replace(example_record(), description="One.\r\n\n\tTwo: \N{BLACK HEART SUIT} 𝄞")
    assert limit_fault_of(lines) is None


@pytest.mark.parametrize(
    ("record", "place", "mend"),
    [
        (replace(example_record(), title="a" * 301), "title", "at most 300"),
        (replace(example_record(), cve="CVE-2026-" + "1" * 4000), "cve", "at most 30"),
        (replace(example_record(), title="a\0b"), "title", r"'\\x00'"),
        (replace(example_record(), summary="a\x1b[2Jb"), "summary", r"'\\x1b'"),
        (replace(example_record(), title="\ud800"), "title", r"'\\ud800'"),
        (replace(example_record(), aliases=("ok", "a\0")), "aliases.1", "take it out"),
        (of_product(purl="pkg:npm/" + "a" * 500), "products.0.purl", "at most 500"),
        (
            of_product(affected_versions=("1.0.0", "1" * 501)),
            "products.0.affected_versions.1",
            f"at most {LONGEST_OTHER}",
        ),
        (
            of_product(affected_versions=tuple(f"0.{n}" for n in range(MOST_ENTRIES + 1))),
            "products.0.affected_versions",
            "at most 5,000",
        ),
        (
            replace(example_record(), references=(Reference("https://a/" + "b" * 2000, ""),)),
            "references.0.url",
            "at most 2,000",
        ),
        (
            replace(example_record(), discovered_at=datetime(9999, 12, 31, 23, tzinfo=_WEST)),
            "discovered_at",
            "1 to 9999",
        ),
        (
            replace(example_record(), discovered_at=datetime(2026, 1, 1)),  # noqa: DTZ001
            "discovered_at",
            "no zone",
        ),
    ],
)
def test_what_is_beyond_them_is_named_with_its_place_and_the_mend(record, place, mend):
    fault = limit_fault_of(record)
    assert fault is not None
    assert fault.startswith(f"{place}: ")
    assert mend.replace("\\\\", "\\") in fault


def test_the_largest_record_there_may_be_becomes_a_bundle():
    product = example_record().products[0]
    each = tuple(f"0.0.{number}" for number in range(4_900))
    full = replace(
        product,
        affected_versions=each,
        unaffected_versions=tuple(f"1.{one}" for one in each),
        unknown_versions=tuple(f"2.{one}" for one in each),
    )
    record = replace(example_record(), products=(full,))
    assert limit_fault_of(record) is None
    too_much = replace(record, products=(full, replace(full, name="other")))
    assert f"{MOST_VALUES:,} values" in (limit_fault_of(too_much) or "")
    assert make_bundle(
        record.identifier,
        record.revision,
        record_data(record),
        subjects={"a.json": b"{}"},
        documents={"openvex": openvex(record)},
        signer=new_signer("bundle"),
    )
