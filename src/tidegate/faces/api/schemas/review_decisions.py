"""What an official weighs, whom they consult, and what they decide."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from tidegate.desks.reviews.models import Consultation as ConsultationRow
from tidegate.desks.reviews.models import Determination as DeterminationRow
from tidegate.desks.reviews.models import Evidence as EvidenceRow
from tidegate.faces.api.schemas.common import Digest, Form, Given, Listed
from tidegate.faces.api.schemas.given import WITHOUT_NUL, Text
from tidegate.faces.api.schemas.messages import Base64
from tidegate.faces.api.schemas.review_terms import GivenDigest
from tidegate.faces.api.schemas.reviews import EngagementKey, Sorted

EvidenceKey = Annotated[str, Field(examples=["V-7K3M9-Q2X4D"])]
Body = Annotated[str, Field(min_length=1, max_length=100, pattern=WITHOUT_NUL)]


class NewDocument(Given):
    """A document that is weighed; its bytes are kept sealed."""

    name: str = Field(min_length=1, max_length=200, pattern=WITHOUT_NUL, examples=["card.pdf"])
    content: Base64
    """In base64 (RFC 4648, section 4)."""
    kind: EvidenceRow.Kind = EvidenceRow.Kind.DOCUMENT


class NewDigest(Given):
    """Something that is weighed and kept elsewhere; its digest alone is known here."""

    name: str = Field(min_length=1, max_length=200, pattern=WITHOUT_NUL)
    sha256: GivenDigest
    kind: EvidenceRow.Kind = EvidenceRow.Kind.DOCUMENT


class Evidence(Form):
    """A piece of evidence; its bytes, where they are kept, are at `…/document`."""

    key: EvidenceKey
    kind: EvidenceRow.Kind
    name: str
    sha256: Digest
    size: int | None
    """Bytes; null where only the digest is known."""
    added_by: str
    added_at: datetime
    set_aside_at: datetime | None
    """Since when it is not weighed any more."""
    can_be_had: bool
    """Its bytes are kept here, and were not destroyed."""


class EvidenceList(Listed):
    """A page of the evidence of an engagement, in the order in which it came."""

    rows: list[Evidence]


class Consultation(Form):
    """A body that was consulted."""

    body: str
    asked_by: str
    asked_at: datetime
    view: ConsultationRow.View | Literal[""]
    """Empty while it has not answered."""
    words: str
    answered_at: datetime | None


class Consultations(Listed):
    """A page of the consultations of an engagement."""

    rows: list[Consultation]


class Dissent(Form):
    """Somebody of the determining side disagrees."""

    person: str
    words: str
    at: datetime


class WeighedEvidence(Form):
    """A piece of evidence, as a determination names it."""

    name: str
    sha256: Digest


class ConsultedBody(Form):
    """A body and its view, as a determination names them."""

    body: str
    view: str


class Determination(Form):
    """A decision. For the developer all after `decided_at` is empty."""

    number: int
    decision: DeterminationRow.Decision
    words: str
    """What the developer is told."""
    decided_at: datetime
    official: str
    reasons: str
    weighed: list[WeighedEvidence]
    consulted: list[ConsultedBody]
    dissents: list[Dissent]


class Determinations(Form):
    """What whoever asks may read of how a model is determined."""

    engagement: EngagementKey
    model: str
    version: str
    state: str
    determinations: list[Determination]
    """The newest first; that one holds. None of them decides about a release."""
    examines: bool
    """Whoever asks reads all of it; for others, all that follows is empty."""
    threshold: str
    """When a model is covered, in the framework's words."""
    evidence: list[Evidence]
    """In the order in which it came, what was set aside included."""
    consultations: list[Consultation]
    bodies: list[str]
    """Bodies of the framework that were not consulted yet."""
    takes_two: bool
    """The terms let two persons decide together."""
    may: Sorted
    """What whoever asks may do here, in words."""


class EvidenceState(Form):
    """A piece of evidence, after something was done."""

    key: EvidenceKey
    kind: EvidenceRow.Kind
    name: str
    sha256: Digest
    size: int | None
    """Bytes; null where only the digest is known."""
    added_at: datetime
    set_aside_at: datetime | None


class Consulting(Given):
    """Which body is consulted."""

    body: Body
    """By its name in the framework."""


class Answering(Given):
    """What a consulted body has said."""

    body: Body
    view: ConsultationRow.View
    words: Text = ""


class ConsultationState(Form):
    """A consultation, after something was done."""

    body: str
    view: ConsultationRow.View | Literal[""]
    """Empty while it has not answered."""
    asked_at: datetime
    answered_at: datetime | None


class Determining(Given):
    """What an official has decided. It decides nothing about the model's release."""

    decision: DeterminationRow.Decision
    words: str = Field(min_length=1, max_length=10_000)
    """What the developer is told."""
    reasons: Text = ""
    """For the government alone."""


class DeterminationState(Form):
    """A determination, as it was kept."""

    number: int
    """From 1; the newest one holds."""
    decision: DeterminationRow.Decision
    words: str
    decided_at: datetime


class Dissenting(Given):
    """Why somebody of the determining side disagrees."""

    words: str = Field(min_length=1, max_length=10_000)


class DissentState(Form):
    """A dissent, as it was kept with its determination."""

    number: int
    """Of the determination."""
    at: datetime
