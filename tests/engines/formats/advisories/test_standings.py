"""What a record says of versions: one normal form, and one word for each version."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.formats.advisories.records import example_record, records

from tidegate.engines.formats.advisories.record import (
    BEGINNING,
    Basis,
    Evidence,
    Product,
    Span,
)
from tidegate.engines.formats.advisories.standings import (
    Said,
    SaidOfProduct,
    SaidSpan,
    said,
    said_by_record,
    said_of_product,
    standing_of,
)

PURL = "pkg:npm/minimist"
EVIDENCE = Evidence(Basis.VOUCHED, "somebody")

EXAMPLE = said_by_record(example_record()).of(PURL)


def key(version: str) -> tuple[int, ...]:
    """Return what the versions of these tests are sorted by; a pre-release comes before."""
    release, _, before = version.partition("-")
    numbers = [*map(int, release.split("."))]
    return (*numbers, 0 if before else 1, *map(ord, before))


@pytest.mark.parametrize(
    ("version", "standing"),
    [
        ("0.0.1", "affected"),
        ("0.2.3", "affected"),
        ("0.2.4", "fixed"),
        ("0.2.5", "unsaid"),
        ("0.2.5-rc.1", "unknown"),
        ("1.0.0", "affected"),
        ("1.2.5", "affected"),
        ("1.2.6", "fixed"),
        ("1.2.7", "not_affected"),
        ("1.2.9", "unsaid"),
        ("2.0.0-alpha.2", "unknown"),
        ("2.0.0-alpha.3", "unknown"),
        ("2.0.0", "unsaid"),
    ],
)
def test_each_version_of_the_example_has_its_word(version, standing):
    assert standing_of(EXAMPLE, version, key) == standing


def test_a_backported_fix_says_nothing_of_what_comes_between_the_lines():
    assert standing_of(EXAMPLE, "0.9.9", key) == "unsaid"


def test_what_is_affected_wins_over_every_other_word():
    product = said_of_product(
        PURL,
        affected=[SaidSpan("1.0.0", "2.0.0", True)],
        affected_versions=["3.0.0"],
        fixed_versions=["1.5.0", "3.0.0"],
        unaffected_versions=["1.0.0", "3.0.0"],
        unknown_versions=["1.0.0", "3.0.0"],
    )
    assert standing_of(product, "3.0.0", key) == "affected"
    assert standing_of(product, "1.0.0", key) == "affected"
    assert standing_of(product, "1.5.0", key) == "affected"
    assert product.unknown_versions == product.unaffected_versions == ()


def test_a_version_of_which_it_could_not_be_told_is_not_fixed():
    product = said_of_product(PURL, fixed_versions=["1.2.6"], unknown_versions=["1.2.6"])
    assert standing_of(product, "1.2.6", key) == "unknown"


def test_a_span_of_one_version_is_that_version_and_one_of_none_is_nothing():
    product = said_of_product(
        PURL,
        affected=[SaidSpan("1.0.0", "1.0.0", False), SaidSpan("2.0.0", "2.0.0", True)],
        unknown=[SaidSpan("3.0.0", "3.0.0", False)],
    )
    assert product == SaidOfProduct(PURL, affected_versions=("1.0.0",), unknown_versions=("3.0.0",))


def test_what_ends_one_span_as_fixed_and_begins_the_next_is_affected():
    spans = (
        Span("1.0.0", "1.1.0", True, EVIDENCE),
        Span("1.1.0", "1.2.0", True, EVIDENCE),
    )
    record = example_record(products=(Product("v", "minimist", PURL, affected=spans),))
    assert said_by_record(record).of(PURL).fixed_versions == ("1.2.0",)


def test_a_withdrawn_record_says_nothing():
    record = example_record(withdrawn_at=example_record().modified_at, withdrawn_because="wrong")
    assert said_by_record(record) == Said(())


def test_two_products_of_one_package_are_told_as_one():
    two = (
        Product("a", "minimist", PURL, affected_versions=("1.0.0",)),
        Product("b", "minimist", PURL, unaffected_versions=("1.0.0", "2.0.0")),
    )
    assert said_by_record(example_record(products=two)).products == (
        SaidOfProduct(PURL, affected_versions=("1.0.0",), unaffected_versions=("2.0.0",)),
    )


@settings(max_examples=12, deadline=None)
@given(record=records(), shuffled=st.randoms())
def test_the_normal_form_is_one_whatever_the_order_and_the_repetitions(record, shuffled):
    form = said_by_record(record)
    parts = list(form.products) * 2
    shuffled.shuffle(parts)
    assert said(parts) == form


@settings(max_examples=12, deadline=None)
@given(record=records())
def test_no_version_is_named_twice(record):
    for product in said_by_record(record).products:
        lists = (
            product.affected_versions,
            product.fixed_versions,
            product.unaffected_versions,
            product.unknown_versions,
        )
        named = [version for one in lists for version in one]
        assert len(named) == len(set(named))


def test_a_span_without_an_end_holds_all_that_comes():
    product = said_of_product(PURL, affected=[SaidSpan(BEGINNING, "", False)])
    assert standing_of(product, "99.0.0", key) == standing_of(product, "0.0.1", key) == "affected"
