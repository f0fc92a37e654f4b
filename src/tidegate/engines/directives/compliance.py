"""Was a duty met? The state of each at an instant, and a report of all of them.

An exception stays what it is until its last day ends; then a duty that was not met is late again.
It never makes a duty done, and one that was approved too late does not make lateness undone.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from typing import Final

from tidegate.engines.directives.duties import Duty
from tidegate.engines.directives.errors import DirectiveError
from tidegate.engines.rules import RuleInputError, day_end
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
    until: date
    """Its last day, counted whole in the organisation's zone."""

    def __post_init__(self) -> None:
        """Refuse one that nobody answers for."""
        for name, text in (("approver", self.approver), ("reason", self.reason)):
            if not text.strip():
                raise DirectiveError(f"an exception needs its {name}; name it")
        _check(self.approved_at, "approved_at")

    def holds(self, at: datetime, zone: tzinfo) -> bool:
        """Whether it has been approved and has not ended at an instant."""
        return self.approved_at <= at < self.ends_at(zone)

    def ends_at(self, zone: tzinfo) -> datetime:
        """Return the instant, in UTC, at which its last day is over.

        Raises:
            DirectiveError: the day lies at the end of the calendar.
        """
        try:
            return day_end(self.until, zone)
        except RuleInputError as error:
            reason = f"an exception until {self.until} never ends; name an earlier day"
            raise DirectiveError(reason) from error


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
    if any(one.holds(now, duty.zone) for one in record.exceptions):
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

    A cell that a spreadsheet would take for a formula begins with an apostrophe. Source: OWASP,
    CSV Injection.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows([_inert(_text(getattr(row, name))) for name in COLUMNS] for row in rows)
    return text.getvalue()


def to_json(rows: Iterable[Row]) -> str:
    """Return rows as a JSON list of objects."""
    return json.dumps([row.record() for row in rows], ensure_ascii=False, indent=2)


def _in_time(duty: Duty, record: Record, done_at: datetime) -> bool:
    """Whether it was done in time, or exceptions reached from its end to when it was done."""
    if duty.due_at is None or done_at < duty.due_at:
        return True
    reached = duty.due_at
    for one in sorted(record.exceptions, key=lambda one: one.approved_at):
        # At its very end it is late already, so an approval at that instant is still in time.
        if one.approved_at <= reached:
            reached = max(reached, one.ends_at(duty.zone))
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
        excepted_until=latest.until.isoformat() if latest else "",
        approver=latest.approver if latest else "",
        reason=latest.reason if latest else "",
        note=record.note,
        why=" ".join(duty.why),
        key=duty.key,
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""From: OWASP, CSV Injection; some programs read the full-width signs as the plain ones."""


def _inert(cell: str) -> str:
    """Return a cell that no spreadsheet calculates."""
    # Leading blanks are skipped by some programs before they look for a sign.
    risky = cell.startswith(_FORMULA_SIGNS) or cell.lstrip().startswith(_FORMULA_SIGNS)
    return f"'{cell}" if risky else cell


def _check(at: datetime, name: str) -> None:
    if at.utcoffset() is None:
        raise DirectiveError(f"{name}, {at.isoformat()}, has no zone; hand it over in UTC")
