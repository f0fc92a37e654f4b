"""Forensic triage: evidence before patching, its log, and what it has come to."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tidegate.faces.api.schemas.common import Form, Given
from tidegate.faces.api.schemas.exposure_keys import ExposureKey, Name, Sentences
from tidegate.faces.api.schemas.exposure_words import TriageResult
from tidegate.faces.api.schemas.given import WITHOUT_NUL, Instant, Text


class LoggingEvidence(Given):
    """A piece of evidence that was collected."""

    item: Name = Field(examples=["memory image"])
    system: Name
    """From which system."""
    collected_at: Instant
    """Not in the future."""
    collector: Name
    """Who collected it, by name."""
    sha256: str = Field("", max_length=64, pattern=r"^([0-9a-fA-F]{64})?$")
    """Of the evidence; may be empty."""
    words: Text = ""


class DecidingTriage(Given):
    """What forensic triage has come to; it replaces what was decided before."""

    outcome: TriageResult
    words: Sentences = Field(pattern=WITHOUT_NUL)
    """Why."""
    decided_at: Instant | None = None
    """Now, if left out."""
    reported_at: Instant | None = None
    """When a confirmed compromise was reported to the authority."""


class EvidenceLogged(Form):
    """A line of the log, after something was done with it."""

    exposure: ExposureKey
    number: int
    """By which it is referred to."""
    item: str
    sha256: str
    collected_at: datetime
    taken_back_at: datetime | None


class TriageDecided(Form):
    """What triage was decided to have come to."""

    outcome: TriageResult
    decided_at: datetime
    reported_at: datetime | None
    at: datetime


class EvidenceItem(Form):
    """A line of the log."""

    number: int
    """By which it is referred to; lines that were taken back keep theirs."""
    item: str
    system: str
    collected_at: datetime
    collector: str
    sha256: str
    words: str
    logged_by: str
    """Empty where no person did."""
    logged_at: datetime
    taken_back_at: datetime | None
    is_before_remedy: bool
    """It was collected before anything is said to have been remediated."""


class TriageOutcome(Form):
    """What the triage has come to; a later one replaces an earlier one."""

    outcome: TriageResult
    words: str
    decided_at: datetime
    decided_by: str
    reported_at: datetime | None
    """When a confirmed compromise was reported to the authority."""
    is_to_report: bool
    """It is confirmed, and not reported yet."""
    at: datetime


class TriageStep(Form):
    """A step, when it is advised, and whether it was done as far as the log shows."""

    step: str
    words: str
    begins_at: datetime | None
    due_at: datetime | None
    after: str
    """The step that has to be done before; empty for none."""
    is_done: bool | None
    """Null where nothing that is kept would show it."""
    is_over: bool
    """Its advised hour is over, and it was not done. That breaks no duty."""


class Triage(Form):
    """The forensic triage of one exposure."""

    is_due: bool
    """By the newest deadline."""
    was_due: bool
    """By this or an earlier one since it was found."""
    is_open: bool
    """It is due, and was not decided."""
    was_out_of_order: bool
    """It was remediated before any evidence was collected."""
    steps: list[TriageStep]
    items: list[EvidenceItem]
    """In the order in which they were logged; those that were taken back among them."""
    decisions: list[TriageOutcome]
    """The newest first; the first one holds."""
