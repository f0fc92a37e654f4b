"""Trusted partners, and what is left after access: reports of findings, certificates."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from tidegate.desks.reviews.models import Partner as PartnerRow
from tidegate.desks.reviews.models import Signature as SignatureRow
from tidegate.engines.formats.reports import Format
from tidegate.faces.api.schemas.common import DeliveryKey, Digest, Form, Given, Listed
from tidegate.faces.api.schemas.given import WITHOUT_NUL, Instant, Key
from tidegate.faces.api.schemas.messages import Base64
from tidegate.faces.api.schemas.participants import OrganisationKey
from tidegate.faces.api.schemas.reviews import Sorted

# Words of `queries.partners.Standing`, whose name in the document another one has.
PartnerStanding = Literal["proposed", "declined", "agreed", "has-access", "ended"]


class ProposingPartner(Given):
    """Whom one side would like to have early access, and what it attests of them."""

    organisation: Key
    identity: str = Field(min_length=1, max_length=10_000)
    """How it was made sure who they are."""
    scope: str = Field(min_length=1, max_length=10_000)
    """What they are authorised to do with the model."""
    hardening: str = Field(min_length=1, max_length=10_000)
    """How their accounts and machines are hardened."""
    begins_at: Instant
    """Not before the window's end, unless the developer lets it begin early."""
    ends_at: Instant
    early: StrictBool = False
    """It may begin while the window is open; only the developer can say so."""


class LettingBeginEarly(Given):
    """From when on a partner's access may begin while the window is open."""

    begins_at: Instant | None = None
    """As the record says, if left out."""


class EndingPartner(Given):
    """Why a partner's access ends, as far as it is to be said."""

    reason: str = Field("", max_length=2000)


class RecordSigned(Form):
    """A signature under a partner's record."""

    organisation: str
    """Name."""
    person: str
    """Name."""
    method: SignatureRow.Method
    signed_at: datetime


class TrustedPartner(Form):
    """A trusted partner: what is attested of it, and from when until when it has early access."""

    organisation: OrganisationKey
    name: str
    standing: PartnerStanding
    """`proposed` while its record waits for signatures; `agreed` until access begins."""
    proposed_by_side: PartnerRow.Side
    proposed_by: str
    proposed_at: datetime
    identity: str
    """How it was made sure who they are."""
    scope: str
    """What they are authorised to do with the model."""
    hardening: str
    """How their accounts and machines are hardened."""
    attested_by: str
    attested_at: datetime
    begins_at: datetime
    """As the record says it."""
    access_begins_at: datetime
    """With the government's window considered: not before that ends, unless `early`."""
    ends_at: datetime
    early: bool
    """The developer lets it begin while the window is open."""
    declined_at: datetime | None
    record_number: int
    record_sha256: Digest
    """Of the record's bytes: what both sides sign, at `…/terms/sign`."""
    agreed_at: datetime | None
    signatures: list[RecordSigned]
    waits_for: list[str]
    """`developer`, `government`: whose signature is missing."""
    has_terms: bool
    """Its own terms are in force; there is no access without them."""
    may: Sorted
    """What whoever asks may do, in words."""


class TrustedPartners(Listed):
    """A page of trusted partners, in the order in which they were proposed."""

    rows: list[TrustedPartner]
    earliest: datetime | None
    """When early access begins at the earliest, unless the developer lets it begin early."""
    may: Sorted


class PartnerState(Form):
    """A trusted partner, after something was done."""

    organisation: OrganisationKey
    name: str
    proposed_by_side: PartnerRow.Side
    proposed_at: datetime
    begins_at: datetime
    ends_at: datetime
    early: bool
    """The developer lets its access begin while the window is open."""
    invited_at: datetime | None
    """When it was told: after both sides have signed."""
    declined_at: datetime | None
    ended_at: datetime | None


class Certifying(Given):
    """What a party has destroyed, or given back."""

    organisation: Key
    """Which party certifies it."""
    what: str = Field(min_length=1, max_length=10_000)
    """What, where, and how."""
    destroyed_at: Instant


class CertificateState(Form):
    """A certificate, as it was kept."""

    organisation: OrganisationKey
    what: str
    destroyed_at: datetime
    sha256: Digest
    """Of its RFC 8785 form."""
    certified_at: datetime


class Reporting(Given):
    """Findings that were made with the model, handed in as a document."""

    organisation: Annotated[str, Field(max_length=40, pattern=WITHOUT_NUL)] = ""
    """Key of the party in whose name, for whoever was named by several."""
    finder: str = Field("", max_length=200, pattern=WITHOUT_NUL)
    """Whom to credit, verbatim; the organisation, if left out."""
    name: str = Field("", max_length=200, pattern=WITHOUT_NUL, examples=["run.jsonl"])
    """What the sender calls the document."""
    content: Base64
    """In base64 (RFC 4648, section 4)."""
    format: Format | None = None
    """In which format it is; recognised by content if left out."""
    target: str = Field("", max_length=4096, pattern=WITHOUT_NUL)
    """Package URL for records that name no package."""


class FindingsReported(Form):
    """Findings were handed in, under the embargo of the terms."""

    delivery: DeliveryKey
    """What became of each record is at `/deliveries/{key}/told`."""
    accepted: int
    repeated: int
    """Handed in by the same finder before."""
    refused: int
    reported_at: datetime
