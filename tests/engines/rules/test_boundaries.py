"""BOD 26-04 from the shipped table to a day: all 16 rows, and what lies beside each boundary."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.engines.rules.made import NEW_YORK, cisa, known, utc
from tests.engines.rules.test_readings import DAYS, ROWS
from tidegate.engines.rules import Deadline, Force, Scope, Start, deadline

DETECTED = utc("2026-12-10T12:00")
THREE, FOURTEEN, SIXTY = (
    ("yes", "no", "yes", "total"),
    ("yes", "no", "no", "total"),
    ("yes", "no", "no", "partial"),
)


def due(*values: str | None, zone: str = "America/New_York", **more) -> Deadline:
    return deadline(cisa(), known(*values, **more), ZoneInfo(zone))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"row {row[0]}")
@pytest.mark.parametrize("earlier", [-2, 0, 2])
def test_each_of_the_16_rows_has_its_day_from_the_earlier_start(row, earlier) -> None:
    number, *values, outcome = row
    in_kev = values[1] == "yes"
    listed = date(2026, 12, 10) - timedelta(days=earlier) if in_kev else None
    found = due(*values, listed=listed, detected=DETECTED)
    start = min(listed, date(2026, 12, 10)) if listed else date(2026, 12, 10)
    days = DAYS[outcome]
    assert found.answer.number == int(number)
    assert found.start_on == start
    assert found.due_on == (None if days is None else start + timedelta(days=days))
    assert bool(found.triage) is (int(number) in {1, 3, 9})
    if in_kev:
        said = {-2: Start.DETECTION, 0: Start.BOTH, 2: Start.LISTING}
        assert found.start is said[earlier]


@pytest.mark.parametrize(
    ("values", "detected", "due_on"),
    [
        # Month ends, with and without 31 days.
        (THREE, "2026-12-28T12:00", date(2026, 12, 31)),
        (THREE, "2026-12-29T12:00", date(2027, 1, 1)),
        (THREE, "2026-11-27T12:00", date(2026, 11, 30)),
        (THREE, "2026-11-28T12:00", date(2026, 12, 1)),
        (FOURTEEN, "2027-01-17T12:00", date(2027, 1, 31)),
        (FOURTEEN, "2027-01-18T12:00", date(2027, 2, 1)),
        # February with 28 and with 29 days.
        (THREE, "2027-02-25T12:00", date(2027, 2, 28)),
        (THREE, "2028-02-25T12:00", date(2028, 2, 28)),
        (THREE, "2028-02-26T12:00", date(2028, 2, 29)),
        (FOURTEEN, "2027-02-15T12:00", date(2027, 3, 1)),
        (FOURTEEN, "2028-02-15T12:00", date(2028, 2, 29)),
        (SIXTY, "2027-01-01T12:00", date(2027, 3, 2)),
        (SIXTY, "2028-01-01T12:00", date(2028, 3, 1)),
        (SIXTY, "2028-02-29T12:00", date(2028, 4, 29)),
        # 2100 is no leap year.
        (THREE, "2100-02-26T12:00", date(2100, 3, 1)),
    ],
)
def test_days_count_over_ends_of_months_and_leap_days(values, detected, due_on) -> None:
    assert due(*values, detected=utc(detected)).due_on == due_on


@pytest.mark.parametrize(
    ("values", "detected", "zone", "ends"),
    [
        # Summer time ends on 1 November 2026, begins on 14 March 2027: in New York.
        (THREE, "2026-10-30T12:00", "America/New_York", "2026-11-03T05:00"),
        (THREE, "2026-10-28T12:00", "America/New_York", "2026-11-01T04:00"),
        (FOURTEEN, "2026-10-20T12:00", "America/New_York", "2026-11-04T05:00"),
        (SIXTY, "2026-09-10T12:00", "America/New_York", "2026-11-10T05:00"),
        (THREE, "2027-03-12T12:00", "America/New_York", "2027-03-16T04:00"),
        (THREE, "2027-03-10T12:00", "America/New_York", "2027-03-14T05:00"),
        (SIXTY, "2027-01-20T12:00", "America/New_York", "2027-03-22T04:00"),
        # South of the equator it is the other way round.
        (THREE, "2026-10-02T12:00", "Australia/Sydney", "2026-10-05T13:00"),
        (THREE, "2027-04-02T12:00", "Australia/Sydney", "2027-04-05T14:00"),
        # Far west and far east of Greenwich; half an hour beside the others.
        (THREE, "2026-12-10T12:00", "Pacific/Pago_Pago", "2026-12-14T11:00"),
        (THREE, "2026-12-10T12:00", "Pacific/Kiritimati", "2026-12-14T10:00"),
        (THREE, "2026-12-10T12:00", "Asia/Kolkata", "2026-12-13T18:30"),
        (THREE, "2026-12-10T12:00", "UTC", "2026-12-14T00:00"),
    ],
)
def test_the_last_day_ends_at_the_agencys_midnight_in_summer_and_winter(
    values, detected, zone, ends
) -> None:
    assert due(*values, detected=utc(detected), zone=zone).due_at == utc(ends)


def test_one_instant_is_two_days_in_two_zones() -> None:
    detected = utc("2026-12-10T11:00")
    west = due(*THREE, detected=detected, zone="Pacific/Pago_Pago")
    east = due(*THREE, detected=detected, zone="Pacific/Kiritimati")
    assert (west.due_on, east.due_on) == (date(2026, 12, 13), date(2026, 12, 14))


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "America/New_York", "UTC", "Asia/Tokyo"])
@pytest.mark.parametrize(("values", "days"), [(THREE, 3), (FOURTEEN, 14), (SIXTY, 60)])
def test_a_second_before_and_after_midnight_are_a_day_apart(values, days, zone) -> None:
    midnight = datetime(2026, 12, 10, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    before, after = (
        due(*values, detected=midnight + timedelta(seconds=one), zone=zone) for one in (-1, 0)
    )
    assert before.due_on == date(2026, 12, 9) + timedelta(days=days)
    assert after.due_on == date(2026, 12, 10) + timedelta(days=days)


@pytest.mark.parametrize(
    ("listed", "start"),
    [
        (date(2026, 12, 9), Start.LISTING),
        (date(2026, 12, 10), Start.BOTH),
        (date(2026, 12, 11), Start.DETECTION),
    ],
)
def test_a_listing_is_compared_with_the_day_of_the_detection_in_the_zone(listed, start) -> None:
    # It is the 11th in UTC, and still the 10th in New York.
    found = due("no", "yes", "yes", "total", listed=listed, detected=utc("2026-12-11T04:59"))
    assert found.start is start


@pytest.mark.parametrize(
    ("now", "zone", "force"),
    [
        ("2026-12-07T04:59:59", "America/New_York", Force.GUIDANCE),
        ("2026-12-07T05:00:00", "America/New_York", Force.BINDING),
        ("2026-12-06T23:59:59", "UTC", Force.GUIDANCE),
        ("2026-12-07T00:00:00", "UTC", Force.BINDING),
        ("2026-12-06T09:59:59", "Pacific/Kiritimati", Force.GUIDANCE),
        ("2026-12-06T10:00:00", "Pacific/Kiritimati", Force.BINDING),
    ],
)
def test_it_binds_from_the_beginning_of_7_december_in_the_agencys_zone(now, zone, force) -> None:
    # The clock began long before, and that changes nothing.
    found = due(*SIXTY, detected=utc("2026-11-01T12:00"), zone=zone)
    assert found.force(utc(now).astimezone(ZoneInfo(zone)).date()) is force


def test_nothing_binds_who_is_not_of_the_executive_branch() -> None:
    for scope in set(Scope) - {Scope.FCEB, Scope.NSS, Scope.DOW}:
        found = deadline(cisa(), known(*THREE, detected=DETECTED, scope=scope), NEW_YORK)
        assert found.force(date(2030, 1, 1)) is Force.GUIDANCE
        assert found.due_on == date(2026, 12, 13)
