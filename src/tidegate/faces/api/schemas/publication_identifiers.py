"""CVE identifiers of cases, and the keys that restricted releases are encrypted to."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tidegate.faces.api.schemas.common import CaseKey, Form, Given, Listed
from tidegate.faces.api.schemas.given import WITHOUT_NUL, Key
from tidegate.faces.api.schemas.participants import OrganisationKey
from tidegate.faces.api.schemas.publication_words import AgeKey, CveNumber, CveState

_LONGEST_RECIPIENT = 200


class CveIdState(Form):
    """A CVE identifier, after something was done with it."""

    number: CveNumber
    """Empty while it is being reserved."""
    case: CaseKey
    """Empty for one that has none any more."""
    cna: str = Field(examples=["openjs"])
    """Short name of who assigned it."""
    is_ours: bool
    state: CveState
    """`WANTED` until CVE Services has told which one it is."""
    by: str
    at: datetime
    reject_because: str
    """Why it is rejected, or going to be."""


class CveIdInList(CveIdState):
    """A CVE identifier, with how far CVE Services is."""

    revision: int
    """The revision of the publication that CVE Services has; 0 for none."""
    tries: int
    reason: str
    """Why the last try failed."""


class CveIds(Listed):
    """A page of CVE identifiers, the newest first."""

    rows: list[CveIdInList]
    our_cna: str
    """Short name of the CNA that this instance is; empty where the vendor's CNA has to assign."""


class AssigningCve(Given):
    """The identifier that a vendor's CNA has given to a case."""

    number: CveNumber = Field(min_length=1, max_length=40, pattern=WITHOUT_NUL)
    cna: str = Field(min_length=1, max_length=100, pattern=WITHOUT_NUL, examples=["openjs"])
    """Short name of the CNA."""


class CveTakenBack(Form):
    """That no identifier is waited for any more."""

    case: CaseKey


class UpdateKey(Form):
    """A public key that restricted releases for an organisation are encrypted to."""

    organisation: OrganisationKey
    organisation_name: str
    recipient: AgeKey
    name: str
    """What it is called there."""
    added_by: str
    added_at: datetime
    revoked_at: datetime | None


class UpdateKeys(Listed):
    """A page of keys, by organisation, the oldest first."""

    rows: list[UpdateKey]


class RegisteringKey(Given):
    """A public age key of an organisation."""

    organisation: Key
    recipient: AgeKey = Field(min_length=1, max_length=_LONGEST_RECIPIENT, pattern=WITHOUT_NUL)
    """An X25519 recipient, as `age-keygen -y` or `tidegate-operator init` prints it."""
    name: str = Field("", max_length=200, pattern=WITHOUT_NUL)
    """What it is called, such as `the client in the data centre`."""


class RevokingKey(Given):
    """Which key is revoked, and why."""

    organisation: Key
    recipient: AgeKey = Field(min_length=1, max_length=_LONGEST_RECIPIENT, pattern=WITHOUT_NUL)
    reason: str = Field(min_length=1, max_length=2000)
