"""What failed is tried again after a pause that doubles, and is never forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tidegate.desks.publications.states.retrying import is_due

NOW = datetime(2026, 11, 27, tzinfo=UTC)
FIRST = timedelta(seconds=5)
LONGEST = timedelta(minutes=10)


def pause(tries: int) -> timedelta:
    """Return how long it waits, found by asking."""
    low, high = 0, 10_000
    while low < high:
        middle = (low + high) // 2
        after = NOW + timedelta(seconds=middle)
        if is_due(tries, NOW, first=FIRST, longest=LONGEST, at=after):
            high = middle
        else:
            low = middle + 1
    return timedelta(seconds=low)


def test_pauses_double_up_to_the_longest():
    assert [pause(tries).total_seconds() for tries in range(1, 9)] == [
        5, 10, 20, 40, 80, 160, 320, 600,
    ]  # fmt: skip


def test_what_was_never_tried_or_has_not_failed_is_due_at_once():
    assert is_due(3, None, first=FIRST, longest=LONGEST, at=NOW)
    assert is_due(0, NOW, first=FIRST, longest=LONGEST, at=NOW)


@given(st.integers(1, 2**31))
def test_however_often_it_failed_it_is_tried_again(tries):
    assert is_due(tries, NOW, first=FIRST, longest=LONGEST, at=NOW + LONGEST)
    assert not is_due(tries, NOW, first=FIRST, longest=LONGEST, at=NOW)
