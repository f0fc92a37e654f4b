"""A party's team is its own people, put there by those who may, for as long as was said."""

from __future__ import annotations

import pytest

from tests.desks.cases.makers import NOW, coordinator, day, part_of, party, under_embargo
from tidegate.desks.access.deciding import may
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act, Role
from tidegate.desks.cases.models import Clock
from tidegate.desks.cases.services import teams
from tidegate.desks.cases.services.firing import due, fired
from tidegate.desks.findings.services.refusals import NotPossibleError

pytestmark = pytest.mark.django_db


def test_a_colleague_reads_the_case_once_an_administrator_has_put_them_on_the_team() -> None:
    by, vendor = coordinator(), party()
    chief, colleague = vendor.colleague(Role.ADMINISTRATOR), vendor.colleague()
    row = under_embargo(by, vendor)
    assert not may(colleague.actor, Act.READ, row.case, at=NOW)
    teams.add_member(chief.actor, row.case.key, vendor.key, colleague.person.key, at=NOW)
    assert may(colleague.actor, Act.READ, row.case, at=NOW)
    teams.remove_member(by.actor, row.case.key, vendor.key, colleague.person.key, at=NOW)
    assert not may(colleague.actor, Act.READ, row.case, at=NOW)
    with pytest.raises(NotPossibleError, match="is not on the team"):
        teams.remove_member(by.actor, row.case.key, vendor.key, colleague.person.key, at=NOW)


def test_a_member_who_leads_nothing_and_an_administrator_of_others_change_no_team() -> None:
    by, vendor = coordinator(), party()
    stranger = party(role=Role.ADMINISTRATOR)
    row = under_embargo(by, vendor, stranger)
    for who in (vendor, stranger):
        with pytest.raises(NotFoundError):
            teams.add_member(who.actor, row.case.key, vendor.key, vendor.person.key, at=NOW)


def test_only_the_organisations_own_people_are_on_its_team() -> None:
    by, vendor, stranger = coordinator(), party(), party()
    row = under_embargo(by, vendor)
    left = vendor.colleague()
    left.person.memberships.update(left_at=NOW)
    for who in (stranger, by, left):
        with pytest.raises(NotPossibleError, match="has no place in"):
            teams.add_member(by.actor, row.case.key, vendor.key, who.person.key, at=NOW)


def test_a_grant_ends_by_itself_at_the_access_and_by_its_clock() -> None:
    by, vendor = coordinator(), party()
    colleague = vendor.colleague()
    row = under_embargo(by, vendor)
    key = row.case.key
    teams.add_member(by.actor, key, vendor.key, colleague.person.key, until=day(5), at=NOW)
    assert may(colleague.actor, Act.READ, row.case, at=day(4.9))
    assert not may(colleague.actor, Act.READ, row.case, at=day(5))
    (clock,) = due(day(5))
    assert fired(clock, day(5))
    member = part_of(row, vendor).team.get(person=colleague.person)
    assert member.left_at == day(5)
    assert not fired(clock, day(6))


def test_a_grant_without_an_end_has_no_clock_any_more() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by, vendor)
    key, person = row.case.key, vendor.person.key
    teams.add_member(by.actor, key, vendor.key, person, until=day(5), at=NOW)
    teams.add_member(by.actor, key, vendor.key, person, until=day(9), at=NOW)
    clock = Clock.objects.get(kind="grant-end")
    assert (clock.due_at, [line["what"] for line in clock.history]) == (day(9), ["set", "moved"])
    teams.add_member(by.actor, key, vendor.key, person, at=NOW)
    clock.refresh_from_db()
    assert clock.state == "cancelled"
    with pytest.raises(NotPossibleError, match="is not ahead"):
        teams.add_member(by.actor, key, vendor.key, person, until=NOW, at=NOW)
