"""What a vendor says is kept apart from how far one has come with it, and silence stays silence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desks.cases.makers import (
    NOW,
    coordinated,
    coordinator,
    day,
    part_of,
    party,
    take_in,
    under_embargo,
)
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.cases.models import Coordination, Participant
from tidegate.desks.cases.services import inviting, vendors
from tidegate.desks.findings.services.refusals import NotPossibleError

pytestmark = pytest.mark.django_db
PRODUCT = "pkg:npm/minimist"


def test_one_status_holds_for_a_product_and_the_earlier_ones_are_kept() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor)
    said = (
        ("under_investigation", "investigating"),
        ("affected", "answered"),
        ("fixed", "answered"),
    )
    for number, (status, contact) in enumerate(said):
        vendors.say_status(vendor.actor, row.case.key, vendor.key, PRODUCT, status, at=day(number))
        assert part_of(row, vendor).contact == contact
    statuses = part_of(row, vendor).statuses.order_by("pk")
    assert [one.status for one in statuses] == ["under_investigation", "affected", "fixed"]
    assert [one.replaced_at for one in statuses] == [day(1), day(2), None]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"status": "not_affected"}, "for a reason: say one of component_not_present"),
        ({"status": "fixed", "justification": "component_not_present"}, "leave it out"),
        ({"status": "fine"}, "is no status; say one of"),
        ({"status": "fixed", "product": " "}, "name the product"),
    ],
)
def test_words_that_do_not_go_together_are_refused(words: dict[str, Any], said: str) -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor)
    words = {"product": PRODUCT, **words}
    with pytest.raises(NotPossibleError, match=said):
        vendors.say_status(vendor.actor, row.case.key, vendor.key, at=NOW, **words)


def test_a_party_speaks_for_itself_alone_and_only_a_vendor_of_products() -> None:
    by, vendor, rival = coordinator(), party(), party()
    operator = party(OrganisationKind.OPERATOR)
    row = under_embargo(by, vendor, rival)
    take_in(row, by, operator, "operator", terms=day(30))
    with pytest.raises(NotFoundError):
        vendors.say_status(rival.actor, row.case.key, vendor.key, PRODUCT, "fixed", at=NOW)
    with pytest.raises(NotPossibleError, match="is no vendor in"):
        vendors.say_status(operator.actor, row.case.key, operator.key, PRODUCT, "fixed", at=NOW)
    vendors.say_status(by.actor, row.case.key, vendor.key, PRODUCT, "affected", at=NOW)
    assert part_of(row, vendor).statuses.get().said_by == by.actor.name


def test_a_fix_is_ready_only_where_the_report_was_decided_about() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor)
    key = row.case.key
    with pytest.raises(NotPossibleError, match="let the report be accepted"):
        vendors.record_progress(vendor.actor, key, vendor.key, "fix-ready", at=NOW)
    for event in ("validate", "accept"):
        vendors.handle_report(vendor.actor, key, vendor.key, event, at=NOW)
    with pytest.raises(NotPossibleError, match="fix-deployed cannot follow"):
        vendors.record_progress(vendor.actor, key, vendor.key, "fix-deployed", at=NOW)
    vendors.record_progress(vendor.actor, key, vendor.key, "fix-ready", at=day(1))
    assert (part_of(row, vendor).vendor, part_of(row, vendor).report) == ("VFd", "accepted")


def test_a_valid_report_does_not_close_directly() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor)
    vendors.handle_report(vendor.actor, row.case.key, vendor.key, "validate", at=NOW)
    with pytest.raises(NotPossibleError, match="here follows only accept or defer"):
        vendors.handle_report(vendor.actor, row.case.key, vendor.key, "close", at=NOW)


def contact(row: Coordination, who: Any) -> str:
    return part_of(row, who).contact


def test_contact_comes_forward_by_itself_and_back_by_a_coordinator_alone() -> None:
    by, vendor = coordinator(), party(cases_a_week=0)
    row = coordinated(by)
    key = row.case.key
    inviting.invite(by.actor, key, vendor.key, "vendor", at=NOW)
    assert contact(row, vendor) == "not-contacted"
    vendor.organisation.cases_a_week = None
    vendor.organisation.save()
    inviting.remove(by.actor, key, vendor.key, reason="anew", at=NOW)
    inviting.invite(by.actor, key, vendor.key, "vendor", at=NOW)
    assert contact(row, vendor) == "notified"
    assert not vendors.mark_seen(by.actor, key, vendor.key, at=NOW)
    assert vendors.mark_seen(vendor.actor, key, vendor.key, at=NOW)
    assert not vendors.mark_seen(vendor.actor, key, vendor.key, at=NOW)
    assert contact(row, vendor) == "seen"
    vendors.set_contact(by.actor, key, vendor.key, Participant.Contact.NOTIFIED, at=NOW)
    assert contact(row, vendor) == "notified"
    with pytest.raises(NotFoundError):
        vendors.set_contact(vendor.actor, key, vendor.key, "answered", at=NOW)


def test_a_party_that_has_not_joined_says_nothing() -> None:
    by, vendor = coordinator(), party()
    row = coordinated(by)
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=NOW)
    with pytest.raises(NotFoundError):
        vendors.say_status(vendor.actor, row.case.key, vendor.key, PRODUCT, "fixed", at=NOW)
    with pytest.raises(NotPossibleError, match="has not joined"):
        vendors.say_status(by.actor, row.case.key, vendor.key, PRODUCT, "fixed", at=NOW)
