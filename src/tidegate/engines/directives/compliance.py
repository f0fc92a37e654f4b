"""Was a duty met? The state of each at an instant, and a report of all of them.

An exception stays what it is until its end; then a duty that was not met is late again.
It never makes a duty done, and one that was approved too late does not make lateness undone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from tidegate.engines.directives.duties import Duty
from tidegate.engines.directives.errors import DirectiveError
from tidegate.engines.formats.spreadsheet_cells import guarded
from tidegate.engines.rules.policies import Force


class State(StrEnum):
    """Where a duty stands."""

    LATE = "late"
    DUE = "due"
    """It is still to be done; also where it has no day."""
    EXCEPTED = "excepted"
    DONE = "done"
    DONE_LATE = "done-late"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class ApprovedException:
    """Somebody took it upon them that a duty is not met for a while."""

    approver: str
    """By name."""
    reason: str
    approved_at: datetime
    until: datetime
    """At this instant, with its zone, it holds no more."""

    def __post_init__(self) -> None:
        """Refuse one that nobody answers for."""
        for name, text in (("approver", self.approver), ("reason", self.reason)):
            if not text.strip():
                raise DirectiveError(f"an exception needs its {name}; name it")
        for name, at in (("approved_at", self.approved_at), ("until", self.until)):
            _check(at, name)

    def holds(self, at: datetime) -> bool:
        """Whether it has been approved and has not ended at an instant."""
        return self.approved_at <= at < self.until

    def last_day(self, zone: tzinfo) -> date:
        """Return the last day in a zone on which it holds, if only for a part of it."""
        return (self.until - timedelta(microseconds=1)).astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class Record:
    """What an organisation recorded of one duty."""

    done_at: datetime | None = None
    done_by: str = ""
    note: str = ""
    exceptions: tuple[ApprovedException, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an instant without a zone."""
        if self.done_at is not None:
            _check(self.done_at, "done_at")


NOTHING_RECORDED: Final = Record()


def state(duty: Duty, record: Record, now: datetime) -> State:
    """Return where a duty stands at an instant.

    `due_at` itself is late. What is recorded as done at a later instant than `now` is not done yet.

    Raises:
        DirectiveError: `now` has no zone.
    """
    _check(now, "now")
    if not duty.applies:
        return State.NOT_APPLICABLE
    done_at = record.done_at
    if done_at is not None and done_at <= now:
        return State.DONE if _in_time(duty, record, done_at) else State.DONE_LATE
    if any(one.holds(now) for one in record.exceptions):
        return State.EXCEPTED
    return State.LATE if duty.due_at is not None and now >= duty.due_at else State.DUE


@dataclass(frozen=True, slots=True)
class Row:
    """One duty in a report."""

    directive: str
    requirement: str
    words: str
    to: str
    about: str
    state: State
    force: Force | None
    """On the day of the report; None where it does not apply."""
    due_on: str
    """A day, or an instant in UTC; empty where there is none."""
    zone: str
    done_at: str
    done_by: str
    excepted_until: str
    """The last day on which the exception holds, in the zone; empty for none."""
    approver: str
    reason: str
    note: str
    why: str
    key: str

    def record(self) -> dict[str, str | None]:
        """Return the row, as JSON has it; empty texts are null."""
        return {name: _text(getattr(self, name)) or None for name in COLUMNS}


COLUMNS: Final = tuple(Row.__dataclass_fields__)
"""In the order of a report's columns."""


def report_rows(
    duties: Iterable[Duty], records: Mapping[str, Record], *, now: datetime
) -> tuple[Row, ...]:
    """Return a report's rows: what is late first, then by the day on which it is due.

    Args:
        duties: of one organisation; of any directives.
        records: by key of the duty.
        now: the instant of the report, with its zone.

    Raises:
        DirectiveError: `now` has no zone.
    """
    order = list(State)
    rows = [(duty, _row(duty, records.get(duty.key, NOTHING_RECORDED), now)) for duty in duties]
    last = datetime.max.replace(tzinfo=UTC)
    rows.sort(key=lambda one: (order.index(one[1].state), one[0].due_at or last, one[0].key))
    return tuple(row for _, row in rows)


def to_csv(rows: Iterable[Row]) -> str:
    """Return rows as CSV (RFC 4180) with a header.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows([guarded(_text(getattr(row, name))) for name in COLUMNS] for row in rows)
    return text.getvalue()


def _in_time(duty: Duty, record: Record, done_at: datetime) -> bool:
    """Whether it was done in time, or exceptions reached from its end to when it was done."""
    if duty.due_at is None or done_at < duty.due_at:
        return True
    reached = duty.due_at
    for one in sorted(record.exceptions, key=lambda one: one.approved_at):
        # At its very end it is late already, so an approval at that instant is still in time.
        if one.approved_at <= reached:
            reached = max(reached, one.until)
    return done_at < reached


def _row(duty: Duty, record: Record, now: datetime) -> Row:
    found = state(duty, record, now)
    holding = [one for one in record.exceptions if one.approved_at <= now]
    latest = max(holding, key=lambda one: one.until, default=None)
    due = duty.due_on or duty.due_at
    return Row(
        directive=duty.citation,
        requirement=duty.requirement,
        words=duty.words,
        to=duty.to,
        about=duty.label or duty.subject,
        state=found,
        force=duty.force(now.astimezone(duty.zone).date()),
        due_on=due.isoformat() if due else "",
        zone=str(duty.zone),
        done_at=record.done_at.astimezone(UTC).isoformat() if record.done_at else "",
        done_by=record.done_by,
        excepted_until=latest.last_day(duty.zone).isoformat() if latest else "",
        approver=latest.approver if latest else "",
        reason=latest.reason if latest else "",
        note=record.note,
        why=" ".join(duty.why),
        key=duty.key,
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _check(at: datetime, name: str) -> None:
    if at.utcoffset() is None:
        raise DirectiveError(f"{name}, {at.isoformat()}, has no zone; hand it over in UTC")
