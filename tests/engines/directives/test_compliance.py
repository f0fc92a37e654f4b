"""Due, done, late, excepted: at each boundary; and a report that no spreadsheet calculates."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.directives.made import NOW, asked, exposed, utc
from tidegate.engines.directives import (
    ApprovedException,
    DirectiveError,
    Record,
    State,
    report_rows,
    state,
    to_csv,
)
from tidegate.engines.directives.compliance import COLUMNS
from tidegate.engines.rules import day_end

TAGGING = asked("bod-26-04", "fceb")["tagging"]
END = utc("2026-12-08T05:00:00")
"""When its last day, 7 December 2026, is over in New York."""
SECOND = timedelta(seconds=1)


def excepted(until: str, approved: str = "2026-11-01T12:00:00") -> ApprovedException:
    """Return an exception that ends with a day in New York."""
    ends = day_end(date.fromisoformat(until), TAGGING.zone)
    return ApprovedException("Ada Deputy", "no spare part", utc(approved), ends)


@pytest.mark.parametrize(
    ("record", "now", "said"),
    [
        (Record(), END - SECOND, State.DUE),
        (Record(), END, State.LATE),
        (Record(done_at=END - SECOND), END, State.DONE),
        (Record(done_at=END), END, State.DONE_LATE),
        # What is only going to be done is not done.
        (Record(done_at=END - SECOND), END - 2 * SECOND, State.DUE),
        (Record(done_at=END + SECOND), END, State.LATE),
    ],
)
def test_the_instant_of_the_end_is_late(record, now, said) -> None:
    assert state(TAGGING, record, now) is said


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2026-11-01T11:59:59", State.DUE),
        ("2026-11-01T12:00:00", State.EXCEPTED),
        ("2026-12-20T12:00:00", State.EXCEPTED),
        # 31 December ends in New York at 5 o'clock UTC.
        ("2027-01-01T04:59:59", State.EXCEPTED),
        ("2027-01-01T05:00:00", State.LATE),
    ],
)
def test_an_exception_holds_through_its_last_day_and_then_it_is_late_again(now, said) -> None:
    assert state(TAGGING, Record(exceptions=(excepted("2026-12-31"),)), utc(now)) is said


@pytest.mark.parametrize(
    ("exceptions", "done", "said"),
    [
        ((excepted("2026-12-31"),), "2026-12-31T12:00:00", State.DONE),
        ((excepted("2026-12-31"),), "2027-01-01T05:00:00", State.DONE_LATE),
        # Approved when it was late already.
        ((excepted("2026-12-31", "2026-12-08T05:00:01"),), "2026-12-20T12:00:00", State.DONE_LATE),
        # One after the other, without and with a gap.
        (
            (excepted("2027-01-31", "2026-12-30T12:00:00"), excepted("2026-12-31")),
            "2027-01-31T12:00:00",
            State.DONE,
        ),
        (
            (excepted("2027-01-31", "2027-01-02T12:00:00"), excepted("2026-12-31")),
            "2027-01-31T12:00:00",
            State.DONE_LATE,
        ),
        # It had ended before the duty was due.
        ((excepted("2026-11-30"),), "2026-12-09T12:00:00", State.DONE_LATE),
    ],
)
def test_done_under_an_exception_is_in_time_if_it_reached_that_far(exceptions, done, said) -> None:
    record = Record(utc(done), exceptions=exceptions)
    assert state(TAGGING, record, utc("2027-06-01T00:00:00")) is said


def test_an_exception_that_was_approved_late_holds_and_does_not_undo() -> None:
    late = Record(exceptions=(excepted("2026-12-31", "2026-12-10T12:00:00"),))
    assert state(TAGGING, late, utc("2026-12-09T12:00:00")) is State.LATE
    assert state(TAGGING, late, utc("2026-12-11T12:00:00")) is State.EXCEPTED


def test_what_does_not_apply_has_no_other_state() -> None:
    idle = asked("bod-26-04", "other")["tagging"]
    done = Record(done_at=utc("2026-11-01T12:00:00"), exceptions=(excepted("2026-12-31"),))
    assert state(idle, done, NOW) is State.NOT_APPLICABLE


def test_what_has_no_day_is_never_late() -> None:
    always = asked("bod-26-04", "fceb")["tracking"]
    assert state(always, Record(), utc("2100-01-01T00:00:00")) is State.DUE
    assert state(always, Record(done_at=NOW), NOW) is State.DONE


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ApprovedException(" ", "x", NOW, END), "needs its approver"),
        (lambda: ApprovedException("Ada", "", NOW, END), "needs its reason"),
        (
            lambda: ApprovedException("Ada", "x", NOW.replace(tzinfo=None), END),
            "approved_at, 2026-11-27T12:00:00, has no zone",
        ),
        (lambda: Record(done_at=datetime(2026, 1, 1)), "done_at, 2026"),  # noqa: DTZ001
        (lambda: state(TAGGING, Record(), datetime(2026, 1, 1)), "now, 2026"),  # noqa: DTZ001
        (
            lambda: ApprovedException("Ada", "x", NOW, END.replace(tzinfo=None)),
            "until, 2026-12-08T05:00:00, has no zone",
        ),
    ],
)
def test_what_nobody_answers_for_is_refused(make, message) -> None:
    with pytest.raises(DirectiveError, match=message):
        make()


@given(
    st.datetimes(datetime(2026, 6, 1), datetime(2027, 6, 1)),  # noqa: DTZ001
    st.none() | st.datetimes(datetime(2026, 6, 1), datetime(2027, 6, 1)),  # noqa: DTZ001
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=3),
)
@settings(max_examples=80, deadline=None)
def test_an_exception_never_makes_a_state_worse(at, done, spans) -> None:
    now = utc(at.isoformat())
    done_at = utc(done.isoformat()) if done else None
    exceptions = tuple(
        excepted(
            (date(2026, 6, 1) + timedelta(days=end)).isoformat(),
            (datetime(2026, 6, 1) + timedelta(days=start)).isoformat(),  # noqa: DTZ001
        )
        for start, end in spans
    )
    bare = state(TAGGING, Record(done_at), now)
    held = state(TAGGING, Record(done_at, exceptions=exceptions), now)
    better = {
        State.LATE: {State.LATE, State.EXCEPTED},
        State.DUE: {State.DUE, State.EXCEPTED},
        State.DONE: {State.DONE},
        State.DONE_LATE: {State.DONE_LATE, State.DONE},
    }
    assert held in better[bare]


def rows(*, now=NOW, records=None, exposures=()):
    told = asked("bod-26-04", "fceb", exposed=exposures).values()
    return report_rows(told, records or {}, now=now)


def test_a_report_has_what_is_late_first_and_then_goes_by_the_day() -> None:
    told = rows(now=END)
    assert [(row.requirement, row.state) for row in told[:3]] == [
        ("policy", State.LATE),
        ("processes", State.LATE),
        ("tagging", State.LATE),
    ]
    assert [row.state for row in told] == sorted((row.state for row in told), key=list(State).index)
    assert {row.requirement for row in told if row.state is State.NOT_APPLICABLE} == {
        "remediate",
        "forensic-triage",
    }


def test_a_row_names_who_excepted_it_until_when_and_what_it_is() -> None:
    records = {
        "bod-26-04/policy": Record(utc("2026-06-10T20:00:00"), "Grace", "in force"),
        "bod-26-04/tagging": Record(exceptions=(excepted("2026-12-31"),)),
    }
    told = {row.requirement: row for row in rows(records=records)}
    assert (told["policy"].state, told["policy"].done_by) == (State.DONE, "Grace")
    assert told["policy"].done_at == "2026-06-10T20:00:00+00:00"
    tagging = told["tagging"]
    assert (tagging.state, tagging.approver, tagging.excepted_until, tagging.reason) == (
        State.EXCEPTED,
        "Ada Deputy",
        "2026-12-31",
        "no spare part",
    )
    assert (tagging.due_on, tagging.zone, tagging.force) == (
        "2026-12-07",
        "America/New_York",
        "binding",
    )


def test_csv_and_json_say_the_same() -> None:
    told = rows()
    written = to_csv(told)
    assert written.endswith("\r\n")
    read = list(csv.DictReader(io.StringIO(written, newline="")))
    assert list(read[0]) == list(COLUMNS)
    loaded = json.loads(json.dumps([row.record() for row in told]))
    assert [{name: value or "" for name, value in one.items()} for one in loaded] == read
    assert to_csv([]).splitlines() == [",".join(f'"{name}"' for name in COLUMNS)]


@pytest.mark.parametrize(
    "hostile",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =cmd|' /C calc'!A0",
        "＝1",
        '";=1+1',
        "a\n=1",
    ],
)
def test_a_cell_is_never_a_formula(hostile) -> None:
    one = exposed(hostile, "yes", "no", "no", "total", detected=NOW)
    one = type(one)(hostile, hostile, one.deadline)
    key = f"bod-26-04/remediate/{hostile}"
    written = to_csv(rows(exposures=(one,), records={key: Record(NOW, hostile, hostile)}))
    (row,) = (row for row in csv.DictReader(io.StringIO(written, newline="")) if row["key"] == key)
    for name in ("about", "done_by", "note"):
        assert row[name].removeprefix("'") == hostile
        assert row[name].lstrip()[:1] not in tuple("=+-@＝＋－＠")
