"""The numbers of the overview are those of the lists that they link to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.desks.findings.makers import (
    make_case,
    make_delivery,
    make_finding,
    make_nomination,
    make_outbox,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.findings.queries.cases import count_cases
from tidegate.desks.findings.queries.errors import FilterError
from tidegate.desks.findings.queries.findings import FindingFilter, count_findings
from tidegate.desks.findings.queries.overview import funnel, overview, series, stuck

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def test_each_number_of_the_funnel_is_the_length_of_its_list() -> None:
    for stage in ("unproven", "unproven", "waiting", "working", "set-aside"):
        make_finding(stage=stage)
    proven = [make_finding(verdict="reproduced"), make_finding(verdict="reproduced")]
    make_finding(verdict="inconclusive")
    case = make_case(proven[0])
    make_case(proven[1], merged_into=case)

    told = funnel(OWNER)
    for step in (told.received, told.with_proof, told.run, told.proven):
        assert step.number == count_findings(OWNER, step.filter).number
    numbers = (told.received, told.with_proof, told.run, told.proven)
    assert [step.number for step in numbers] == [8, 6, 3, 2]
    assert told.cases == count_cases(OWNER, told.cases_filter).number == 1


def test_what_is_stuck_is_counted_and_its_lists_agree() -> None:
    one, other = make_finding(stage="set-aside"), make_finding(verdict="inconclusive")
    make_finding(verdict="reproduced")
    make_nomination(one, other)
    make_delivery(state="stored")
    make_outbox(one.key, made_at=NOW - timedelta(hours=25))
    make_outbox(other.key, made_at=NOW - timedelta(hours=1))
    told = stuck(OWNER, clock)
    assert told.set_aside.number == count_findings(OWNER, told.set_aside_filter).number == 1
    assert told.inconclusive.number == count_findings(OWNER, told.inconclusive_filter).number == 1
    assert told.waiting_filter == FindingFilter(stage="waiting")
    assert [told.waiting_long.number, told.unread.number, told.nominations.number] == [1, 1, 1]


def test_each_day_has_what_happened_on_it_from_midnight_to_midnight() -> None:
    midnight = NOW.replace(hour=0)
    for at in (midnight - timedelta(microseconds=1), midnight, NOW):
        make_finding(received_at=at, verdict="reproduced", judged_at=at)
    make_finding(received_at=NOW, verdict="flaky", judged_at=NOW)
    make_finding(received_at=NOW - timedelta(days=9))
    make_case(opened_at=midnight)
    days = series(OWNER, 2, clock)
    assert [day.day for day in days] == [date(2026, 11, 19), date(2026, 11, 20)]
    assert [(day.received, day.proven, day.cases) for day in days] == [(1, 1, 0), (3, 2, 1)]


def test_an_empty_desk_is_all_zeros() -> None:
    told = overview(OWNER, 7, clock)
    assert told.funnel.received.number == told.totals.findings == told.totals.cases == 0
    assert len(told.series) == 7


@pytest.mark.parametrize("days", [0, 367])
def test_a_series_has_bounds(days: int) -> None:
    with pytest.raises(FilterError, match="1 to 366"):
        series(OWNER, days, clock)
