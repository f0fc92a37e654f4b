"""Versions are compared by their place in the order, and what has none is not published."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engines.formats.advisories.records import example_record
from tidegate.desks.publications.queries.versions import Tried, version_faults
from tidegate.engines.formats.advisories.record import (
    Basis,
    Evidence,
    Product,
    Remedy,
    RemedyKind,
    Span,
)

PURL = "pkg:npm/minimist"
WORD = Evidence(Basis.VOUCHED, "A. Person")
STATED = Evidence(Basis.STATED, "A vendor")
LISTED = frozenset(("1.1.0", "1.2.0", "1.2.5", "1.2.6", "1.2.8"))


def faults(*spans, remedies=(), not_fixed=(), purl=PURL, listed=LISTED, **more):
    product = Product("a vendor", "minimist", purl, affected=spans, **more)
    record = example_record(products=(product,), remedies=remedies)
    return [*version_faults(record, Tried(PURL, listed, not_fixed))]


@pytest.mark.parametrize(
    "version",
    ["1.2.6", "v1.2.6", "=1.2.6", "1.2.06", " 1.2.6", "1.2.6 ", "1.2.6+x", "1.2.5.99", "1.2.6-0"],
)
def test_however_it_is_written_what_trying_has_shown_not_to_be_fixed_is_not_said_to_be(version):
    span = Span("1.1.0", version, True, WORD)
    assert faults(span, not_fixed=("1.2.6",))


@pytest.mark.parametrize("version", ["1.2.6", "v1.2.6", "=1.2.6", "1.2.06", "1.2.6+x"])
def test_it_is_not_said_of_another_kind_of_package_nor_by_a_remedy_either(version):
    remedy = Remedy(RemedyKind.VENDOR_FIX, "Update.", PURL, version)
    for one in (remedy, replace(remedy, purl=""), replace(remedy, kind=RemedyKind.MITIGATION)):
        assert "trying it" in faults(remedies=(one,), not_fixed=("1.2.6",))[-1]
    span = Span("1.1.0", version, True, WORD)
    assert "trying it" in faults(span, purl="pkg:generic/x", not_fixed=("1.2.6",))[-1]


def test_what_is_not_fixed_is_named_unknown_after_a_fixed_one_or_lies_within():
    before = Span("1.1.0", "1.2.6", True, WORD)
    (fault,) = faults(before, not_fixed=("1.2.8",))
    assert "'1.2.8' comes after '1.2.6'" in fault
    assert faults(before, not_fixed=("1.2.8",), unaffected_versions=("1.2.8",))
    assert not faults(before, not_fixed=("1.2.8",), unknown_versions=("1.2.8",))
    assert not faults(before, not_fixed=("1.2.5",))
    assert not faults(Span("1.1.0", "1.2.5", False, WORD), not_fixed=("1.2.6",))
    later = Span("2.0.0", "2.0.4", False, WORD)
    assert not faults(Span("0.1.0", "0.2.4", True, WORD), later, not_fixed=("2.0.5",))


@pytest.mark.parametrize(
    ("introduced", "ended", "is_fixed"),
    [
        ("1.2.6", "1.2.0", True),
        ("1.2.6", "1.2.6", True),
        ("1.10.0", "1.9.0", False),
        ("0", "0.0.0-0", True),
    ],
)
def test_a_span_that_holds_nothing_is_refused(introduced, ended, is_fixed):
    (fault,) = faults(Span(introduced, ended, is_fixed, WORD))
    assert "there is no version" in fault
    assert not faults(Span("1.9.0", "1.10.0", is_fixed, WORD))


@pytest.mark.parametrize("introduced", ["0.0.0-0", "0.0.0", "0.0.1", "1.0.9"])
def test_a_first_version_before_all_that_there_are_needs_what_zero_needs(introduced):
    (fault,) = faults(Span(introduced, "1.2.6", True, STATED))
    assert "all versions before" in fault
    assert not faults(Span(introduced, "1.2.6", True, WORD))
    assert not faults(Span("1.1.0", "1.2.6", True, STATED))


def test_a_clear_version_inside_an_affected_span_is_refused():
    span = Span("1.1.0", "1.2.6", True, WORD)
    (fault,) = faults(span, unaffected_versions=("1.2.5",))
    assert "lies within" in fault
    assert not faults(span, unaffected_versions=("1.2.6", "1.2.8"))


@pytest.mark.parametrize("word", ["affected_versions", "unknown_versions"])
def test_every_version_is_written_as_its_ecosystem_writes_it_or_as_its_registry_lists_it(word):
    (fault,) = faults(**{word: ("v1.2.6",)})
    assert fault.startswith(f"products.0.{word}: 'v1.2.6' is no version as npm writes it")
    assert not faults(**{word: ("v1.2.6",)}, listed=("v1.2.6",))
    assert faults(Span("latest", None, False, WORD))


def test_a_remedy_is_for_a_package_of_the_record():
    (fault,) = faults(remedies=(Remedy(RemedyKind.VENDOR_FIX, "Update.", "pkg:npm/x", "1.0.0"),))
    assert fault.startswith("remedies.0.purl:")


def test_of_what_is_withdrawn_nothing_is_asked():
    record = example_record(products=(Product("a", "b", PURL, affected_versions=("x",)),))
    gone = replace(record, withdrawn_at=record.modified_at, withdrawn_because="A mistake.")
    assert not [*version_faults(gone, Tried(PURL, (), ()))]


def test_where_the_order_is_not_known_texts_are_compared():
    span = Span("a", "b", True, WORD)
    assert not faults(span, purl="pkg:generic/minimist")
    assert faults(replace(span, ended="a"), purl="pkg:generic/minimist")
    assert faults(replace(span, ended="b "), purl="pkg:generic/minimist")


def test_what_a_registry_lists_and_no_order_knows_is_left_as_the_runs_say_it():
    run = Evidence(Basis.RUN, "the house", ("aa" * 32,))
    span = Span("1.2.0", None, False, run)
    listed = ("2004d", "1.2.0")
    product = Product("a", "x", "pkg:pypi/x", affected=(span,), unaffected_versions=("2004d",))
    record = example_record(products=(product,), remedies=())
    assert not [*version_faults(record, Tried("pkg:pypi/x", listed, ()))]
