"""Nobody puts words into another's mouth, be it the runs', a person's or a vendor's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desks.findings.makers import make_finding, make_reproduction, run_row
from tests.desks.publications.rooms import (
    NOW,
    approve,
    day,
    handed_in,
    make_room,
    published,
    working,
)
from tests.desks.publications.services.test_drafting import edited
from tidegate.desks.cases.models import ProductStatus
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.publications.queries.previews import checked
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.services import approving, drafting
from tidegate.desks.publications.services.publishing import publish_due
from tidegate.engines.formats.advisories.record import Basis, Evidence, Product, Span

pytestmark = pytest.mark.django_db


def begun(room):
    publication = drafting.begin(room.one.actor, room.key, at=NOW)
    return publication, record_of(working(publication)).products[0]


def refused(room, publication, match, *, by=None, **fields):
    """Edit the draft, and see that it is not handed in for that reason."""
    edited(room, publication, by=by, **fields)
    with pytest.raises(NotPossibleError, match=match):
        approving.submit((by or room.one).actor, publication.identifier, at=NOW)


def says(product, *spans, **more):
    return {"products": (replace(product, affected=spans, **more),)}


def state(room, *, status="affected", versions="vers:npm/>=1.1.0|<1.2.6", words="Ours."):
    return ProductStatus.objects.create(
        participant=room.coordination.participants.get(organisation=room.vendor.organisation),
        product="pkg:npm/minimist",
        status=status,
        statement=words,
        versions=versions,
        said_by="somebody",
        said_at=NOW,
    )


@pytest.mark.parametrize(
    ("changes", "evidence"),
    [
        ({"ended": "9.9.9"}, {}),
        ({"ended": "1.2.5", "is_fixed": False}, {}),
        ({"ended": None, "is_fixed": False}, {}),
        ({"introduced": "1.1.0"}, {}),
        ({}, {"oldest_run": "1.2.0"}),
        ({}, {"oldest_run": "never-ran"}),
        ({}, {"by": "somebody else"}),
        ({}, {"receipts": ()}),
        ({}, {"receipts": ("00" * 32,)}),
    ],
)
def test_what_runs_say_is_said_as_they_say_it(changes, evidence):
    room = make_room()
    publication, product = begun(room)
    (span,) = product.affected
    said = replace(span, **changes, evidence=replace(span.evidence, **evidence))
    fields = says(product, said)
    refused(room, publication, r"products\.0\.affected\.0\.evidence.*take over", **fields)


def test_a_start_at_zero_needs_the_oldest_release_to_have_been_run_in_this_case():
    runs = (
        run_row("1.2.0", "reproduced", inferred=True),
        run_row("1.2.1", "reproduced"),
        run_row("1.2.6", "not-reproduced"),
    )
    room = make_room(runs=runs)
    publication, product = begun(room)
    (span,) = product.affected
    assert span.introduced == "1.2.0"
    forged = replace(span, introduced="0", evidence=replace(span.evidence, oldest_run="1.2.0"))
    refused(room, publication, "the case's runs do not say this", **says(product, forged))


def test_what_runs_say_of_one_package_is_not_said_of_another():
    room = make_room()
    publication, product = begun(room)
    other = replace(product, purl="pkg:npm/express", name="express")
    refused(room, publication, "receipts: are not of|runs do not say", products=(product, other))


def test_a_version_that_was_not_run_is_not_said_to_be_clear_and_runs_can_be_left_out():
    room = make_room()
    publication, product = begun(room)
    refused(
        room,
        publication,
        "unaffected_versions: '9.9.9' was not run",
        **says(product, *product.affected, unaffected_versions=("1.2.6", "9.9.9")),
    )
    edited(room, publication, **says(product, unaffected_versions=("1.2.8",)), remedies=())
    approving.submit(room.one.actor, publication.identifier, at=NOW)


def test_it_is_asked_again_when_it_goes_out_and_a_further_receipt_changes_nothing():
    room = make_room()
    publication = handed_in(room)
    approve(room, publication)
    same = make_finding(verdict="reproduced", case=room.case, version="1.2.0")
    made = make_reproduction(same)
    assert checked(room.one.actor, publication.identifier, at=NOW) == ()
    made.delete()
    make_reproduction(same, range_runs=[run_row("1.2.6", "reproduced")])
    assert publish_due(NOW) == 0
    assert "runs do not say this" in working(publication).held_because


def test_a_person_vouches_for_themselves_and_it_stands_once_it_is_out():
    room = make_room()
    publication, product = begun(room)
    own = Span("2.0.0", "2.0.4", True, Evidence(Basis.VOUCHED, room.one.person.name))
    for by in (room.vendor.organisation.name, room.other.person.name, "", "nobody"):
        other = replace(own, evidence=Evidence(Basis.VOUCHED, by))
        refused(room, publication, "evidence.by: .* vouches for it", **says(product, other))
    edited(room, publication, **says(product, *product.affected, own))
    name = publication.identifier
    assert "vouches for it" in checked(room.other.actor, name, at=NOW)[0]
    with pytest.raises(NotPossibleError, match="vouches for it"):
        approving.submit(room.other.actor, name, at=NOW)
    approving.submit(room.one.actor, name, at=NOW)
    approve(room, publication)
    assert publish_due(NOW) == 1
    drafting.revise(room.other.actor, name, words="More.", at=day(1))
    approving.submit(room.other.actor, name, at=day(1))


def test_who_vouches_names_no_runs():
    room = make_room()
    publication, product = begun(room)
    evidence = replace(product.affected[0].evidence, basis=Basis.VOUCHED, by=room.one.person.name)
    said = replace(product.affected[0], evidence=evidence)
    refused(room, publication, "names a run", **says(product, said))


def test_a_vendor_has_said_what_it_is_said_to_have_said():
    room = make_room()
    state(room)
    publication, product = begun(room)
    (statement,) = record_of(working(publication)).statements
    for nobodys in (
        replace(statement, vendor="Red Hat"),
        replace(statement, words="All is well."),
        replace(statement, versions=""),
    ):
        refused(room, publication, r"statements\.0: .* does not say this", statements=(nobodys,))
    vendor = room.vendor.organisation.name
    said = Span("1.1.0", "1.2.6", True, Evidence(Basis.STATED, vendor))
    for wrong in (
        replace(said, ended="1.2.5"),
        replace(said, evidence=Evidence(Basis.STATED, "Red Hat")),
    ):
        fields = says(product, wrong, unaffected_versions=())
        refused(room, publication, "has not said this range", statements=(), **fields)
    edited(room, publication, statements=(statement,), **says(product, said))
    approving.submit(room.one.actor, publication.identifier, at=NOW)
    approve(room, publication)
    ProductStatus.objects.update(replaced_at=NOW)
    assert publish_due(NOW) == 0
    assert "in the case" in working(publication).held_because


def test_a_withdrawal_goes_out_whatever_was_said_before():
    room = make_room()
    state(room)
    publication = published(room)
    ProductStatus.objects.update(replaced_at=NOW)
    drafting.withdraw(room.one.actor, publication.identifier, reason="a mistake", at=day(1))
    approving.submit(room.other.actor, publication.identifier, at=day(1))


def test_a_product_of_which_nothing_was_run_can_be_vouched_for():
    room = make_room()
    publication, product = begun(room)
    own = Span("0", "2.0.4", True, Evidence(Basis.VOUCHED, room.one.person.name))
    fork = Product("A vendor", "minimist-lite", "pkg:npm/minimist-lite", affected=(own,))
    edited(room, publication, products=(product, fork))
    approving.submit(room.one.actor, publication.identifier, at=NOW)
