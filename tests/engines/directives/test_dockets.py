"""The public docket: what was ordered, what happened and what is coming, in the order of time."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from tests.engines.directives.made import document, raw, shipped
from tidegate.engines.directives import (
    DocketEntry,
    EntryKind,
    EntryState,
    docket,
    read_directive,
    shipped_directives,
)

TODAY = date(2026, 11, 27)


def entries(*names: str, today: date = TODAY) -> list[DocketEntry]:
    asked = [shipped(name) for name in names] if names else shipped_directives()
    return list(docket(asked, today))


def test_entries_come_in_the_order_of_time_and_each_has_its_own_key() -> None:
    told = entries()
    assert all(one.on <= other.on for one, other in pairwise(told))
    assert len({one.key for one in told}) == len(told)
    assert all(one.sources for one in told)


@pytest.mark.parametrize(
    ("on", "kind", "words"),
    [
        ("2026-06-02", EntryKind.ISSUED, "EO 14409"),
        ("2026-06-02", EntryKind.ORDERED, "Committee on National Security Systems"),
        ("2026-06-02", EntryKind.ORDERED, "Secretary of War"),
        ("2026-06-05", EntryKind.FILING, "91 FR 34565"),
        ("2026-06-10", EntryKind.ISSUED, "BOD 26-04"),
        ("2026-06-10", EntryKind.REVOKED, "BOD 22-01"),
        ("2026-06-10", EntryKind.REVOKED, "BOD 19-02"),
        ("2026-07-02", EntryKind.REQUIREMENT, "clearinghouse"),
        ("2026-07-14", EntryKind.MILESTONE, "Gold Eagle"),
        ("2026-08-01", EntryKind.REQUIREMENT, "voluntary framework"),
        ("2026-08-09", EntryKind.REQUIREMENT, "remediation processes"),
        ("2026-09-11", EntryKind.EFFECTIVE, "CRA, Article 14"),
        ("2026-09-17", EntryKind.MILESTONE, "VINCE-NT"),
        ("2026-12-07", EntryKind.BINDING, "Appendix A, Table 1"),
        ("2026-12-07", EntryKind.EFFECTIVE, "FedRAMP"),
        ("2027-02-05", EntryKind.REQUIREMENT, "Decommission"),
        ("2027-03-07", EntryKind.REQUIREMENT, "grace"),
        ("2027-08-05", EntryKind.REQUIREMENT, "Replace"),
    ],
)
def test_the_docket_has_what_was_ordered_and_what_came_of_it(on, kind, words) -> None:
    day = date.fromisoformat(on)
    found = [one for one in entries() if (one.on, one.kind) == (day, kind) and words in one.words]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("today", "state", "clock"),
    [
        (date(2026, 12, 5), EntryState.AHEAD, "in 2 days"),
        (date(2026, 12, 6), EntryState.AHEAD, "in 1 day"),
        (date(2026, 12, 7), EntryState.TODAY, "today"),
        (date(2026, 12, 8), EntryState.PAST, "1 day ago"),
        (date(2026, 12, 9), EntryState.PAST, "2 days ago"),
    ],
)
def test_each_entry_says_how_far_it_is(today, state, clock) -> None:
    (one,) = (
        one
        for one in entries("bod-26-04", today=today)
        if one.on == date(2026, 12, 7) and one.kind is EntryKind.REQUIREMENT
    )
    assert (one.state, one.clock) == (state, clock)


def test_second_hand_is_said_of_each_entry() -> None:
    told = {one.on: one for one in entries("eo-14409") if one.kind is EntryKind.MILESTONE}
    assert told[date(2026, 7, 14)].is_second_hand
    assert not told[date(2026, 9, 17)].is_second_hand
    assert told[date(2026, 7, 14)].record()["sources"][0]["is_primary"] is False
    assert all(one.is_second_hand for one in entries("bod-26-02"))


def test_what_would_have_come_after_a_revocation_is_not_there() -> None:
    value = document(status="revoked", revoked={"by": "own-2", "on": "2026-03-01"})
    for name, days in (("before", 10), ("after", 60)):
        clock = {"kind": "days-after", "event": "issued", "days": days}
        value["requirements"].append(value["requirements"][0] | {"id": name, "clock": clock})
    told = docket([read_directive(raw(value), "own.json")], TODAY)
    assert [(one.on.isoformat(), one.kind) for one in told] == [
        ("2026-01-31", "issued"),
        ("2026-02-10", "requirement"),
        ("2026-03-01", "revoked"),
    ]
