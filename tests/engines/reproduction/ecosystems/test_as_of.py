"""Which dependency was there on the day of a release, and when dates are worth nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.engines.reproduction.ecosystems.as_of import (
    GRACE,
    Choice,
    believable,
    instant,
    preferred,
)

DAY = datetime(2020, 1, 1, tzinfo=UTC)
DATES = st.none() | st.integers(0, 1000).map(lambda days: DAY + timedelta(days=days))


def choose(dates, when, choice=Choice.THEN, *, bounded=True):
    versions = list(range(len(dates)))
    return preferred(versions, lambda v: dates[v], when, choice, bounded=bounded)


def test_the_newest_of_its_day_comes_first_then_the_first_one_after():
    dates = [DAY, DAY + timedelta(days=10), DAY + timedelta(days=20), DAY + timedelta(days=30)]
    assert choose(dates, DAY + timedelta(days=15)) == [1, 0, 2, 3]


def test_what_comes_out_together_counts_as_there():
    assert choose([DAY, DAY + GRACE], DAY) == [1, 0]


def test_without_a_date_the_lower_bound_speaks_for_its_author():
    assert choose([None, None, None], None) == [0, 1, 2]
    assert choose([None, None, None], None, bounded=False) == [2, 1, 0]


def test_today_it_is_the_newest():
    assert choose([DAY, None, DAY], DAY, Choice.NEWEST) == [2, 1, 0]


@given(st.lists(DATES, max_size=8), DATES, st.sampled_from(Choice), st.booleans())
def test_every_version_is_tried_and_each_once(dates, when, choice, bounded):
    assert sorted(choose(dates, when, choice, bounded=bounded)) == list(range(len(dates)))


@given(st.lists(st.integers(0, 1000), max_size=20).map(sorted))
def test_dates_in_the_order_of_the_versions_are_believed(days):
    assert believable({"1": [DAY + timedelta(days=day) for day in days]}, complete=True)


def test_a_mirror_s_dates_are_not():
    copied = [DAY + timedelta(days=day) for day in (50, 3, 40, 2, 30, 1)]
    assert not believable({"1": copied}, complete=True)


def test_few_dates_are_believed_only_from_a_registry_that_says_everything():
    assert not believable({"1": [DAY]}, complete=False)
    assert believable({"1": [DAY]}, complete=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-01-01T00:00:00Z", DAY),
        ("2020-01-01T02:00:00.000+02:00", DAY),
        ("2020-01-01", DAY),
        ("9999-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("1970-01-01T00:00:00Z", None),
        ("yesterday", None),
        (1577836800, None),
        (None, None),
    ],
)
def test_a_time_is_read_or_is_none(text, expected):
    assert instant(text) == expected


@given(st.datetimes(timezones=st.timezones() | st.none()))
def test_no_time_of_a_registry_can_overflow(moment):
    found = instant(moment.isoformat())
    if found is not None:
        assert choose([found], found) == [0]
