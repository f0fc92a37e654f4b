"""A clock rings once, does what follows, and does nothing that no longer follows."""

from __future__ import annotations

import pytest
from django.db import transaction

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
from tidegate.desks.access.deciding import may
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Clock
from tidegate.desks.cases.services import consenting, embargoes, firing, inviting
from tidegate.desks.cases.services.firing import due, fired, next_due
from tidegate.desks.cases.signals import clock_fired
from tidegate.desks.ledger.models import Entry

pytestmark = pytest.mark.django_db


def ring(until: float) -> list[str]:
    """Let everything ring that is due, in order, as a worker does; return the kinds."""
    rang = []
    while (clock := due(day(until)).first()) is not None:
        assert fired(clock, day(until))
        rang.append(clock.kind)
    return rang


def test_an_embargo_ends_at_its_instant_and_parties_read_on_without_it() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor)
    assert next_due() == day(23)
    assert ring(29.9) == ["reminder"]
    row.refresh_from_db()
    assert row.embargo == "active"
    assert ring(30) == ["embargo-end"]
    row.refresh_from_db()
    assert (row.embargo, part_of(row, vendor).consent) == ("exited", "no-embargo")
    assert may(vendor.actor, Act.READ, row.case, at=day(31))
    assert Entry.objects.filter(kind="embargo-ended").count() == 1


def test_a_clock_rings_once_and_not_before_its_time() -> None:
    row = under_embargo(coordinator())
    clock = row.clocks.get(kind="embargo-end")
    assert not fired(clock, day(29.9))
    assert fired(clock, day(30))
    assert not fired(clock, day(30))
    assert Entry.objects.filter(kind="clock-fired").count() == 1


def test_a_ringing_that_is_cut_off_has_done_nothing_and_is_done_again() -> None:
    row = under_embargo(coordinator())
    clock = row.clocks.get(kind="embargo-end")

    def cut_off(**_: object) -> None:
        raise KeyboardInterrupt

    clock_fired.connect(cut_off)
    try:
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            fired(clock, day(30))
    finally:
        clock_fired.disconnect(cut_off)
    row.refresh_from_db()
    clock.refresh_from_db()
    assert (row.embargo, clock.state) == ("active", "running")
    assert fired(clock, day(30))


def test_an_old_clock_ends_nothing_that_was_moved() -> None:
    by = coordinator()
    row = under_embargo(by)
    old = row.clocks.get(kind="embargo-end")
    embargoes.propose(by.actor, row.case.key, day(60), at=day(1))
    embargoes.accept(by.actor, row.case.key, at=day(1))
    assert not fired(old, day(30))
    firing.EFFECTS["embargo-end"](old, at=day(30))
    row.refresh_from_db()
    assert row.embargo == "active"


def test_a_consent_that_was_given_for_a_time_lapses_at_the_access_and_by_its_clock() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by)
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=NOW)
    consenting.accept(vendor.actor, row.case.key, vendor.key, terms=day(30), until=day(3), at=NOW)
    assert may(vendor.actor, Act.READ, row.case, at=day(2))
    assert not may(vendor.actor, Act.READ, row.case, at=day(3))
    assert ring(3) == ["consent-lapse"]
    assert part_of(row, vendor).consent == "lapsed"
    consenting.accept(vendor.actor, row.case.key, vendor.key, terms=day(30), at=day(3))
    assert ring(4) == []
    assert part_of(row, vendor).consent == "signatory"


def test_a_consent_that_is_gone_before_its_time_has_no_clock_any_more() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by)
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=NOW)
    consenting.accept(vendor.actor, row.case.key, vendor.key, terms=day(30), until=day(9), at=NOW)
    embargoes.propose(by.actor, row.case.key, day(60), at=day(1))
    part = part_of(row, vendor)
    assert (part.consent, part.consent_until) == ("lapsed", None)
    assert Clock.objects.get(kind="consent-lapse").state == "cancelled"


def test_a_policys_deadline_tells_people_and_releases_nothing() -> None:
    by, vendor = coordinator(), party()
    row = coordinated(by)
    end = day(200)
    embargoes.propose(by.actor, row.case.key, end, at=NOW)
    take_in(row, by, vendor, terms=end)
    embargoes.accept(by.actor, row.case.key, at=NOW)
    told: list[Clock] = []

    def listen(clock: Clock, **_: object) -> None:
        told.append(clock)

    clock_fired.connect(listen)
    try:
        assert ring(90) == ["policy"]
    finally:
        clock_fired.disconnect(listen)
    row.refresh_from_db()
    assert row.embargo == "active"
    (clock,) = told
    assert (clock.name, clock.policy, clock.authority) == (
        "disclosure",
        "default-90",
        "This instance",
    )
    assert clock.trigger == "reported"


def test_clocks_ring_in_the_order_in_which_their_times_stand() -> None:
    by = coordinator()
    rows = [under_embargo(by, ends_at=day(end)) for end in (3, 1, 2)]
    assert [clock.coordination_id for clock in due(day(5))] == [
        rows[place].pk for place in (1, 2, 0)
    ]
