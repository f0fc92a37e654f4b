"""A vendor gets no more new cases than it takes in a week; the others wait in a fair line."""

from __future__ import annotations

import pytest

from tests.desks.cases.makers import (
    NOW,
    Party,
    coordinated,
    coordinator,
    day,
    finder_of,
    make_proven_case,
    part_of,
    party,
    take_in,
)
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.cases.models import Coordination
from tidegate.desks.cases.queries.line import capacity_of, place_in_line
from tidegate.desks.cases.services import consenting, inviting
from tidegate.desks.cases.services.capacity import admit_waiting
from tidegate.desks.parties.services.organisations import set_capacity

pytestmark = pytest.mark.django_db


def offered(by: Party, vendor: Party, priority: int = 10, at: float = 0) -> Coordination:
    """Offer a vendor a case of that priority."""
    row = coordinated(by, make_proven_case(priority=priority))
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=day(at))
    return row


def test_beyond_a_weeks_number_a_case_waits_and_the_vendor_cannot_answer_for_it() -> None:
    by, vendor = coordinator(), party(cases_a_week=1)
    first, second = offered(by, vendor), offered(by, vendor)
    assert part_of(first, vendor).invited_at == NOW
    waiting = part_of(second, vendor)
    assert (waiting.invited_at, waiting.queued_at, waiting.contact) == (None, NOW, "not-contacted")
    with pytest.raises(NotFoundError):
        consenting.accept(vendor.actor, second.case.key, vendor.key, at=NOW)


def test_the_most_urgent_case_comes_first_and_then_the_one_that_waits_longest() -> None:
    by, vendor = coordinator(), party(cases_a_week=0)
    low, old, new, high = (
        offered(by, vendor, priority, at)
        for priority, at in ((10, 0), (20, 0.1), (20, 0.2), (40, 0.3))
    )
    places = [
        place_in_line(by.actor, row.case.key, vendor.key, at=day(1))
        for row in (high, old, new, low)
    ]
    assert [place.number for place in places if place] == [1, 2, 3, 4]
    set_capacity(vendor.colleague(Role.ADMINISTRATOR).actor, vendor.key, 2, at=day(1))
    assert admit_waiting(day(1)) == 2
    invited = [row for row in (low, old, new, high) if part_of(row, vendor).invited_at]
    assert invited == [old, high]
    assert admit_waiting(day(1)) == 0


def test_seven_days_roll() -> None:
    by, vendor = coordinator(), party(cases_a_week=1)
    offered(by, vendor)
    second = offered(by, vendor, at=1)
    assert admit_waiting(day(6.99)) == 0
    assert admit_waiting(day(7)) == 1
    assert part_of(second, vendor).invited_at == day(7)
    assert capacity_of(by.actor, vendor.key, at=day(7)).taken == 1


def test_whoever_comes_while_others_wait_does_not_overtake_them() -> None:
    by, vendor = coordinator(), party(cases_a_week=1)
    offered(by, vendor)
    waits = offered(by, vendor, priority=40)
    comes = offered(by, vendor, priority=10, at=8)
    assert part_of(comes, vendor).queued_at == day(8)
    admit_waiting(day(8))
    assert part_of(waits, vendor).invited_at == day(8)
    assert part_of(comes, vendor).invited_at is None


def test_other_parties_than_vendors_do_not_wait() -> None:
    by = coordinator()
    both = party(OrganisationKind.VENDOR, OrganisationKind.OPERATOR, cases_a_week=0)
    row = coordinated(by)
    inviting.invite(by.actor, row.case.key, both.key, "operator", at=NOW)
    assert part_of(row, both).invited_at == NOW


def test_the_finder_sees_its_place_and_a_stranger_nothing() -> None:
    by, vendor = coordinator(), party(cases_a_week=0)
    offered(by, vendor, priority=40)
    row = offered(by, vendor, priority=10)
    finder = finder_of(row.case)
    with pytest.raises(NotFoundError):
        place_in_line(finder.actor, row.case.key, vendor.key, at=NOW)
    take_in(row, by, finder, "finder")
    place = place_in_line(finder.actor, row.case.key, vendor.key, at=NOW)
    assert place is not None
    assert (place.number, place.waiting, place.cases_a_week) == (2, 2, 0)
    with pytest.raises(NotFoundError):
        place_in_line(party().actor, row.case.key, vendor.key, at=NOW)


def test_nobody_is_invited_out_of_the_line_while_suspended_or_after_leaving_it() -> None:
    by, vendor = coordinator(), party(cases_a_week=0)
    row = offered(by, vendor)
    vendor.organisation.cases_a_week, vendor.organisation.suspended_at = None, NOW
    vendor.organisation.save()
    assert admit_waiting(day(1)) == 0
    vendor.organisation.suspended_at = None
    vendor.organisation.save()
    inviting.remove(by.actor, row.case.key, vendor.key, reason="not theirs", at=day(1))
    assert admit_waiting(day(1)) == 0
