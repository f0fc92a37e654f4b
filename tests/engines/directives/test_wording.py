"""Every clock is said in words, by one sentence for people and programs."""

from __future__ import annotations

from datetime import date

import pytest

from tidegate.engines.directives import clock_in_words, shipped_directives
from tidegate.engines.directives.model import (
    EFFECTIVE,
    ByTable,
    DaysAfter,
    HoursAfter,
    MonthsAfter,
    OnDate,
    Ongoing,
    Recurring,
)

BOD = next(one for one in shipped_directives() if one.id == "bod-26-04")
DAY = date(2026, 12, 7)


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        (OnDate(DAY), "by 2026-12-07"),
        (DaysAfter(EFFECTIVE, 1), "within 1 calendar day after BOD 26-04 took effect"),
        (MonthsAfter(EFFECTIVE, 18), "within 18 months after BOD 26-04 took effect"),
        (HoursAfter(EFFECTIVE, 24), "within 24 hours after BOD 26-04 took effect"),
        (Recurring(7, DAY), "again within 7 days, for the first time by 2026-12-07"),
        (Ongoing(), "always; it names no day"),
    ],
)
def test_a_clock_is_said_in_words(clock, words):
    assert clock_in_words(BOD, clock) == words


def test_a_table_is_named_and_where_triage_alone_is_meant_that_is_said():
    plain = clock_in_words(BOD, ByTable("cisa", triage_only=False))
    assert plain == "for each vulnerability on each asset, by the table of the policy set cisa"
    triage = clock_in_words(BOD, ByTable("cisa", triage_only=True))
    assert triage == f"{plain}, where its row asks for forensic triage"


def test_days_are_written_as_it_is_asked():
    assert clock_in_words(BOD, OnDate(DAY), day=lambda day: f"{day:%d %B}") == "by 07 December"


def test_every_shipped_clock_has_words():
    for one in shipped_directives():
        for demand in one.demands:
            assert clock_in_words(one, demand.clock)
