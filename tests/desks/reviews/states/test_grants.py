"""What a grant lets through: its hours, where days and clocks change, too; and its addresses."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.desks.reviews.states.grants import Hours, comes_from

WEEKDAYS = frozenset(range(5))
MONDAY = datetime(2026, 11, 30, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


def test_working_hours_are_those_of_the_named_zone():
    hours = Hours("America/New_York", time(9), time(17), WEEKDAYS)
    assert hours.include(at(0, 14))
    assert hours.include(at(0, 21, 59))
    assert not hours.include(at(0, 13, 59))
    assert not hours.include(at(0, 22))
    assert not hours.include(at(5, 15)), "a Saturday"


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin():
    hours = Hours("UTC", time(22), time(6), WEEKDAYS)
    assert hours.include(at(4, 23)), "Friday evening"
    assert hours.include(at(5, 5)), "the morning after it"
    assert not hours.include(at(5, 23)), "Saturday evening"
    assert not hours.include(at(0, 5)), "the morning after Sunday"
    assert not hours.include(at(1, 6))


def test_the_same_hour_for_both_is_the_whole_day():
    hours = Hours("UTC", time(9), time(9), frozenset({0}))
    assert hours.include(at(0, 9))
    assert hours.include(at(1, 8, 59))
    assert not hours.include(at(0, 8, 59))
    assert not hours.include(at(1, 9))


def test_hours_follow_the_clock_on_the_wall_when_it_changes():
    hours = Hours("America/New_York", time(9), time(17))
    in_summer = datetime(2026, 10, 30, 13, 30, tzinfo=UTC)
    assert hours.include(in_summer)
    assert not hours.include(in_summer + timedelta(days=7)), "half past eight in winter"


@given(
    st.times(),
    st.times(),
    st.sets(st.integers(0, 6)).map(frozenset),
    st.integers(0, 60 * 24 * 7 - 1).map(lambda minutes: MONDAY + timedelta(minutes=minutes)),
)
def test_hours_are_a_span_from_each_day_on_which_they_begin(begins, until, days, moment):
    """Against the plain reading: some day's span, at most a day long, has the moment in it."""
    hours = Hours("UTC", begins, until, days)
    spans = []
    for number in (-1, 0, 1):
        midnight = datetime.combine(moment.date(), time(), UTC) + timedelta(days=number)
        first = datetime.combine(midnight, begins, UTC)
        last = datetime.combine(midnight, until, UTC)
        if midnight.weekday() in days:
            spans.append((first, last if begins < until else last + timedelta(days=1)))
    assert hours.include(moment) == any(first <= moment < last for first, last in spans)


@pytest.mark.parametrize(
    ("address", "networks", "comes"),
    [
        ("192.0.2.7", [], True),
        ("192.0.2.7", ["192.0.2.0/24"], True),
        ("192.0.3.7", ["192.0.2.0/24"], False),
        ("192.0.3.7", ["192.0.2.0/24", "192.0.3.7"], True),
        ("2001:db8::7", ["2001:db8::/32"], True),
        ("2001:db8::7", ["192.0.2.0/24"], False),
        ("::ffff:192.0.2.7", ["192.0.2.0/24"], True),
        ("::ffff:192.0.3.7", ["192.0.2.0/24"], False),
        ("", ["192.0.2.0/24"], False),
        ("192.0.2.7, 192.0.3.7", ["192.0.2.0/24"], False),
        ("localhost", ["127.0.0.0/8"], False),
    ],
)
def test_an_address_is_in_one_of_the_networks(address: str, networks: list[str], comes: bool):
    assert comes_from(address, networks) is comes
