"""How long a clock runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.desks.cases.policies.lengths import Length, Unit, read_length

_INSTANTS = st.integers(0, 10_000_000).map(
    lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("P90D", Length(90, Unit.DAYS)),
        ("PT24H", Length(24, Unit.HOURS)),
        ("P1M", Length(1, Unit.MONTHS)),
        ("P0D", Length(0, Unit.DAYS)),
    ],
)
def test_a_length_is_read_and_written_as_a_duration(text, length):
    assert read_length(text) == length
    assert str(length) == text


@pytest.mark.parametrize(
    "text", ["90", "P90", "PT1M", "P24H", "P01D", "PT0H", "P1Y", "P-1D", "P1D\n"]
)
def test_what_is_no_length_is_refused_with_one_that_is(text):
    with pytest.raises(ValueError, match="write P90D, PT24H or P1M"):
        read_length(text)


@given(_INSTANTS, st.integers(0, 400))
def test_a_day_has_24_hours_whatever_the_calendars_say(start, days):
    assert Length(days, Unit.DAYS).after(start) - start == timedelta(seconds=86_400 * days)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-26T08:00:00+00:00", "2026-12-26T08:00:00+00:00"),
        ("2026-12-31T23:59:59+00:00", "2027-01-31T23:59:59+00:00"),
        ("2027-01-31T10:00:00+00:00", "2027-02-28T10:00:00+00:00"),
        ("2028-01-30T10:00:00+00:00", "2028-02-29T10:00:00+00:00"),
    ],
)
def test_a_month_leads_to_the_same_day_or_to_the_last_one(start, end):
    assert Length(1, Unit.MONTHS).after(datetime.fromisoformat(start)) == datetime.fromisoformat(
        end
    )


@given(_INSTANTS, st.integers(1, 60))
def test_months_end_in_the_month_that_is_meant(start, months):
    end = Length(months, Unit.MONTHS).after(start)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day <= start.day


@pytest.mark.parametrize("length", [Length(9999, Unit.DAYS), Length(1, Unit.MONTHS)])
def test_what_lies_beyond_the_calendar_overflows(length):
    with pytest.raises(OverflowError):
        length.after(datetime(9999, 12, 30, tzinfo=UTC))
