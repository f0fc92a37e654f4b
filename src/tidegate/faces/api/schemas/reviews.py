"""Engagements: a model that a developer lets others look at, and how far that has come."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, StrictBool

from tidegate.desks.reviews.models import Engagement as EngagementRow
from tidegate.desks.reviews.models import Release as ReleaseRow
from tidegate.desks.reviews.states.engagements import State
from tidegate.faces.api.schemas.common import Digest, Form, Given, Listed
from tidegate.faces.api.schemas.given import WITHOUT_NUL, Instant, Key, Text
from tidegate.faces.api.schemas.participants import OrganisationKey
from tidegate.faces.api.schemas.review_people import ReviewParty

EngagementKey = Annotated[str, Field(examples=["E-7K3M9-Q2X4D"])]

ModelName = Annotated[
    str, Field(min_length=1, max_length=200, pattern=WITHOUT_NUL, examples=["kestrel-4"])
]
"""The model's name, or a code name."""
ModelVersion = Annotated[str, Field(max_length=100, pattern=WITHOUT_NUL)]
Build = Annotated[str, Field(max_length=200, pattern=WITHOUT_NUL)]
Sorted = Annotated[list[str], BeforeValidator(sorted)]
"""Words whose order says nothing."""


class OpeningEngagement(Given):
    """A model that a developer would like to have looked at, voluntarily."""

    organisation: Key
    """Key of the developer's organisation."""
    asks: EngagementRow.Asks = EngagementRow.Asks.ACCESS
    """`access` to be looked at before its release to other trusted partners; `coverage` to be told
    whether it would be covered, and nothing else."""
    model: ModelName
    version: ModelVersion = ""
    build: Build = ""
    """Digest or name of the build."""
    reach: Text = ""
    """What will be reached, and how."""
    planned_release_at: Instant | None = None
    """To other trusted partners; a window counts back from it."""
    framework: str = Field("", max_length=100, pattern=WITHOUT_NUL, examples=["eo-14409"])
    """By name; the one that is shipped, if left out."""


class ChangingEngagement(Given):
    """What is different from now on; what is left out stays as it is."""

    model: ModelName | None = None
    version: ModelVersion | None = None
    build: Build | None = None
    reach: Text | None = None
    planned_release_at: Instant | None = None
    """It may be moved at any time. An open window that would end after it ends with it."""


class ReleasingModel(Given):
    """The model was released. Nothing approves or refuses that: it is a fact."""

    to: ReleaseRow.To
    released_at: Instant | None = None
    """Now, if left out."""
    words: Text = ""
    end_access: StrictBool = False
    """All access ends with it."""


class Window(Form):
    """From when until when access may be used."""

    opens_at: datetime
    ends_at: datetime
    is_ahead: bool
    """It has not begun."""
    is_open: bool
    """It has begun, and not ended; that the plug is pulled does not change it."""
    days_left: float
    """Until its end, from its beginning on at most; 0 once it has ended."""
    share_gone: float
    """Of its length, from 0 to 1."""
    latest_end: datetime
    """To when its end could be moved; its own end, once it has ended."""


class Stage(Form):
    """One state of the course."""

    state: State
    at: datetime | None
    """When it was first reached, or passed; null if it was not, or nobody wrote that down."""
    is_now: bool


class ModelRelease(Form):
    """A release on record."""

    to: ReleaseRow.To
    released_at: datetime
    words: str
    recorded_by: str
    recorded_at: datetime


class DutyLeft(Form):
    """What is left for a party to do after access has ended."""

    what: str = Field(examples=["certificate"])
    organisation: OrganisationKey
    name: str
    due_at: datetime
    overdue: bool


class CertificateOnRecord(Form):
    """What a party has certified to have destroyed, or given back."""

    organisation: OrganisationKey
    name: str
    person: str
    """Name of who has certified it."""
    what: str
    destroyed_at: datetime
    sha256: Digest
    """Of its RFC 8785 form."""
    certified_at: datetime


class EngagementContent(Form):
    """What those read who may read the engagement."""

    model: str
    version: str
    build: str
    reach: str
    planned_release_at: datetime | None
    """To other trusted partners."""
    framework: str
    framework_version: str
    state: State
    stages: list[Stage]
    """The whole course in its order; `withdrawn` is the last one only where it was."""
    window: Window | None
    access_off_at: datetime | None
    """When the developer pulled the plug; null while it is not."""
    opened_by: str
    opened_at: datetime
    releases: list[ModelRelease]
    """The newest first. None of them was asked for, or approved."""


class Engagement(Form):
    """An engagement, as far as whoever asks may see it."""

    key: EngagementKey
    developer: str
    """Name of the organisation."""
    developer_key: OrganisationKey
    asks: EngagementRow.Asks
    ended: str
    """`withdrawn` or `closed`; empty while it goes on."""
    ended_at: datetime | None
    own_parts: Sorted
    """What the organisations of whoever asks are in it."""
    parties: list[ReviewParty]
    """All of them for who may read the engagement, else their own."""
    certificates: list[CertificateOnRecord]
    """All of them for the developer, else their own."""
    duties: list[DutyLeft]
    """All of them for the developer, else their own; also after a withdrawal."""
    content: EngagementContent | None
    """Null for who may only see that there is an engagement."""
    may: Sorted
    """What whoever asks may do now, in words; it is asked again when it is done."""


class EngagementInList(Form):
    """An engagement in a list."""

    key: EngagementKey
    developer: str
    asks: EngagementRow.Asks
    model: str
    """Empty, as what follows, for who may only see that there is one."""
    version: str
    state: str
    planned_release_at: datetime | None
    window: Window | None
    access_off_at: datetime | None
    ended: str
    """`withdrawn` or `closed`; empty while it goes on."""
    parts: Sorted
    """What the organisations of whoever asks are in it."""
    since: datetime
    """When it was opened, for the developer; else when the organisation was told."""
    open_grants: int
    """Of the engagement for the developer, else those of whoever asks."""


class Engagements(Listed):
    """A page of engagements: those that go on first, the newest first."""

    rows: list[EngagementInList]


class WaitingEngagement(Form):
    """Something in an engagement that waits for whoever asks."""

    what: str = Field(examples=["terms-to-sign"])
    engagement: EngagementKey
    subject: str
    """Key of the grant, request or organisation, or digest of the terms, that it is about."""
    due_at: datetime | None


class WaitingEngagements(Listed):
    """A page of what waits in engagements."""

    rows: list[WaitingEngagement]


class Certificates(Listed):
    """A page of certificates of an engagement."""

    rows: list[CertificateOnRecord]


class EngagementState(Form):
    """Where an engagement is, after something was done."""

    key: EngagementKey
    asks: EngagementRow.Asks
    state: State
    planned_release_at: datetime | None
    proposed_at: datetime | None
    agreed_at: datetime | None
    """When terms were first agreed on."""
    window_opens_at: datetime | None
    window_ends_at: datetime | None
    access_off_at: datetime | None
    """When the developer pulled the plug; null while access may be used."""
    closed_at: datetime | None
    withdrawn_at: datetime | None


class ModelReleaseState(Form):
    """A release, as it was recorded."""

    to: ReleaseRow.To
    released_at: datetime
    recorded_at: datetime
