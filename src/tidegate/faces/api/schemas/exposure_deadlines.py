"""Why this date? A deadline with all that it rests on, every move of it, and how tables answer."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from tidegate.engines.rules import Basis, Force, Move
from tidegate.faces.api.schemas.common import Digest, Form
from tidegate.faces.api.schemas.exposure_words import AssetScope


class InputTaken(Form):
    """One value that a table was asked with."""

    name: str = Field(examples=["in_kev"])
    """Word of the decision point."""
    value: str
    """`unknown`, if nobody knows it."""
    source: str
    """Who says so; empty where nobody does."""
    read_as: str
    """As what it was looked up, where that is another value; else empty."""
    because: str
    """Why it was read so."""


class PossibleRow(Form):
    """A row of the table that remains possible, or is the one that holds."""

    row: int
    outcome: str


class NamedRules(Form):
    """A decision table or a policy set, so that it can be told from another one."""

    name: str = Field(examples=["cisa-bod-26-04"])
    version: str
    sha256: Digest
    title: str
    """Of a table; of a policy set, its authority."""


class AdvisedStep(Form):
    """A step of forensic triage. Its hours are advice; its place in the order is none."""

    step: str
    words: str
    begins_at: datetime | None
    due_at: datetime | None
    after: str
    """The step that has to be done before; empty for none."""


class Deadline(Form):
    """One computation of a deadline, with all that it rests on."""

    number: int
    """From 1."""
    at: datetime
    """When it was computed."""
    outcome: str
    """As the table words it, or `undetermined`."""
    definition: str
    basis: Basis
    """On what grounds the outcome holds."""
    words: str
    """What holds, in a sentence."""
    row: int | None
    rows_are: str
    """Of which table that is the row's number."""
    mapping_row: int | None
    """The same row's place in the table's file."""
    possible: list[PossibleRow]
    inputs: list[InputTaken]
    missing: list[str]
    policy_set: NamedRules
    directive: str
    """Empty where its authority has no table."""
    table: NamedRules | None
    """`GET /tables/{name}` shows it as a tree."""
    scope: AssetScope
    days: int | None
    start: str
    """`listing`, `detection` or `both`; empty where no clock runs."""
    start_on: date | None
    due_on: date | None
    """The last day."""
    due_at: datetime | None
    """When that day ends, in UTC; this instant is late already."""
    zone: str
    """In which its day ends."""
    earliest_due_on: date | None
    """Where it is undetermined, the day of the strictest row that remains possible."""
    is_determined: bool
    was_over: bool
    """The day had passed already when it was computed."""
    binding_from: date | None
    force: Force
    """Binding or guidance, today."""
    needs_triage: bool
    triage: list[AdvisedStep]
    authority_due_on: date | None
    """CISA's own date; it stands beside the computed one."""
    agrees: bool | None
    """They are the same; null where one is not there."""
    authority_asks_triage: bool | None
    why: list[str]
    """All of this in sentences, in the order in which one would check it."""


class InputChanged(Form):
    """One thing that was different from the computation before."""

    name: str
    before: str
    """Empty for unknown."""
    after: str
    """Empty for unknown."""
    source: str
    """Who says so now; empty where nobody is named."""


class DeadlineMove(Form):
    """One computation in the history of a deadline."""

    number: int
    at: datetime
    move: Move
    changes: list[InputChanged]
    """Empty for the first one."""
    outcome: str
    row: int | None
    due_on: date | None
    was_due_on: date | None
    was_over: bool
    why: list[str]
    """What moved it, in sentences; of the first one, why it was what it was."""


class OwnTableInput(Form):
    """A value that an operator's own table asks for."""

    name: str
    value: str
    """`unknown`, if nobody says."""
    source: str


class OwnTableDecision(Form):
    """What an operator's own table says; it stands beside, and binds nobody."""

    table: str
    title: str
    version: str
    sha256: Digest
    outcome: str
    """Empty while it cannot be told."""
    definition: str
    row: int | None
    """Its place in the table's mapping, from 1."""
    inputs: list[OwnTableInput]
    missing: list[str]
    possible: list[str]
    """What may still come out, the least urgent first; just the outcome once it is told."""
