"""What is published of cases: revisions, who stands behind them, how they look in each format."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tidegate.desks.access.words import Label
from tidegate.desks.publications.states.revisions import RevisionState
from tidegate.faces.api.schemas.common import (
    CaseKey,
    Digest,
    Form,
    Json,
    Listed,
    PackageName,
    Severity,
)
from tidegate.faces.api.schemas.participants import OrganisationKey
from tidegate.faces.api.schemas.publication_words import PublicationName


class PublicationInList(Form):
    """A publication, as lists show it."""

    identifier: PublicationName
    case: CaseKey
    """Empty for those who only read what is out."""
    title: str
    """Of what is out; the case's, for those who read drafts."""
    package: PackageName
    tlp: Label
    cve: str
    severity: Severity
    """Of what is out; empty where it is not known."""
    state: str = Field(examples=["submitted"])
    """Of the revision that is worked on, for those who read drafts; else `published` or
    `withdrawn`; `dropped` where all was dropped."""
    revision: int
    publish_at: datetime | None
    held_because: str
    """Why its time has come and it did not go out."""
    published_at: datetime | None
    modified_at: datetime | None


class Publications(Listed):
    """A page of publications: those that are worked on first, then what changed last."""

    rows: list[PublicationInList]


class RevisionApproved(Form):
    """Somebody's word that a revision may go out."""

    by: str
    at: datetime
    words: str
    own: bool
    """It is that of whoever asks."""
    stands: bool
    """It was not withdrawn, and what it was for did not change."""


class PublishedDocument(Form):
    """A document that a revision became."""

    word: str = Field(examples=["osv"])
    """A format, `bundle`, or `fix/` and a file's name."""
    sha256: Digest
    size: int
    """Bytes."""


class Revision(Form):
    """One state of the record. Who wrote it is empty for those who do not read drafts."""

    number: int
    state: RevisionState
    words: str
    """What changed with it."""
    withdraws: bool
    digest: str
    """What is approved: the record, whom it goes to, and its time."""
    edits: int
    """Handed back with an edit: two who edit at once see each other by it."""
    made_by: str
    made_at: datetime
    edited_by: str
    edited_at: datetime | None
    submitted_by: str
    submitted_at: datetime | None
    authors: list[str]
    """Who has written, addressed or timed any of it, or handed it in: none of them approves it."""
    returned_because: str
    publish_at: datetime | None
    """Its time; null for as soon as it is approved."""
    held_because: str
    """Why its time has come and it did not go out."""
    published_at: datetime | None
    audience: list[OrganisationKey]
    """The organisations that it is for, under a label that is not for everybody; for coordinators
    alone."""
    approvals: list[RevisionApproved]
    documents: list[PublishedDocument]
    distributed_at: datetime | None
    """When it had reached the update repository."""
    waits_because: str
    """Why it has not; for coordinators alone."""


class Publication(Form):
    """A publication, as far as whoever asks may know it."""

    identifier: PublicationName
    case: CaseKey
    """Empty for those who only read what is out."""
    tlp: Label
    """Of what is out; of the draft, where nothing is."""
    title: str
    cve: str
    began_by: str
    began_at: datetime | None
    shared_at: datetime | None
    """Since when the parties of the case read the drafts."""
    published_at: datetime | None
    modified_at: datetime | None
    withdrawn_at: datetime | None
    revisions: list[Revision]
    """The newest first; none that was dropped."""
    reads_drafts: bool
    coordinates: bool
    possible: list[str] = Field(examples=[["approve", "drop", "edit", "return"]])
    """What whoever asks may do with it now."""


class PublicationState(Form):
    """A publication, after something was done with it."""

    identifier: PublicationName
    case: CaseKey
    began_at: datetime
    shared_at: datetime | None
    published_at: datetime | None


class PublicationBegun(PublicationState):
    """A publication that was begun, with its first revision."""

    revision: int
    edits: int
    digest: Digest


class RevisionChanged(Form):
    """The revision that is worked on, after something was done with it."""

    identifier: PublicationName
    revision: int
    state: RevisionState
    withdraws: bool
    digest: Digest
    """What is approved now."""
    edits: int
    publish_at: datetime | None
    audience: list[OrganisationKey]


class RecordOfRevision(Form):
    """The record of a revision, whole: what every format is made of."""

    identifier: PublicationName
    revision: int
    state: RevisionState
    edits: int
    digest: str
    """Empty for those who do not read drafts."""
    words: str
    """What changes with this revision."""
    record: dict[str, Json]


class RevisionInFormat(Form):
    """How a revision looks in a format: as it went out, or as it would."""

    format: str = Field(examples=["csaf20"])
    text: str
    """The document; empty where it cannot be made."""
    faults: list[str]
    """In what this document breaks its standard, or why it cannot be made; each with its mend."""
    record_faults: list[str]
    """What keeps the record from going out, and so every document of it, be it valid or not."""
    is_out: bool
    """These are the bytes that went out."""
    note: str
    """What to know of it, such as that another CNA writes the CVE record."""


class RevisionFaults(Form):
    """What keeps a revision from going out, as far as its content goes; empty: nothing."""

    faults: list[str]


class RecordDifference(Form):
    """One place in which two records differ."""

    place: str = Field(examples=["products pkg:npm/minimist affected"])
    before: str
    """What stood there; empty where nothing did."""
    after: str


class RecordDifferences(Form):
    """What differs between two revisions."""

    one: int
    """Number of the earlier one; 0 where there is none."""
    other: int
    rows: list[RecordDifference]
    format: str
    """Of which format `text` is; empty where none was asked for."""
    text: str
    """The unified difference of the document in that format."""


class WhatWouldChange(Form):
    """What taking over what the desks know now would change in the draft."""

    rows: list[RecordDifference]


class ToApprove(Form):
    """Exactly what an approval is for."""

    identifier: PublicationName
    revision: int
    state: RevisionState
    digest: Digest
    """Handed back with the approval."""
    authors: list[str]
    """Who has written, addressed or timed any of it, or handed it in: none of them approves it."""
    tlp: Label
    audience: list[OrganisationKey]
    publish_at: datetime | None
    since: int
    """The revision that is out, which the differences are from; 0 where none is."""
    differences: list[RecordDifference]
    faults: list[str]
    reveals: list[CaseKey]
    """Cases that are kept secret longer, and that this points at; with any, an approval says that
    it knows."""


class PromiseKept(Form):
    """That a revision reaches the update repository and the site."""

    identifier: PublicationName
    revision: int
    path: str
    """Of the target; random for a restricted one, empty while it has none."""
    sequence: int | None
    """In the list of changes."""
    tries: int
    reason: str
    """Why the last try failed."""
    made_at: datetime
    done_at: datetime | None


class Distribution(Form):
    """What has reached the update repository and the site, what waits, and why."""

    has_repository: bool
    mend: str
    """What to do where nothing can be distributed; empty where it can."""
    waiting: list[PromiseKept]
    """The oldest first."""
    done: list[PromiseKept]
    """The newest first."""
