"""A statement is about what it names, all of it; it annotates, and 'affected' wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.matching.vex import Statement, Status, applies, settled

CVE = "CVE-2026-1"
PRODUCT = "pkg:oci/shop@sha256%3Aabc"
ASSET = "asset-7"
PART = "pkg:npm/left-pad@1.3.0?arch=all"


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


def statement(**more) -> Statement:
    plain = Statement(
        CVE, PRODUCT, "pkg:npm/left-pad", Status.NOT_AFFECTED, "", "", "Acme", day(1), "acme"
    )
    return replace(plain, **more)


def about(said: Statement, *names: str, products=(PRODUCT, ASSET), component=PART) -> bool:
    return applies(said, names or (CVE,), products, component)


def test_vulnerability_product_and_component_all_have_to_match():
    assert about(statement())
    assert about(statement(product=ASSET))
    assert not about(statement(), "CVE-2026-2")
    assert not about(statement(product="pkg:oci/bank@sha256%3Aabc"))
    assert not about(statement(component="pkg:npm/right-pad"))


def test_a_statement_about_another_product_silences_nothing_here():
    """Trivy once took one product's statements for every product with the component."""
    assert not about(statement(), products=("pkg:oci/bank",))
    assert not about(statement(product=""), products=("",))


def test_another_name_of_the_vulnerability_will_do():
    assert about(statement(aliases=("GHSA-aaaa-bbbb-cccc",)), "GHSA-aaaa-bbbb-cccc")


def test_without_a_component_it_is_about_the_whole_product():
    assert about(statement(component=""))
    assert not about(statement(component="", product="pkg:oci/bank"))


def test_a_package_may_be_the_product_itself():
    assert about(statement(component="", product="pkg:npm/left-pad@1.3.0"), products=("asset-9",))
    assert not about(statement(component="", product="pkg:npm/left-pad@1.2.0"), products=("x",))


@pytest.mark.parametrize(
    ("said", "is_meant"),
    [
        ("pkg:npm/left-pad@1.3.0", True),
        ("pkg:npm/left-pad@1.3.0?arch=all", True),
        ("pkg:npm/Left-Pad", True),
        ("pkg:npm/left-pad@1.3.1", False),
        ("pkg:npm/left-pad?arch=amd64", False),
        ("pkg:npm/left-pad#lib", False),
        ("pkg:pypi/left-pad", False),
        ("left-pad", False),
        ("pkg:", False),
    ],
)
def test_a_package_url_means_what_it_says_and_no_less(said, is_meant):
    assert about(statement(component=said)) is is_meant


def test_names_of_types_and_namespaces_are_brought_together():
    said = statement(component="pkg:apk/alpine/musl")
    assert about(said, component="pkg:alpine/alpine/musl@1.2.3-r0")
    said = statement(component="pkg:rpm/redhat/bash")
    assert about(said, component="pkg:rpm/rhel/bash@5.1-1?distro=rhel-9")
    assert not about(said, component="pkg:rpm/rocky/bash@5.1-1")


def test_affected_wins_over_what_others_said_later():
    old = statement(status=Status.AFFECTED, said_by="Finder")
    new = statement(said_at=day(9))
    came = settled([new, old])
    assert came is not None
    assert (came.status, came.is_disputed, came.others) == (Status.AFFECTED, True, (new,))


def test_else_the_newer_one_counts():
    came = settled(
        [
            statement(status=Status.FIXED, said_by="Vendor", said_at=day(2)),
            statement(status=Status.UNDER_INVESTIGATION, said_at=None),
        ]
    )
    assert came is not None
    assert came.status is Status.FIXED
    assert came.is_disputed


def test_who_said_affected_may_say_that_it_is_fixed_now():
    came = settled(
        [statement(status=Status.AFFECTED), statement(status=Status.FIXED, said_at=day(2))]
    )
    assert came is not None
    assert (came.status, came.is_disputed) == (Status.FIXED, False)


def test_nobody_takes_back_what_came_from_elsewhere_by_using_its_name():
    came = settled(
        [
            statement(status=Status.AFFECTED),
            statement(status=Status.FIXED, said_at=day(2), source="somebody"),
        ]
    )
    assert came is not None
    assert came.status is Status.AFFECTED


def test_of_two_things_said_at_once_the_more_careful_counts():
    came = settled([statement(), statement(status=Status.AFFECTED)])
    assert came is not None
    assert came.status is Status.AFFECTED


def test_of_nothing_comes_nothing():
    assert settled([]) is None


MADE = st.builds(
    statement,
    status=st.sampled_from(Status),
    said_by=st.sampled_from(["Acme", "Vendor"]),
    source=st.sampled_from(["acme", "feed"]),
    said_at=st.none() | st.integers(1, 5).map(day),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(MADE, min_size=1, max_size=6), st.randoms())
def test_the_order_of_arrival_changes_nothing_and_nothing_is_lost(statements, random):
    came = settled(statements)
    again = [*statements]
    random.shuffle(again)
    other = settled(again)
    assert came is not None
    assert other is not None
    assert came.status is other.status
    assert sorted([came.statement, *came.others], key=repr) == sorted(statements, key=repr)
