"""How far an instant is, in words: never more than what is left."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.faces.console.spans import length, told

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)

_SECONDS = {"day": 86400, "hour": 3600, "minute": 60}


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=23, minutes=1), "23 hours 1 minute"),
        (timedelta(days=1, hours=1), "1 day 1 hour"),
        (timedelta(days=13, hours=23), "13 days 23 hours"),
        (timedelta(days=14, hours=23), "14 days"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(span: timedelta, said: str) -> None:
    assert length(span) == said


def test_what_is_ahead_and_what_is_past_are_told_apart() -> None:
    assert told(NOW + timedelta(hours=3), NOW) == "in 3 hours"
    assert told(NOW - timedelta(hours=3), NOW) == "3 hours ago"
    assert told(NOW, NOW) == "in less than a minute"


@settings(max_examples=200)
@given(st.integers(min_value=0, max_value=10**9))
def test_nobody_is_told_of_more_time_than_is_left(seconds: int) -> None:
    said = length(timedelta(seconds=seconds))
    counted = re.findall(r"(\d+) (day|hour|minute)s?", said)
    named = sum(int(number) * _SECONDS[unit] for number, unit in counted)
    smallest = _SECONDS[counted[-1][1]] if counted else 60
    assert named <= seconds < named + smallest
