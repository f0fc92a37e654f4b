"""What operators are told and say beside exposures: VEX, notices to plan a change, delegations."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tidegate.desks.exposure.models import ChangeNotice as ChangeNoticeRow
from tidegate.faces.api.schemas.common import Digest, Form, Given, Listed
from tidegate.faces.api.schemas.exposure_keys import (
    AssetKey,
    ChangeNoticeKey,
    DelegationKey,
    Name,
    StatementKey,
    VulnerabilityName,
)
from tidegate.faces.api.schemas.exposure_words import StatementStatus
from tidegate.faces.api.schemas.given import Instant, Key, Text
from tidegate.faces.api.schemas.participants import OrganisationKey


class StatementInList(Form):
    """A VEX statement; it annotates, and hides nothing."""

    key: StatementKey
    organisation: OrganisationKey
    organisation_name: str
    vulnerability: VulnerabilityName
    product: str
    component: str
    status: StatementStatus
    justification: str
    words: str
    said_by: str
    """As its document says: only text."""
    said_at: datetime | None
    document: Digest
    """SHA-256 of what it stood in."""
    loaded_by: str
    loaded_at: datetime
    ended_at: datetime | None
    exposures: int
    """Open ones of the same vulnerability; whether it is about them, their pages tell."""
    may_end: bool


class Statements(Listed):
    """A page of VEX statements, the newest first."""

    rows: list[StatementInList]


class StatementsLoaded(Form):
    """What became of a document with VEX statements."""

    format: str = Field(examples=["openvex"])
    """`openvex`, `cyclonedx` or `csaf`."""
    sha256: Digest
    statements: int
    """Kept of this document."""
    is_new: bool
    """False where the same document was loaded already; then nothing has changed."""
    annotated: int
    """Exposures beside which something else stands now."""
    left_out: list[str]
    """Statements that could not be kept: the place, and why; the first ones."""
    left_out_count: int


class StatementState(Form):
    """A statement, after something was done."""

    key: StatementKey
    status: StatementStatus
    ended_at: datetime | None
    """It counts no more."""


class ChangeNoticeInList(Form):
    """A notice to plan a change, as far as whoever asks may know it."""

    key: ChangeNoticeKey
    organisation: OrganisationKey
    """Which operator is told."""
    organisation_name: str
    case: str
    """Key of the case, for coordinators; empty for the operator."""
    product: str
    before: datetime
    """By when the change should be planned for."""
    severity: ChangeNoticeRow.Severity
    """How bad it is at most."""
    words: str
    assets: int
    released_at: datetime
    read_at: datetime | None
    ended_at: datetime | None
    """When it was withdrawn, or the case became public."""
    may_read: bool
    """It was released to them."""
    may_withdraw: bool


class ChangeNotices(Listed):
    """A page of notices: those that stand first, the newest first."""

    rows: list[ChangeNoticeInList]


class AssetToChange(Form):
    """An asset on which a change is to be planned."""

    key: AssetKey
    name: str
    owner: str
    system: str
    environment: str
    is_operational_technology: bool


class ChangeNotice(Form):
    """A notice; it says nothing of the cause."""

    notice: ChangeNoticeInList
    assets: list[AssetToChange]
    """By name; empty for coordinators, who are given their count."""


class ChangeNoticeState(Form):
    """A notice, after something was done."""

    key: ChangeNoticeKey
    product: str
    before: datetime
    severity: ChangeNoticeRow.Severity
    released_at: datetime
    read_at: datetime | None
    ended_at: datetime | None


class OperatorToTell(Form):
    """One operator that would be told of a case, in numbers."""

    organisation: OrganisationKey
    name: str
    assets: int
    """On which an affected version is installed."""
    known_before: int
    """Of these, assets that were known here before the case was opened. The others were handed in
    since; somebody who guesses would be among them."""
    notice: str
    """Key of the notice that it has already; empty without one."""


class OperatorsToTell(Form):
    """Which operators would be told of a case; counts, and nothing of which assets."""

    rows: list[OperatorToTell]


class ReleasingNotices(Given):
    """Notices to plan a change, of a case under embargo."""

    product: Name
    """What is to be changed, in words that do not give the cause away."""
    before: Instant
    """By when the change should be planned for."""
    severity: ChangeNoticeRow.Severity
    """How bad it is at most."""
    organisations: list[Key] | None = Field(None, min_length=1, max_length=10_000)
    """Keys of those operators alone; all that were not told yet, if left out."""
    words: Text = ""
    """What else operators should know."""


class NoticesReleased(Form):
    """The notices that were released."""

    rows: list[ChangeNoticeState]


class DelegationInList(Form):
    """A provider acts for an operator, as both sides see it."""

    key: DelegationKey
    organisation: OrganisationKey
    """The operator."""
    organisation_name: str
    provider: OrganisationKey
    """The organisation that acts for it."""
    provider_name: str
    given_by: str
    """Who gave it, for the operator's own people; else empty."""
    given_at: datetime
    until: datetime | None
    ended_at: datetime | None
    """When it was ended, or ran out; null while it is in force."""
    may_end: bool


class Delegations(Listed):
    """A page of delegations: those in force first, the newest first."""

    rows: list[DelegationInList]


class DelegationState(Form):
    """A delegation, after something was done."""

    key: DelegationKey
    given_at: datetime
    until: datetime | None
    ended_at: datetime | None
