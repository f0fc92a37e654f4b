"""By which day: the earlier start, calendar days, the agency's midnight, and whom it binds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.rules.made import NEW_YORK, cisa, known, utc
from tidegate.engines.rules import (
    Basis,
    Circumstances,
    Deadline,
    Force,
    RuleInputError,
    Scope,
    Start,
    day_end,
    deadline,
    policy_set_for,
)

HARDEST = ("no", "yes", "yes", "total")
OPEN_14 = ("yes", "no", "no", "total")
NOON = utc("2026-12-10T12:00")


def due(*values: str | None, zone=NEW_YORK, **more) -> Deadline:
    found = known(*values, **more)
    return deadline(policy_set_for(found.scope), found, zone)


@pytest.mark.parametrize(
    ("listed", "detected", "start", "start_on"),
    [
        (date(2026, 12, 9), NOON, Start.LISTING, date(2026, 12, 9)),
        (date(2026, 12, 10), NOON, Start.BOTH, date(2026, 12, 10)),
        (date(2026, 12, 11), NOON, Start.DETECTION, date(2026, 12, 10)),
        (date(2026, 12, 11), None, Start.LISTING, date(2026, 12, 11)),
    ],
)
def test_the_earlier_of_listing_and_detection_starts_the_clock(
    listed, detected, start, start_on
) -> None:
    found = due(*HARDEST, listed=listed, detected=detected)
    assert (found.start, found.start_on) == (start, start_on)
    assert found.due_on == start_on + timedelta(days=3)


def test_what_is_not_listed_starts_with_its_detection() -> None:
    found = due(*OPEN_14, detected=NOON)
    assert (found.start, found.due_on) == (Start.DETECTION, date(2026, 12, 24))
    assert found.is_determined


@pytest.mark.parametrize(
    ("detected", "due_on"),
    [
        ("2026-12-10T04:59:59.999999", date(2026, 12, 12)),
        ("2026-12-10T05:00:00", date(2026, 12, 13)),
        ("2026-12-11T04:59:59.999999", date(2026, 12, 13)),
        ("2026-12-11T05:00:00", date(2026, 12, 14)),
    ],
)
def test_the_day_of_the_detection_is_that_of_the_agencys_zone(detected, due_on) -> None:
    found = due("yes", "no", "yes", "total", detected=utc(detected))
    assert found.due_on == due_on
    assert found.due_at == datetime(due_on.year, due_on.month, due_on.day + 1, 5, tzinfo=UTC)


def test_the_day_of_a_listing_is_the_catalogues_whatever_the_zone() -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"):
        found = due(*HARDEST, listed=date(2026, 12, 10), zone=ZoneInfo(zone))
        assert found.due_on == date(2026, 12, 13)


@pytest.mark.parametrize(
    ("day", "zone", "ends"),
    [
        (date(2026, 12, 13), "America/New_York", "2026-12-14T05:00"),
        # The day on which summer time ends has 25 hours, the one on which it begins 23.
        (date(2026, 11, 1), "America/New_York", "2026-11-02T05:00"),
        (date(2026, 10, 31), "America/New_York", "2026-11-01T04:00"),
        (date(2027, 3, 14), "America/New_York", "2027-03-15T04:00"),
        (date(2027, 3, 13), "America/New_York", "2027-03-14T05:00"),
        # Midnight itself is skipped, or comes twice.
        (date(2026, 3, 7), "America/Havana", "2026-03-08T05:00"),
        (date(2026, 10, 31), "America/Havana", "2026-11-01T04:00"),
        # A day that never was.
        (date(2011, 12, 30), "Pacific/Apia", "2011-12-30T10:00"),
        (date(2026, 12, 31), "UTC", "2027-01-01T00:00"),
        (date(2028, 2, 28), "UTC", "2028-02-29T00:00"),
    ],
)
def test_a_day_ends_where_the_next_one_begins(day, zone, ends) -> None:
    assert day_end(day, ZoneInfo(zone)) == utc(ends)


@pytest.mark.parametrize(
    ("listed", "values", "due_on"),
    [
        (date(2028, 2, 26), HARDEST, date(2028, 2, 29)),
        (date(2027, 2, 26), HARDEST, date(2027, 3, 1)),
        (date(2028, 2, 29), HARDEST, date(2028, 3, 3)),
        (date(2026, 12, 24), ("yes", "yes", "no", "partial"), date(2027, 1, 7)),
    ],
)
def test_calendar_days_count_leap_days_weekends_and_holidays(listed, values, due_on) -> None:
    assert due(*values, listed=listed).due_on == due_on


def test_60_days_are_60_days() -> None:
    assert due("no", "no", "yes", "total", detected=NOON).due_on == date(2027, 2, 8)
    assert due("yes", "no", None, None, detected=NOON).due_on == date(2027, 2, 8)


def test_fix_on_system_upgrade_has_no_date() -> None:
    found = due("no", "no", "no", "total", detected=NOON)
    assert (found.due_on, found.due_at, found.earliest_due_on) == (None, None, None)
    assert found.is_determined
    assert found.answer.timeline is not None


def test_an_undetermined_kev_entry_has_no_date_but_the_earliest_possible_one() -> None:
    found = due("yes", "yes", "no", None, listed=date(2026, 12, 10), detected=NOON)
    assert (found.due_on, found.due_at, found.is_determined) == (None, None, False)
    assert found.missing == ("technical_impact",)
    assert found.earliest_due_on == date(2026, 12, 13)


@pytest.mark.parametrize(
    ("found", "missing"),
    [
        (known(*HARDEST, detected=NOON), ("listed_on",)),
        (known(*OPEN_14), ("detected_at",)),
        (known("yes", "yes", "yes", None), ("technical_impact", "listed_on")),
    ],
)
def test_without_a_start_there_is_no_date(found: Circumstances, missing) -> None:
    told = deadline(cisa(), found, NEW_YORK)
    assert (told.due_on, told.start, told.is_determined) == (None, None, False)
    assert told.missing == missing


def test_a_listing_of_long_ago_makes_a_day_that_is_over_when_it_is_found() -> None:
    found = due(*HARDEST, listed=date(2023, 5, 1), detected=NOON)
    assert found.due_on == date(2023, 5, 4)


def test_the_authoritys_own_date_stands_beside_the_computed_one() -> None:
    for own, agrees in ((date(2026, 12, 13), True), (date(2026, 12, 24), False), (None, None)):
        found = due(
            *HARDEST,
            listed=date(2026, 12, 10),
            authority_due_on=own,
            authority_asks_triage=False,
        )
        assert (found.due_on, found.authority_due_on) == (date(2026, 12, 13), own)
        assert found.agrees is agrees
        # Its own word about triage changes nothing, either.
        assert found.triage
        assert found.record()["authority"]["forensic_triage"] is False


def test_triage_steps_are_advised_from_the_listing_and_patching_waits_for_evidence() -> None:
    found = due(
        *HARDEST,
        listed=date(2026, 12, 11),
        listed_at=utc("2026-12-11T15:00"),
        detected=NOON,
    )
    told = {one["step"]: one for one in found.record()["triage"]}
    assert list(told) == ["scope", "collect", "patch", "contain", "analyse", "decide"]
    assert told["scope"]["due_at"] == "2026-12-11T17:00:00+00:00"
    assert told["collect"]["due_at"] == "2026-12-12T15:00:00+00:00"
    assert (told["patch"]["after"], told["patch"]["due_at"]) == ("collect", None)
    for step, begins, ends in (("analyse", 12, 13), ("decide", 13, 14)):
        assert told[step]["begins_at"] == f"2026-12-{begins}T15:00:00+00:00"
        assert told[step]["due_at"] == f"2026-12-{ends}T15:00:00+00:00"
    assert {one["force"] for one in told.values()} == {"advice"}


@pytest.mark.parametrize(
    ("listed", "detected", "scope_by"),
    [
        (date(2026, 12, 11), None, "2026-12-11T07:00:00+00:00"),
        (date(2026, 12, 9), NOON, "2026-12-10T14:00:00+00:00"),
    ],
)
def test_a_triage_begins_no_sooner_than_listing_and_detection(listed, detected, scope_by) -> None:
    found = due(*HARDEST, listed=listed, detected=detected)
    assert found.record()["triage"][0]["due_at"] == scope_by


def test_no_triage_where_the_row_asks_for_none() -> None:
    assert due("yes", "yes", "yes", "partial", listed=date(2026, 12, 10)).triage == ()


@pytest.mark.parametrize(
    ("scope", "today", "force"),
    [
        (Scope.FCEB, date(2026, 12, 6), Force.GUIDANCE),
        (Scope.FCEB, date(2026, 12, 7), Force.BINDING),
        (Scope.STATE_OR_LOCAL, date(2027, 1, 1), Force.GUIDANCE),
        (Scope.CRITICAL_INFRASTRUCTURE, date(2027, 1, 1), Force.GUIDANCE),
        (Scope.OTHER, date(2027, 1, 1), Force.GUIDANCE),
    ],
)
def test_it_binds_federal_civilian_agencies_from_7_december_2026(scope, today, force) -> None:
    assert due(*OPEN_14, detected=NOON, scope=scope).force(today) is force


@pytest.mark.parametrize("scope", [Scope.NSS, Scope.DOW])
def test_an_asset_under_an_empty_set_has_no_date_of_anybody_elses(scope: Scope) -> None:
    found = due(*HARDEST, listed=date(2026, 12, 10), detected=NOON, scope=scope)
    assert (found.answer.basis, found.due_on, found.triage) == (Basis.NO_TABLE, None, ())
    assert not found.is_determined
    assert found.binding_from is None
    with pytest.raises(RuleInputError, match="the policy set cisa is not for"):
        deadline(cisa(), known(*HARDEST, scope=scope), NEW_YORK)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (known(*OPEN_14, detected=datetime(2026, 12, 10)), "has no zone"),  # noqa: DTZ001
        (known(*OPEN_14, detected=NOON, listed=date(2026, 12, 1)), "for what is not listed"),
        (known(*HARDEST, listed=date(9999, 12, 30)), "out of bounds"),
        (known(*HARDEST, listed=date(9999, 12, 28)), "out of bounds"),
        (
            known(*HARDEST, listed=date(2026, 1, 1), listed_at=datetime.max.replace(tzinfo=UTC)),
            "out of bounds",
        ),
        (known(*OPEN_14, detected=datetime.min.replace(tzinfo=UTC)), "out of bounds"),
    ],
)
def test_what_cannot_be_computed_is_one_clear_error(found: Circumstances, message: str) -> None:
    with pytest.raises(RuleInputError, match=message):
        deadline(cisa(), found, NEW_YORK)


ANY_DAY = st.dates(date(2020, 1, 1), date(2035, 12, 31))
ANY_INSTANT = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    datetime(2035, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("UTC", "America/New_York", "Pacific/Apia", "Asia/Kathmandu")]
)
YES_NO = st.sampled_from(["yes", "no", "unknown", None])
IMPACT = st.sampled_from(["total", "partial", "unknown", None])


def sooner_or_same(first: Deadline, second: Deadline) -> bool:
    return (first.earliest_due_on or date.max) <= (second.earliest_due_on or date.max)


@given(YES_NO, YES_NO, IMPACT, ANY_INSTANT, ANY_DAY, ZONES)
@settings(max_examples=150, deadline=None)
def test_a_listing_never_lengthens(exposed, automatable, impact, detected, listed, zone) -> None:
    before = due(exposed, "no", automatable, impact, detected=detected, zone=zone)
    after = due(exposed, "yes", automatable, impact, detected=detected, listed=listed, zone=zone)
    assert sooner_or_same(after, before)
    assert (after.start_on or date.max) <= (before.start_on or date.max)


@given(st.sampled_from(["yes", "unknown", None]), st.booleans(), YES_NO, IMPACT, ANY_INSTANT, ZONES)
@settings(max_examples=150, deadline=None)
def test_taking_an_asset_off_the_internet_never_shortens(
    exposed, in_kev, automatable, impact, detected, zone
) -> None:
    rest = ("yes" if in_kev else "no", automatable, impact)
    more = {"listed": date(2027, 1, 1)} if in_kev else {}
    before, after = (
        due(one, *rest, detected=detected, zone=zone, **more) for one in (exposed, "no")
    )
    assert sooner_or_same(before, after)
    assert before.is_determined == after.is_determined


@given(ANY_INSTANT, ANY_INSTANT, ZONES)
@settings(max_examples=100, deadline=None)
def test_who_detects_later_is_never_due_sooner(one, other, zone) -> None:
    first, second = (due(*OPEN_14, detected=at, zone=zone) for at in sorted((one, other)))
    assert sooner_or_same(first, second)
    assert first.due_at is not None
    assert first.due_at > min(one, other) + timedelta(days=13)
