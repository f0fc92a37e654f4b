"""Deadlines move both ways, say why, and keep what held before."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pytest

from tests.engines.rules.made import NEW_YORK, cisa, known, utc
from tidegate.engines.rules import Circumstances, Input, Moment, Move, RuleInputError, history

FOUND = utc("2026-12-10T12:00")
LISTED = date(2026, 12, 20)


def moment(at: str, found: Circumstances) -> Moment:
    return Moment(utc(at), found, cisa())


def at(text: str, *values: str | None, **more: Any) -> Moment:
    return moment(text, known(*values, detected=FOUND, **more))


def test_a_deadline_moves_both_ways_and_keeps_each_one_before_it() -> None:
    told = history(
        [
            at("2026-12-10T13:00", "yes", "no", None, None),
            at("2026-12-11T13:00", "yes", "no", "no", "total"),
            at("2026-12-12T13:00", "no", "no", "no", "total"),
            at("2026-12-20T13:00", "no", "yes", "no", "total", listed=LISTED),
            at("2026-12-21T13:00", "no", "yes", "yes", "total", listed=LISTED),
            at("2026-12-22T13:00", "no", "no", "yes", "total"),
        ],
        NEW_YORK,
    )
    assert [(one.move, one.deadline.due_on) for one in told] == [
        (Move.FIRST, date(2027, 2, 8)),
        (Move.EARLIER, date(2026, 12, 24)),
        (Move.LATER, None),
        (Move.EARLIER, date(2026, 12, 24)),
        (Move.EARLIER, date(2026, 12, 13)),
        (Move.LATER, date(2027, 2, 8)),
    ]
    assert told[0].before is None
    for before, after in pairwise(told):
        assert after.before is before.deadline
    assert [one.was_over(NEW_YORK) for one in told] == [False] * 4 + [True, False]
    assert len(told[4].deadline.triage) == 6


def test_each_move_says_why_and_who_says_so() -> None:
    before = known("yes", "no", "no", "partial", detected=FOUND)
    inputs = dict(before.inputs) | {"in_kev": Input("yes", "CISA KEV 2026.12.20")}
    after = Circumstances(before.scope, inputs, FOUND, LISTED, authority_due_on=date(2027, 1, 3))
    told = history(
        [moment("2026-12-10T13:00", before), moment("2026-12-20T13:00", after)], NEW_YORK
    )
    assert list(map(str, told[1].changes)) == [
        "in_kev is yes now, not no (CISA KEV 2026.12.20)",
        "listed_on is 2026-12-20 now, not unknown",
        "authority_due_on is 2027-01-03 now, not unknown",
    ]
    record = told[1].record()
    assert (record["move"], record["before"]["row"], record["deadline"]["row"]) == (
        "earlier",
        8,
        4,
    )
    assert record["deadline"]["authority"] == {
        "due_on": "2027-01-03",
        "agrees": False,
        "forensic_triage": None,
    }


def test_what_cannot_be_told_any_more_says_so_and_keeps_the_old_date() -> None:
    told = history(
        [
            at("2026-12-10T13:00", "yes", "no", None, None),
            at("2026-12-20T13:00", "yes", "yes", None, None, listed=LISTED),
            at("2026-12-21T13:00", "yes", "yes", "no", "partial", listed=LISTED),
        ],
        NEW_YORK,
    )
    assert [one.move for one in told] == [Move.FIRST, Move.UNDETERMINED, Move.DETERMINED]
    assert told[1].before is not None
    assert told[1].before.due_on == date(2027, 2, 8)
    assert told[1].deadline.due_on is None


def test_the_same_day_on_other_grounds_is_on_record_and_nothing_new_is_not() -> None:
    first = at("2026-12-10T13:00", "unknown", "no", "no", "total")
    again = at("2026-12-10T14:00", None, "no", "No", "total")
    exposed = at("2026-12-11T13:00", "yes", "no", "no", "total")
    told = history([first, again, exposed], NEW_YORK)
    assert [(one.at, one.move) for one in told] == [
        (first.at, Move.FIRST),
        (exposed.at, Move.SAME),
    ]
    assert history([], NEW_YORK) == ()


def test_moments_come_in_the_order_of_time_and_with_their_zone() -> None:
    late = at("2026-12-11T13:00", "yes", "no", "no", "total")
    early = at("2026-12-10T13:00", "yes", "no", "no", "total")
    with pytest.raises(RuleInputError, match="in the order of time"):
        history([late, early], NEW_YORK)
    naive = Moment(datetime(2026, 12, 10), early.known, cisa())  # noqa: DTZ001
    with pytest.raises(RuleInputError, match="has no zone"):
        history([naive], NEW_YORK)
