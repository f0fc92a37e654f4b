"""The first record says what was run and what somebody said, and not a word beyond it."""

from __future__ import annotations

import pytest

from tests.desks.findings.makers import make_finding, make_reproduction, run_row
from tests.desks.publications.rooms import NOW, make_room
from tidegate.desks.cases.models import ProductStatus
from tidegate.desks.cases.services import facts
from tidegate.desks.publications.models import CveId
from tidegate.desks.publications.queries.composing import composed, purl_of
from tidegate.desks.publications.queries.known import known_of
from tidegate.engines.formats.advisories.record import BEGINNING, fault_of
from tidegate.instance.publisher import publisher

pytestmark = pytest.mark.django_db


def record(room):
    room.coordination.refresh_from_db()
    known = known_of(room.coordination)
    return composed(known, identifier="TG-2026-abcd2345", publisher=publisher(), at=NOW)


def test_it_is_whole_and_every_word_of_it_is_somebodys():
    room = make_room(
        references=["https://example.org/commit/1", "javascript:alert(1)"],
        vectors=["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],
        aliases=["CVE-2026-1234", "GHSA-aaaa-bbbb-cccc"],
    )
    finder = room.case.findings.get().finder
    made = record(room)
    assert fault_of(made) is None
    (product,) = made.products
    (span,) = product.affected
    assert (span.introduced, span.ended, span.is_fixed) == (BEGINNING, "1.2.6", True)
    assert span.evidence.oldest_run == "1.1.0"
    assert len(span.evidence.receipts) == 1
    assert product.unaffected_versions == ("1.2.6", "1.2.8")
    assert product.vendor == room.vendor.organisation.name
    assert (made.cve, made.aliases) == ("CVE-2026-1234", ("GHSA-aaaa-bbbb-cccc",))
    assert [one.name for one in made.credits] == [finder.name]
    assert [(one.url, one.kind) for one in made.references] == [
        ("https://example.org/commit/1", "fix")
    ]
    assert [one.source for one in made.severities] == [finder.name]
    assert made.weaknesses == ("CWE-1321",)
    assert [one.version for one in made.remedies] == ["1.2.6"]


def test_all_before_is_said_only_if_the_oldest_release_was_run():
    runs = (
        run_row("1.1.0", "reproduced", inferred=True),
        run_row("1.2.0", "reproduced"),
        run_row("1.2.5", "reproduced"),
        run_row("1.2.6", "not-reproduced"),
    )
    (span,) = record(make_room(runs=runs)).products[0].affected
    assert (span.introduced, span.evidence.oldest_run) == ("1.1.0", "")


def test_what_could_not_be_told_is_unknown_and_ends_no_span_as_fixed():
    runs = (
        run_row("1.0.0", "not-tested"),
        run_row("1.1.0", "reproduced"),
        run_row("1.2.0", "inconclusive"),
        run_row("1.3.0", "not-reproduced", inferred=True),
        run_row("1.4.0", "not-reproduced"),
    )
    (product,) = record(make_room(runs=runs)).products
    (span,) = product.affected
    assert (span.introduced, span.ended, span.is_fixed) == ("1.1.0", "1.1.0", False)
    assert product.unknown_versions == ("1.0.0", "1.2.0")
    assert product.unaffected_versions == ("1.4.0",)


def test_of_two_versions_that_are_equal_in_their_order_neither_is_clear_if_one_is_affected():
    runs = (
        run_row("1.0", "reproduced"),
        run_row("1.0.0", "not-reproduced"),
        run_row("1.1", "not-reproduced"),
    )
    (product,) = record(make_room(runs=runs, package_type="pypi", package="example")).products
    assert [(one.introduced, one.ended) for one in product.affected] == [(BEGINNING, "1.1")]
    assert product.unaffected_versions == ("1.1",)


def test_a_version_is_clear_only_where_every_proof_was_run_and_none_fired():
    room = make_room()
    second = make_finding(verdict="reproduced", case=room.case)
    make_reproduction(
        second,
        range_runs=[
            run_row("1.1.0", "not-reproduced"),
            run_row("1.2.0", "reproduced"),
            run_row("1.2.5", "reproduced"),
            run_row("1.2.6", "reproduced"),
            run_row("1.2.8", "not-reproduced"),
        ],
    )
    (product,) = record(room).products
    assert [(one.introduced, one.ended) for one in product.affected] == [(BEGINNING, "1.2.8")]
    assert product.unaffected_versions == ("1.2.8",)


def test_a_vendors_word_and_what_is_known_outside_stand_in_it():
    room = make_room()
    part = room.coordination.participants.get(organisation=room.vendor.organisation)
    ProductStatus.objects.create(
        participant=part,
        product="pkg:npm/minimist",
        status="not_affected",
        justification="component_not_present",
        statement="Not in our build.",
        said_by="somebody",
        said_at=NOW,
    )
    CveId.objects.create(
        number="CVE-2026-9999", case=room.case, cna="vendor", is_ours=False, by="x", at=NOW
    )
    facts.record_fact(room.one.actor, room.key, "attacks-seen", at=NOW)
    made = record(room)
    (statement,) = made.statements
    assert (statement.vendor, statement.words) == (
        room.vendor.organisation.name,
        "Not in our build.",
    )
    assert made.cve == "CVE-2026-9999"
    assert "Attacks have been seen" in made.exploited


def test_a_scoped_package_has_a_url_without_a_version():
    assert purl_of("npm", "@babel/core") == "pkg:npm/%40babel/core"
