"""The terms of an engagement: their versions, their clauses, and who has signed them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from tidegate.desks.reviews.frameworks.framework import Heading
from tidegate.desks.reviews.frameworks.terms import Difference
from tidegate.desks.reviews.models import Signature as SignatureRow
from tidegate.desks.reviews.queries.terms import Standing
from tidegate.faces.api.schemas.common import Digest, Form, Given, Json, Listed
from tidegate.faces.api.schemas.given import WITHOUT_NUL
from tidegate.faces.api.schemas.messages import Base64
from tidegate.faces.api.schemas.participants import OrganisationKey, PersonKey

GivenDigest = Annotated[
    str,
    Field(
        pattern="^[0-9a-f]{64}$",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ),
]
"""SHA-256, in small hexadecimal digits."""

ForPartner = Annotated[str, Field(max_length=40, pattern=WITHOUT_NUL)]


class ProposingTerms(Given):
    """A version of the terms. Proposing it signs nothing."""

    document: dict[str, Json]
    """All of it, as `GET …/terms/{number}/document` gives it."""
    partner: ForPartner = ""
    """Key of a trusted partner, for its own terms; the engagement's, if left out."""


class ProposingDefault(Given):
    """Between whom the framework's own terms are proposed."""

    partner: ForPartner = ""
    """Key of a trusted partner, for its own terms; the engagement's, if left out."""
    counterpart: Annotated[str, Field(max_length=40, pattern=WITHOUT_NUL)] = ""
    """Key of the reviewing organisation; the one that was asked first, if left out."""


class TakingBack(Given):
    """Whose terms are taken back."""

    partner: ForPartner = ""
    """Key of a trusted partner, for its own terms; the engagement's, if left out."""


class SigningDetached(Given):
    """A signature over the document's bytes that was made elsewhere."""

    sha256: GivenDigest
    """Of the document; is another one on the table by now, nothing is signed."""
    signature: Base64
    """In base64 (RFC 4648, section 4)."""
    public_key: str = Field(min_length=1, max_length=10_000)
    """In PEM: Ed25519, ECDSA with P-256 or P-384, or RSA (PSS)."""
    organisation: Annotated[str, Field(max_length=40, pattern=WITHOUT_NUL)] = ""
    """Key of the one that signs, for whoever leads for several."""


class Acknowledging(Given):
    """Which terms somebody has read before they first use a grant."""

    sha256: GivenDigest


class SignatureShown(Form):
    """A signature of one side."""

    organisation: str
    """Name."""
    organisation_key: OrganisationKey
    person: str
    """Name."""
    method: SignatureRow.Method
    key: str
    """SHA256 fingerprint of the public key."""
    signed_at: datetime
    is_good: bool
    """It verifies, from what is kept."""


class TermsVersion(Form):
    """One version of the terms."""

    number: int
    sha256: Digest
    """Of the document's bytes: what is signed."""
    standing: Standing
    """`proposed`, `in-force`, `superseded`; `off` for one that was replaced or taken back before
    both had signed it."""
    proposed_for: str
    """Name of the organisation that has proposed it."""
    proposed_by: str
    proposed_at: datetime
    agreed_at: datetime | None
    taken_back_at: datetime | None
    signatures: list[SignatureShown]
    waits_for: list[str]
    """Names of those who have not signed it, while it is proposed."""


class TermsVersions(Listed):
    """A page of the versions of terms, the newest first."""

    rows: list[TermsVersion]


class ClauseWorded(Form):
    """A clause, with its settings filled in."""

    name: str
    formal: str
    """As it is signed."""
    plain: str
    """The same in plain words."""


class SettingWorded(Form):
    """What one setting of the terms makes the software do."""

    setting: str
    words: str


class TermsSection(Form):
    """The clauses under a heading."""

    heading: Heading
    title: str
    clauses: list[ClauseWorded]
    enforced: list[SettingWorded]


class TermsChange(Form):
    """One difference between two versions."""

    difference: Difference
    what: str
    """Name of the clause, of the setting, or of the member of the document."""
    heading: Heading | None
    """Of a clause."""
    before: str
    after: str


class ReviewTerms(Form):
    """The terms of an engagement, or of one trusted partner in it."""

    engagement_key: str = Field(examples=["E-7K3M9-Q2X4D"])
    partner: str
    """Name of the trusted partner, if they are its own."""
    partner_key: str
    note: str
    """What the framework says that they are not."""
    shown: TermsVersion | None
    """The version whose clauses follow: the one that was asked for, or the newest on the table, or
    in force; null before anything was proposed."""
    sections: list[TermsSection]
    in_force: TermsVersion | None
    changes: list[TermsChange]
    """From the version in force to the one that is shown."""
    may_propose: bool
    may_take_back: bool
    """The version that is shown."""
    may_sign: bool
    """The version that is shown, now."""
    has_acknowledged: bool
    """Whoever asks has read the version in force."""


class AgreementState(Form):
    """A version of terms, after something was done."""

    number: int
    """From 1."""
    sha256: Digest
    proposed_at: datetime
    taken_back_at: datetime | None
    """Replaced or taken back, unsigned."""
    agreed_at: datetime | None
    """When the last side has signed."""


class SignatureState(Form):
    """An organisation has signed."""

    organisation: OrganisationKey
    person: PersonKey
    method: SignatureRow.Method
    key: str
    """SHA256 fingerprint of the public key."""
    signed_at: datetime
    agreement: AgreementState


class Acknowledged(Form):
    """Somebody has read the terms."""

    sha256: Digest
