"""What an operator does about an exposure: remedies, exceptions."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tidegate.desks.exposure.models import Exposure
from tidegate.faces.api.schemas.common import Form, Given, Listed
from tidegate.faces.api.schemas.exposure_keys import (
    ExceptionKey,
    ExposureKey,
    Keys,
    Name,
    Sentences,
)
from tidegate.faces.api.schemas.given import WITHOUT_NUL, Instant, Key, Word
from tidegate.faces.api.schemas.participants import OrganisationKey


class SayingRemedy(Given):
    """What was done about exposures: about all of them, or nothing is kept."""

    exposures: Keys
    """Their keys."""
    remedy: Exposure.Remedy
    """`mitigated` or `remediated`; for the directive one is as good as the other."""
    words: Sentences = Field(pattern=WITHOUT_NUL)
    """What was done."""
    done_at: Instant | None = None
    """Now, if left out; not in the future."""


class RemedySaid(Form):
    """What became of saying so. An exposure clears once what is installed shows it."""

    exposures: int
    """Of how many it is said now."""
    out_of_order: list[str]
    """Keys of those whose evidence had to be collected first, and was not."""
    late: list[str]
    """Keys of those whose day was over before it was done."""
    warning: str
    """What to know of it; empty if all was in order."""


class RemedyState(Form):
    """What is said to have been done about an exposure, after something was taken back."""

    key: ExposureKey
    remedy: Exposure.Remedy
    remedied_at: datetime | None


class RemedyOnRecord(Form):
    """Something that was said to have been done."""

    remedy: Exposure.Remedy
    done_at: datetime
    words: str
    by: str
    said_at: datetime
    taken_back_at: datetime | None
    counts: bool
    """It is the one that holds now."""
    in_time: bool | None
    """Before the day that holds now was over; null where there is no day."""


class ExceptingExposure(Given):
    """Somebody takes it upon them that an exposure is not remediated for a while."""

    reason: Sentences = Field(pattern=WITHOUT_NUL)
    approver: Name
    """Who answers for it, by name."""
    until: Instant
    """At this instant the exception is over."""


class ExceptingRequirement(ExceptingExposure):
    """The same of a requirement of a directive, for a whole organisation."""

    organisation: Key
    directive: Word = Field(examples=["bod-26-02"])
    """Its identifier, or as it is cited."""
    requirement: Word
    """Its identifier within the directive."""


class ExceptionState(Form):
    """An exception, after something was done."""

    key: ExceptionKey
    approver: str
    until: datetime
    ended_at: datetime | None
    """When it was ended early."""


class ExceptionOnRecord(Form):
    """An exception: what is not done for a while, until when, and who answers for it."""

    key: ExceptionKey
    organisation: OrganisationKey
    organisation_name: str
    exposure: str
    """Key; empty where it is of a requirement."""
    asset: str
    """Key."""
    asset_name: str
    vulnerability: str
    directive: str
    """Its identifier; empty where it is of an exposure."""
    requirement: str
    reason: str
    approver: str
    """By name."""
    until: datetime
    """At this instant it holds no more."""
    made_by: str
    made_at: datetime
    ended_at: datetime | None
    """When it was ended early."""
    holds: bool
    may_end: bool


class Exceptions(Listed):
    """A page of exceptions: those that hold first, the newest first."""

    rows: list[ExceptionOnRecord]
