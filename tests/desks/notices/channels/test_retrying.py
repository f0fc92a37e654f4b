"""Pauses grow, however chance falls, and end with the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tidegate.desks.notices.channels.retrying import FIRST_PAUSE, FOR, next_try

FIRST = datetime(2026, 11, 26, 12, tzinfo=UTC)
chances = st.floats(0, 1)


@given(st.lists(chances, min_size=40, max_size=40))
def test_pauses_grow_and_the_last_try_is_within_a_day(chances: list[float]):
    at, pauses = FIRST, []
    for tries, chance in enumerate(chances, start=1):
        due = next_try(tries, first=FIRST, at=at, chance=chance)
        if due is None:
            break
        pauses.append(due - at)
        at = due
    else:
        raise AssertionError("it is tried for ever")
    assert FIRST_PAUSE * 0.75 <= pauses[0] <= FIRST_PAUSE
    assert all(short < long for short, long in pairwise(pauses))
    assert FOR / 3 < at - FIRST <= FOR, "a day is neither passed nor nearly left unused"
    assert 10 <= len(pauses) <= 14


@given(st.integers(1, 10**6), st.timedeltas(timedelta(0), timedelta(days=3)), chances)
def test_nothing_is_tried_later_than_a_day_after_its_first_try(
    tries: int, since: timedelta, chance: float
):
    due = next_try(tries, first=FIRST, at=FIRST + since, chance=chance)
    assert due is None or FIRST + since < due <= FIRST + FOR
