"""What waits for whom, and by when; nothing that one may not know of waits in an inbox."""

from __future__ import annotations

import pytest

from tests.desks.cases.makers import (
    NOW,
    Party,
    coordinated,
    coordinator,
    day,
    make_proven_case,
    party,
    take_in,
    under_embargo,
)
from tidegate.desks.access.words import Label, Role
from tidegate.desks.cases.queries.board import COLUMNS, Column, board, column
from tidegate.desks.cases.queries.inbox import Waiting, inbox
from tidegate.desks.cases.services import (
    consenting,
    embargoes,
    facts,
    inviting,
    opening,
    releasing,
    vendors,
)
from tidegate.desks.findings.queries.errors import FilterError

pytestmark = pytest.mark.django_db


def waits(who: Party, at: float = 0) -> list[Waiting]:
    return [item.what for item in inbox(who.actor, at=day(at))]


def test_a_party_answers_step_by_step_and_then_nothing_waits() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by)
    key = row.case.key
    assert waits(vendor) == []
    inviting.invite(by.actor, key, vendor.key, "vendor", at=NOW)
    (item,) = inbox(vendor.actor, at=NOW)
    assert (item.what, item.case, item.title, item.by) == (Waiting.INVITATION, key, "", day(30))
    consenting.accept(vendor.actor, key, vendor.key, terms=day(30), at=NOW)
    assert waits(vendor) == [Waiting.REPORT, Waiting.STATUS]
    assert {item.title for item in inbox(vendor.actor, at=NOW)} == {row.case.title}
    for event in ("validate", "accept"):
        vendors.handle_report(vendor.actor, key, vendor.key, event, at=NOW)
    vendors.say_status(vendor.actor, key, vendor.key, "pkg:npm/a", "affected", at=NOW)
    assert waits(vendor) == []
    embargoes.propose(by.actor, key, day(60), at=NOW)
    assert waits(vendor) == [Waiting.CONSENT]
    assert [item.title for item in inbox(vendor.actor, at=NOW)] == [""]


def test_what_was_declined_waits_no_more_and_what_stands_in_a_line_not_yet() -> None:
    by, vendor, busy = coordinator(), party(), party(cases_a_week=0)
    row = under_embargo(by)
    for who in (vendor, busy):
        inviting.invite(by.actor, row.case.key, who.key, "vendor", at=NOW)
    consenting.decline(vendor.actor, row.case.key, vendor.key, at=NOW)
    assert (waits(vendor), waits(busy)) == ([], [])


def test_a_reader_answers_for_nobody() -> None:
    by, vendor = coordinator(), party()
    row = under_embargo(by)
    inviting.invite(by.actor, row.case.key, vendor.key, "vendor", at=NOW)
    assert waits(vendor.colleague()) == [Waiting.INVITATION]
    assert waits(vendor.colleague(Role.READER)) == []


def test_coordinators_see_what_they_decide_about_and_which_dates_are_near() -> None:
    by = coordinator()
    second = by.colleague()
    new = make_proven_case()
    row = under_embargo(by, ends_at=day(5))
    items = inbox(by.actor, at=NOW)
    assert [(item.what, item.by) for item in items] == [
        (Waiting.DATE, day(5)),
        (Waiting.COORDINATION, None),
    ]
    assert items[-1].case == new.key
    releasing.approve_release(by.actor, row.case.key, reason="it leaked", at=NOW)
    assert Waiting.APPROVAL not in waits(by)
    assert Waiting.APPROVAL in waits(second)
    embargoes.propose(by.actor, row.case.key, day(9), at=NOW)
    assert Waiting.PROPOSAL in waits(second)
    assert Waiting.PROPOSAL not in waits(party())


def columns(who: Party) -> dict[str, list[str]]:
    found = board(who.actor, at=day(10))
    assert [one.name for one in found] == list(COLUMNS)
    assert all(one.count == len(one.cards) for one in found)
    return {one.name: [card.key for card in one.cards] for one in found if one.cards}


def test_the_board_has_each_case_once_where_it_is_and_the_oldest_first() -> None:
    by, vendor = coordinator(), party()
    new = make_proven_case()
    first, second = coordinated(by), coordinated(by, at=day(1))
    active, ended = under_embargo(by, vendor), under_embargo(by)
    facts.record_fact(by.actor, ended.case.key, "public", at=NOW)
    closed = coordinated(by)
    opening.close(by.actor, closed.case.key, at=NOW)
    assert columns(by) == {
        "uncoordinated": [new.key],
        "none": [first.case.key, second.case.key],
        "active": [active.case.key],
        "exited": [ended.case.key],
        "closed": [closed.case.key],
    }
    assert columns(vendor) == {"active": [active.case.key]}
    assert columns(party()) == {}


def test_a_card_counts_parties_and_says_what_the_world_knows() -> None:
    by, busy = coordinator(), party(cases_a_week=0)
    row = coordinated(by)
    take_in(row, by, party())
    for who in (busy, party()):
        inviting.invite(by.actor, row.case.key, who.key, "vendor", at=NOW)
    facts.record_fact(by.actor, row.case.key, "exploit-public", at=NOW)
    (card,) = column(by.actor, "none", at=day(3)).cards
    assert (card.parties, card.joined, card.waiting) == (4, 2, 1)
    assert card.known == ("public", "exploit-public")
    assert (card.age.days, card.tlp) == (3, Label.AMBER_STRICT)


def test_a_column_goes_on_behind_what_was_shown() -> None:
    by = coordinator()
    rows = [coordinated(by, at=day(number)) for number in range(3)]

    def part(after: int) -> Column:
        return column(by.actor, "none", at=day(5), most=2, after=after)

    assert [card.key for card in part(0).cards] == [row.case.key for row in rows[:2]]
    assert (part(0).more, part(0).count, part(2).more) == (True, 3, False)
    assert [card.key for card in part(2).cards] == [rows[2].case.key]
    for wrong in ({"name": "elsewhere"}, {"most": 0}, {"after": -1}):
        with pytest.raises(FilterError):
            column(by.actor, **{"name": "none", "at": NOW, **wrong})  # type: ignore[arg-type]
