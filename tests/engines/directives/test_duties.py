"""What is due, to whom, by when and why: each kind of clock, whom it concerns, what is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.directives.made import (
    NOW,
    asked,
    clocked,
    document,
    exposed,
    happened,
    raw,
    utc,
)
from tidegate.engines.directives import DirectiveError, read_directive
from tidegate.engines.rules import Force, Scope


def own(clock, **changes):
    return read_directive(raw(clocked(clock, **changes)), "own.json")


def test_a_named_day_ends_at_midnight_in_the_organisations_zone() -> None:
    told = asked("bod-26-04", "fceb")["tagging"]
    assert (told.due_on, told.due_at) == (date(2026, 12, 7), utc("2026-12-08T05:00"))
    assert told.why == ("180 calendar days after BOD 26-04 was issued, 2026-06-10.",)
    tokyo = asked("bod-26-04", "fceb", zone=ZoneInfo("Asia/Tokyo"))["tagging"]
    assert tokyo.due_at == utc("2026-12-07T15:00")


def test_to_whom_it_does_not_apply_it_says_so() -> None:
    told = asked("bod-26-04", "state-or-local")
    assert not told["tagging"].applies
    assert told["tagging"].force(date(2030, 1, 1)) is None
    assert told["tagging"].why == ("It concerns fceb; this organisation is none of these.",)
    assert told["confirmed-compromise"].applies
    assert {one.applies for one in asked("cra-article-14", "fceb").values()} == {False}


@pytest.mark.parametrize(
    ("scope", "day", "force"),
    [
        (Scope.FCEB, date(2026, 12, 6), Force.GUIDANCE),
        (Scope.FCEB, date(2026, 12, 7), Force.BINDING),
        (Scope.STATE_OR_LOCAL, date(2026, 12, 7), Force.GUIDANCE),
        (Scope.OTHER, date(2030, 1, 1), Force.GUIDANCE),
    ],
)
def test_an_exposure_binds_by_the_scope_of_its_asset(scope, day, force) -> None:
    one = exposed("A:1", "yes", "no", "no", "total", detected=utc("2026-11-20T12:00"), scope=scope)
    told = asked("bod-26-04", "fceb", "state-or-local", "other", exposed=(one,))
    assert told["remediate/A:1"].force(day) is force


def test_of_several_words_the_strictest_holds() -> None:
    told = asked("bod-26-02", "other", "fceb")["replace"]
    assert told.force(date(2026, 2, 5)) is Force.BINDING
    assert asked("bod-26-02", "other")["replace"].force(date(2030, 1, 1)) is Force.GUIDANCE


def test_each_exposure_has_its_own_day_and_triage_only_where_the_row_asks_for_it() -> None:
    found = utc("2026-12-10T12:00")
    told = asked(
        "bod-26-04",
        "fceb",
        exposed=(
            exposed("A:1", "no", "yes", "yes", "total", listed=date(2026, 12, 9), detected=found),
            exposed("A:2", "yes", "no", "no", "total", detected=found),
            exposed("A:3", "no", "no", "no", "total", detected=found),
            exposed("A:4", "yes", "yes", None, None, listed=date(2026, 12, 9), detected=found),
        ),
    )
    days = {key: duty.due_on for key, duty in told.items() if "A:" in key}
    assert days == {
        "remediate/A:1": date(2026, 12, 12),
        "remediate/A:2": date(2026, 12, 24),
        "remediate/A:3": None,
        "remediate/A:4": None,
        "forensic-triage/A:1": date(2026, 12, 12),
    }
    assert told["remediate/A:1"].label == "label of A:1"
    assert any("row 9" in sentence for sentence in told["remediate/A:1"].why)
    assert any("earliest possible is 2026-12-12" in one for one in told["remediate/A:4"].why)


def test_without_exposures_the_table_is_on_the_report_all_the_same() -> None:
    told = asked("bod-26-04", "fceb")
    assert not told["remediate"].applies
    assert told["remediate"].why == ("No exposure is recorded under the policy set cisa.",)
    assert "forensic triage" in told["forensic-triage"].why[0]


def test_an_asset_under_an_empty_set_says_so_and_borrows_nothing() -> None:
    at = utc("2026-12-10T12:00")
    nss = exposed(
        "A:1", "no", "yes", "yes", "total", listed=date(2026, 12, 9), detected=at, scope=Scope.NSS
    )
    told = asked("cnss-eo-14409", "nss", exposed=(nss,))["remediate/A:1"]
    assert (told.applies, told.due_on, told.due_at) == (True, None, None)
    assert "no other authority's is borrowed" in told.why[0]
    assert not asked("bod-26-04", "nss", exposed=(nss,))["remediate"].applies


def test_hours_count_from_the_instant_for_each_subject() -> None:
    told = asked(
        "cra-article-14",
        "role/manufacturer",
        occurred=(
            happened("exploitation-known", "2026-10-31T22:30:00", "CVE-2026-1"),
            happened("exploitation-known", "2026-11-26T10:00:00", "CVE-2026-2"),
        ),
    )
    one = told["exploited-early-warning/CVE-2026-1"]
    # Summer time ends in between, and hours do not care.
    assert (one.due_on, one.due_at) == (None, utc("2026-11-01T22:30:00"))
    assert one.why == (
        (
            "24 hours after the manufacturer became aware of an actively exploited vulnerability,"
            " 2026-10-31T22:30:00+00:00."
        ),
    )
    assert told["exploited-notification/CVE-2026-2"].due_at == utc("2026-11-29T10:00:00")
    assert one.to.startswith("The CSIRT")
    assert not told["exploited-final-report"].applies
    assert "nothing like it is recorded" in told["exploited-final-report"].why[0]


def test_what_is_recorded_twice_happened_the_first_time() -> None:
    told = asked(
        "cra-article-14",
        "role/manufacturer",
        occurred=(
            happened("exploitation-known", "2026-11-02T00:00:00", "CVE-2026-1"),
            happened("exploitation-known", "2026-11-01T00:00:00", "CVE-2026-1"),
        ),
    )
    assert told["exploited-early-warning/CVE-2026-1"].due_at == utc("2026-11-02T00:00:00")


@pytest.mark.parametrize(
    ("happens", "due_on"),
    [
        ("2026-11-11T12:00:00", date(2026, 12, 11)),
        ("2026-10-31T12:00:00", date(2026, 11, 30)),
        ("2027-01-31T12:00:00", date(2027, 2, 28)),
        ("2028-01-31T12:00:00", date(2028, 2, 29)),
        ("2026-12-31T12:00:00", date(2027, 1, 31)),
        # It is still the 30th in New York.
        ("2026-10-31T03:00:00", date(2026, 11, 30)),
        ("2026-10-01T03:00:00", date(2026, 10, 30)),
    ],
)
def test_a_month_ends_on_the_day_of_the_same_number_or_the_last_one(happens, due_on) -> None:
    told = asked(
        "cra-article-14",
        "role/manufacturer",
        occurred=(happened("incident-notified", happens, "I-1"),),
    )
    assert told["incident-final-report/I-1"].due_on == due_on


def test_fourteen_days_after_a_measure_are_whole_days() -> None:
    told = asked(
        "cra-article-14",
        "role/manufacturer",
        occurred=(happened("measure-available", "2026-11-10T20:00:00", "CVE-2026-1"),),
    )["exploited-final-report/CVE-2026-1"]
    assert (told.due_on, told.due_at) == (date(2026, 11, 24), utc("2026-11-25T05:00"))


def test_an_event_of_another_directive_starts_nothing() -> None:
    there = happened("exploitation-known", "2026-11-01T00:00:00", "X", directive="other")
    told = asked("cra-article-14", "role/manufacturer", occurred=(there,))
    assert not told["exploited-early-warning"].applies


@pytest.mark.parametrize(
    ("done", "due_on", "key"),
    [
        (None, date(2023, 4, 3), "asset-discovery/@2023-04-03"),
        ("2026-11-24T12:00:00", date(2026, 12, 1), "asset-discovery/@2026-12-01"),
        # Whoever began early has until the first day.
        ("2023-03-01T12:00:00", date(2023, 4, 3), "asset-discovery/@2023-04-03"),
    ],
)
def test_what_recurs_is_due_so_many_days_after_it_was_done(done, due_on, key) -> None:
    last = {"bod-23-01/asset-discovery": utc(done)} if done else {}
    told = asked("bod-23-01", "fceb", last_done=last)[key]
    assert (told.due_on, told.subject) == (due_on, "")
    assert told.occurrence == f"@{due_on}"


def test_what_has_no_day_is_due_without_one() -> None:
    told = asked("bod-26-04", "fceb")["tracking"]
    assert (told.applies, told.due_on, told.due_at, told.to) == (True, None, None, "CISA")


def test_a_revoked_directive_asks_nothing_from_that_day_on() -> None:
    assert asked("bod-22-01", "fceb", now=utc("2026-06-10T03:59:59"))
    assert not asked("bod-22-01", "fceb", now=utc("2026-06-10T04:00:00"))
    assert not asked("bod-26-04", "fceb", now=utc("2026-06-10T03:59:59"))
    assert asked("bod-26-04", "fceb", now=utc("2026-06-10T04:00:00"))


def test_clocks_go_by_a_public_milestone() -> None:
    source = document()["sources"][0]
    made = own(
        {"kind": "months-after", "event": "launched", "months": 1},
        milestones=[
            {
                "on": "2026-08-31",
                "kind": "milestone",
                "words": "It was launched",
                "source": source,
                "event": "launched",
            }
        ],
    )
    told = asked(made, "other")["mend"]
    assert (told.due_on, told.why) == (
        date(2026, 9, 30),
        ("1 month after It was launched, 2026-08-31.",),
    )


def test_an_instant_without_a_zone_and_a_day_beyond_the_calendar_are_one_clear_error() -> None:
    with pytest.raises(DirectiveError, match="has no zone; hand it over in UTC"):
        asked("bod-26-04", "fceb", now=datetime(2026, 11, 27))  # noqa: DTZ001
    for kind, unit in (("days-after", "days"), ("months-after", "months")):
        made = own({"kind": kind, "event": "it-broke", unit: 1})
        at = (happened("it-broke", "9999-12-31T12:00:00", directive="own-1"),)
        with pytest.raises(DirectiveError, match="OWN 1: a day of it lies beyond the calendar"):
            asked(made, "other", occurred=at, now=NOW)


def test_a_duty_is_json() -> None:
    record = asked("bod-26-04", "fceb")["tagging"].record()
    assert (record["due_on"], record["due_at"]) == ("2026-12-07", "2026-12-08T05:00:00+00:00")
    assert record["bindings"] == [{"whom": "fceb", "force": "binding", "since": "2026-06-10"}]
    assert record["zone"] == "America/New_York"


ZONES = st.sampled_from(["UTC", "America/New_York", "Pacific/Apia", "Asia/Kathmandu"])
INSTANTS = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    datetime(2035, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(INSTANTS, INSTANTS, ZONES)
@settings(max_examples=60, deadline=None)
def test_what_happens_later_is_never_due_sooner_nor_before_it_happened(one, other, name) -> None:
    zone = ZoneInfo(name)
    for event, key in (
        ("exploitation-known", "exploited-early-warning"),
        ("measure-available", "exploited-final-report"),
        ("incident-notified", "incident-final-report"),
    ):
        ends = []
        for at in sorted((one, other)):
            there = (happened(event, at.replace(tzinfo=None).isoformat(), "X"),)
            told = asked("cra-article-14", "role/manufacturer", occurred=there, zone=zone)
            due_at = told[f"{key}/X"].due_at
            assert due_at is not None
            assert due_at > at
            ends.append(due_at)
        assert ends == sorted(ends)
