"""The shipped directives: their days, whom they bind, what revokes what, and where it was read."""

from __future__ import annotations

from datetime import date

import pytest

from tests.engines.directives.made import shipped
from tidegate.engines.directives import Kind, Status, shipped_directives
from tidegate.engines.directives.duties import public_day
from tidegate.engines.directives.model import (
    ByTable,
    DaysAfter,
    HoursAfter,
    MonthsAfter,
    Recurring,
)
from tidegate.engines.rules import Force


def test_what_is_shipped() -> None:
    assert {one.id: one.status for one in shipped_directives()} == {
        "bod-19-02": Status.REVOKED,
        "bod-22-01": Status.REVOKED,
        "bod-23-01": Status.IN_FORCE,
        "bod-26-02": Status.IN_FORCE,
        "bod-26-04": Status.IN_FORCE,
        "cnss-eo-14409": Status.AWAITED,
        "cra-article-14": Status.IN_FORCE,
        "eo-14409": Status.IN_FORCE,
        "fedramp-vulnerability-rules-2026": Status.IN_FORCE,
        "nspm-12": Status.IN_FORCE,
        "war-eo-14409": Status.AWAITED,
    }
    assert shipped("eo-14409").kind is Kind.ORDER


@pytest.mark.parametrize(
    ("directive", "demand", "on"),
    [
        ("eo-14409", "clearinghouse", "2026-07-02"),
        ("eo-14409", "civilian-systems", "2026-07-02"),
        ("eo-14409", "national-security-systems", "2026-07-02"),
        ("eo-14409", "department-of-war-systems", "2026-07-02"),
        ("eo-14409", "benchmarking", "2026-08-01"),
        ("eo-14409", "voluntary-framework", "2026-08-01"),
        ("cnss-eo-14409", "prioritise", "2026-07-02"),
        ("war-eo-14409", "prioritise", "2026-07-02"),
        ("bod-26-04", "policy", "2026-06-10"),
        ("bod-26-04", "processes", "2026-08-09"),
        ("bod-26-04", "tagging", "2026-12-07"),
        ("bod-26-02", "inventory", "2026-05-05"),
        ("bod-26-02", "inventory-report", "2026-05-05"),
        ("bod-26-02", "decommission", "2027-02-05"),
        ("bod-26-02", "replace", "2027-08-05"),
        ("bod-26-02", "continuous-discovery", "2028-02-05"),
        ("bod-23-01", "asset-discovery", "2023-04-03"),
        ("bod-22-01", "procedures", "2022-01-02"),
        ("fedramp-vulnerability-rules-2026", "detection-and-response", "2026-12-07"),
        ("fedramp-vulnerability-rules-2026", "end-of-grace", "2027-03-07"),
    ],
)
def test_each_public_day_is_the_one_that_the_texts_give(directive, demand, on) -> None:
    found = shipped(directive)
    (one,) = (one for one in found.demands if one.id == demand)
    assert public_day(found, one.clock) == date.fromisoformat(on)


@pytest.mark.parametrize(
    ("directive", "demand", "clock"),
    [
        ("bod-26-04", "remediate", ByTable("cisa", triage_only=False)),
        ("bod-26-04", "forensic-triage", ByTable("cisa", triage_only=True)),
        ("cnss-eo-14409", "remediate", ByTable("cnss", triage_only=False)),
        ("war-eo-14409", "remediate", ByTable("war", triage_only=False)),
        ("bod-23-01", "asset-discovery", Recurring(7, date(2023, 4, 3))),
        ("bod-23-01", "vulnerability-enumeration", Recurring(14, date(2023, 4, 3))),
        ("bod-23-01", "ingestion", HoursAfter("discovery-completed", 72)),
        ("bod-23-01", "on-demand-discovery", HoursAfter("request-received", 72)),
        ("bod-19-02", "critical", DaysAfter("critical-detected", 15)),
        ("bod-19-02", "high", DaysAfter("high-detected", 30)),
        ("cra-article-14", "exploited-early-warning", HoursAfter("exploitation-known", 24)),
        ("cra-article-14", "exploited-notification", HoursAfter("exploitation-known", 72)),
        ("cra-article-14", "exploited-final-report", DaysAfter("measure-available", 14)),
        ("cra-article-14", "incident-final-report", MonthsAfter("incident-notified", 1)),
    ],
)
def test_each_clock_of_ones_own_is_the_one_that_the_texts_give(directive, demand, clock) -> None:
    (one,) = (one for one in shipped(directive).demands if one.id == demand)
    assert one.clock == clock


def test_the_table_binds_federal_civilian_agencies_from_7_december_2026() -> None:
    (one,) = (one for one in shipped("bod-26-04").requirements if one.id == "remediate")
    told = {binding.whom: binding for binding in one.bindings}
    assert told["fceb"].force_on(date(2026, 12, 6)) is Force.GUIDANCE
    assert told["fceb"].force_on(date(2026, 12, 7)) is Force.BINDING
    for whom in ("state-or-local", "critical-infrastructure", "other"):
        assert told[whom].force_on(date(2030, 1, 1)) is Force.GUIDANCE
    assert not {"nss", "dow"} & told.keys()


def test_who_revokes_and_who_is_revoked_say_the_same() -> None:
    said = {(one.id, name) for one in shipped_directives() for name in one.revokes}
    suffered = {(one.revoked_by, one.id) for one in shipped_directives() if one.revoked_by}
    assert said == suffered == {("bod-26-04", "bod-19-02"), ("bod-26-04", "bod-22-01")}
    for one in shipped_directives():
        if one.revoked_by:
            assert one.revoked_on == shipped(one.revoked_by).issued_on


def test_every_file_is_named_by_its_identifier_and_says_where_it_was_read() -> None:
    for one in shipped_directives():
        assert one.sources
        assert all(source.note for source in one.sources)
    # Of these the texts that were read are copies and summaries only.
    for name in ("eo-14409", "bod-26-04", "bod-26-02", "nspm-12", "cra-article-14"):
        assert not shipped(name).sources[0].is_primary
    assert shipped("fedramp-vulnerability-rules-2026").sources[0].is_primary


def test_a_day_about_which_texts_differ_says_so() -> None:
    (one,) = (one for one in shipped("bod-26-04").requirements if one.id == "processes")
    assert "7 August" in one.note
