"""'Why this date?', fully, from what was kept of each computation; and every move with its reasons.

Nothing is computed here. What a deadline rested on stands in its record, so the answer is the one
of its time. Only whether it binds or is guidance is asked of today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tidegate.desks.exposure.models import Deadline, Exposure
from tidegate.engines.rules import Change, Force, force_on, is_determined, why, why_moved


@dataclass(frozen=True, slots=True)
class InputShown:
    """One value that the table was asked with."""

    name: str
    """Word of the decision point."""
    value: str
    """`unknown`, if nobody knows it."""
    source: str
    """Who says so; empty where nobody does."""
    read_as: str
    """As what it was looked up, where that is another value."""
    because: str


@dataclass(frozen=True, slots=True)
class Possible:
    """A row of the table that remains possible, or is the one that holds."""

    row: int
    outcome: str


@dataclass(frozen=True, slots=True)
class StepAdvised:
    """A step of forensic triage. Its hours are advice, its place in the order is none."""

    step: str
    words: str
    begins_at: datetime | None
    due_at: datetime | None
    after: str
    """The step that has to be done before; empty for none."""


@dataclass(frozen=True, slots=True)
class Named:
    """A decision table or a policy set, so that it can be told from another one."""

    name: str
    version: str
    sha256: str
    title: str
    """Of a table; of a policy set, its authority."""


@dataclass(frozen=True, slots=True)
class DeadlineShown:
    """One computation of a deadline, with all that it rests on."""

    number: int
    """From 1."""
    at: datetime
    """When it was computed."""
    outcome: str
    """As the table words it, or `undetermined`."""
    definition: str
    basis: str
    """A value of `rules.Basis`."""
    words: str
    """What holds, in a sentence."""
    row: int | None
    rows_are: str
    """Of which table that is the row's number, for people."""
    mapping_row: int | None
    """The same row's place in the table's file."""
    possible: tuple[Possible, ...]
    inputs: tuple[InputShown, ...]
    missing: tuple[str, ...]
    policy_set: Named
    directive: str
    """Empty where its authority has no table."""
    table: Named | None
    scope: str
    days: int | None
    start: str
    """`listing`, `detection` or `both`; empty where no clock runs."""
    start_on: date | None
    due_on: date | None
    """The last day."""
    due_at: datetime | None
    """When that day ends, in UTC; this instant is late already."""
    zone: str
    earliest_due_on: date | None
    """Where it is undetermined, the day of the strictest row that remains possible."""
    is_determined: bool
    was_over: bool
    """Whether the day had passed already when it was computed."""
    binding_from: date | None
    force: Force
    """Today."""
    needs_triage: bool
    triage: tuple[StepAdvised, ...]
    authority_due_on: date | None
    """CISA's own date; it stands beside the computed one."""
    agrees: bool | None
    """Whether they are the same; None where one is not there."""
    authority_asks_triage: bool | None
    why: tuple[str, ...]
    """All of this in sentences, in the order in which one would check it."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One computation in the history of a deadline."""

    number: int
    at: datetime
    move: str
    """A value of `rules.Move`."""
    changes: tuple[Change, ...]
    """What was different, with who says so; empty for the first one."""
    outcome: str
    row: int | None
    due_on: date | None
    was_due_on: date | None
    was_over: bool
    why: tuple[str, ...]
    """What moved it, in sentences; of the first one, why it was what it was."""


def deadline_of(exposure: Exposure, *, today: date) -> DeadlineShown | None:
    """Return the newest computation of an exposure; None before the first one.

    `today` is the day in the operator's zone.
    """
    newest = Deadline.objects.filter(exposure=exposure).order_by("-number").first()
    return _shown(newest, today) if newest else None


def moves_of(exposure: Exposure) -> tuple[Moved, ...]:
    """Return every computation of an exposure, the newest first."""
    rows = list(Deadline.objects.filter(exposure=exposure).order_by("number"))
    moves = []
    before: Mapping[str, Any] | None = None
    for row in rows:
        moves.append(_moved(row, before))
        before = row.record["deadline"]
    return tuple(reversed(moves))


def _shown(row: Deadline, today: date) -> DeadlineShown:
    record = row.record["deadline"]
    policy, table, own = record["policy_set"], record.get("table"), record["authority"]
    binding_from = _day(record["binding_from"])
    return DeadlineShown(
        number=row.number,
        at=row.at,
        outcome=record["outcome"],
        definition=record.get("definition", ""),
        basis=record["basis"],
        words=record["words"],
        row=record.get("row"),
        rows_are=record.get("rows_are", ""),
        mapping_row=record.get("mapping_row"),
        possible=tuple(Possible(one["row"], one["outcome"]) for one in record.get("possible", ())),
        inputs=tuple(_inputs(record)),
        missing=tuple(record["missing"]),
        policy_set=Named(policy["name"], policy["version"], policy["sha256"], policy["authority"]),
        directive=record.get("directive", ""),
        table=table and Named(table["name"], table["version"], table["sha256"], table["title"]),
        scope=record["scope"],
        days=record.get("days"),
        start=record["start"] or "",
        start_on=_day(record["start_on"]),
        due_on=_day(record["due_on"]),
        due_at=_instant(record["due_at"]),
        zone=record["zone"],
        earliest_due_on=_day(record["earliest_due_on"]),
        is_determined=is_determined(record),
        was_over=row.record["was_over"],
        binding_from=binding_from,
        force=force_on(binding_from, today),
        needs_triage=bool(record.get("forensic_triage")),
        triage=tuple(
            StepAdvised(
                one["step"],
                one["words"],
                _instant(one["begins_at"]),
                _instant(one["due_at"]),
                one["after"] or "",
            )
            for one in record["triage"]
        ),
        authority_due_on=_day(own["due_on"]),
        agrees=own["agrees"],
        authority_asks_triage=own["forensic_triage"],
        why=why(record),
    )


def _inputs(record: Mapping[str, Any]) -> Iterator[InputShown]:
    for name, taken in record.get("inputs", {}).items():
        yield InputShown(
            name,
            taken["value"],
            taken["source"],
            taken.get("read_as", ""),
            taken.get("because", ""),
        )


def _moved(row: Deadline, before: Mapping[str, Any] | None) -> Moved:
    record = row.record["deadline"]
    changes = tuple(
        Change(one["name"], one["before"], one["after"], one["source"])
        for one in row.record["changes"]
    )
    move = row.record["move"]
    return Moved(
        number=row.number,
        at=row.at,
        move=move,
        changes=changes,
        outcome=record["outcome"],
        row=record.get("row"),
        due_on=_day(record["due_on"]),
        was_due_on=_day(before["due_on"]) if before else None,
        was_over=row.record["was_over"],
        why=why_moved(record, before, move, changes) or why(record),
    )


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _instant(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
