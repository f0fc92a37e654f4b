"""Fixes that are offered for a case: what they are, how they were tried, what people think."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, StrictBool

from tidegate.faces.api.schemas.common import CaseKey, Form, Given, Json, Listed, Purl
from tidegate.faces.api.schemas.given import WITHOUT_NUL
from tidegate.faces.api.schemas.messages import NewFile
from tidegate.faces.api.schemas.publication_words import FixKey, FixKind, Sentence, TrialState

_LONGEST_DIFF = 1 << 20
_LONGEST_VERSION = 300
_MOST_TESTS = 10


class OfferingFix(Given):
    """A fix for a case: a diff, or a release that is said to be fixed; one of the two."""

    patch: str | None = Field(None, min_length=1, max_length=_LONGEST_DIFF)
    """A unified diff. One that is not UTF-8 goes to `POST /cases/{key}/fixes/diff`."""
    release: str | None = Field(
        None, min_length=1, max_length=_LONGEST_VERSION, pattern=WITHOUT_NUL, examples=["1.2.6"]
    )
    """A released version that is said to be fixed."""
    against: str = Field("", max_length=_LONGEST_VERSION, pattern=WITHOUT_NUL, examples=["1.2.5"])
    """The version that the diff is against; the one that the proof was run on, if left out."""
    tests: list[NewFile] = Field(default_factory=list, max_length=_MOST_TESTS)
    """Programs that fail before and pass after, by file name."""
    words: Sentence = ""
    """What it does."""


class LookingAtFix(Given):
    """What a person thinks of a fix after they have looked at it."""

    accepts: StrictBool
    words: str = Field(min_length=1, max_length=10_000, pattern=WITHOUT_NUL)
    """What they have seen."""


class FixState(Form):
    """A fix, after something was done with it."""

    key: FixKey
    case: CaseKey
    kind: FixKind
    purl: Purl
    """Of the package, without a version."""
    version: str
    """The released version, or the one that the diff is against."""
    sha256: str
    """Of the diff; empty for a release."""
    offered_by: str
    offered_at: datetime
    withdrawn_at: datetime | None


class RungWorded(Form):
    """A rung of the ladder, and what became of it."""

    rung: str = Field(examples=["proofs-quiet"])
    word: str = Field(examples=["passed"])
    """`passed`, `failed`, `not-possible`, `flaky` or `skipped`; never folded into 'fixed'."""


class RungSeen(RungWorded):
    """A rung, with what was seen on it; of what got through, digests alone."""

    reason: str
    details: dict[str, Json]
    variants: list[dict[str, Json]]
    """What got through: how it was made, and its files by their digests."""


class FixTrialState(Form):
    """A trial, after it was asked for."""

    fix: FixKey
    number: int
    """From 1."""
    state: TrialState
    asked_by: str
    asked_at: datetime


class FixTrial(Form):
    """One climb up the ladder."""

    number: int
    """From 1."""
    state: TrialState
    """`failed`: it could not be tried here, which says nothing of the fix."""
    asked_by: str
    asked_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    reason: str
    """Why it failed."""
    words: list[RungWorded]
    """The rungs that are known, in order."""
    labels: list[str] = Field(examples=[["proof-silenced", "variants-silenced"]])
    why_not: str
    """Which rungs forbid that it is published as fixed; empty if none does, or none is known
    yet."""
    may_publish: bool
    receipt_sha256: str
    """Of the signed receipt; empty while there is none."""
    rungs: list[RungSeen] | None
    """With what was seen; null in lists, and for whoever may not read every proof of the case."""


class FixLook(Form):
    """What a person thinks of a fix."""

    by: str
    is_maintainer: bool
    """They speak for a vendor of the case."""
    accepts: bool
    words: str
    at: datetime


class Fix(FixState):
    """A fix, with its trials and what people think of it."""

    words: str
    organisation: str | None
    """Name of whose it is."""
    trials: list[FixTrial]
    """The newest first."""
    looks: list[FixLook]
    can_respond: bool
    """Whoever asks may have it tried, and say what they think."""
    can_withdraw: bool
    can_read_diff: bool


class Fixes(Listed):
    """A page of the fixes of a case, the newest first; without what rungs saw."""

    rows: list[Fix]


class FixLookState(Form):
    """What somebody said of a fix, as it was kept."""

    fix: FixKey
    is_maintainer: bool
    accepts: bool
    at: datetime
