"""The parties of a case: what they are to it, how far they are, and who works on it for them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from tidegate.desks.cases.models import Participant, ProductStatus
from tidegate.desks.cases.states.consents import Consent
from tidegate.desks.cases.states.reports import ReportState
from tidegate.faces.api.schemas.common import Form, Given, Listed
from tidegate.faces.api.schemas.given import Instant, Key, Text

OrganisationKey = Annotated[str, Field(examples=["O-4M1WX-9B7HE"])]
PersonKey = Annotated[str, Field(examples=["P-7K3M9-Q2X4D"])]


class StatusOfProduct(Form):
    """What a vendor says of one of its products."""

    product: str = Field(examples=["pkg:npm/minimist@1.2.0"])
    """A package URL, or the name that the vendor gives it."""
    status: ProductStatus.Status
    justification: str = Field(examples=["vulnerable_code_not_present"])
    """Why it is not affected; empty otherwise."""
    statement: str
    versions: str
    """As a vers range, where it is known."""
    said_by: str
    said_at: datetime


class TeamMember(Form):
    """Somebody who works on a case for a party."""

    person: PersonKey
    name: str
    since: datetime
    until: datetime | None
    """When that ends by itself."""


class PlaceInLine(Form):
    """Where a case stands in the line before a vendor."""

    number: int
    """From 1."""
    waiting: int
    """How many cases wait for the vendor."""
    cases_a_week: int | None
    """How many new ones it takes in seven days; null for no bound."""


class PartyState(Form):
    """How far a party is in a case."""

    organisation: OrganisationKey
    name: str
    role: Participant.Part
    contact: Participant.Contact
    """How far the contact with it has come; nothing of its products follows from that."""
    consent: Consent
    consent_until: datetime | None
    report: ReportState
    progress: list[str] = Field(examples=[["vendor-aware", "fix-ready"]])
    """Of a vendor: `vendor-aware`, `fix-ready`, `fix-deployed`, as far as it is."""
    invited_at: datetime | None
    joined_at: datetime | None
    queued_at: datetime | None
    """Since when it waits in its line."""
    removed_at: datetime | None = None


class Party(PartyState):
    """An organisation's part in a case."""

    silent: bool
    """It has said nothing of any product. That is never 'not affected'."""
    statuses: list[StatusOfProduct]
    place: PlaceInLine | None
    """While it waits in a line; for coordinators and finders."""
    team: list[TeamMember]
    """For coordinators, and for the organisation itself; empty for others."""


class Parties(Listed):
    """A page of the parties of a case, in the order in which they were taken in."""

    rows: list[Party]


class NewParty(Given):
    """Whom to invite to a case, and as what."""

    organisation: Key
    role: Participant.Part


class Agreeing(Given):
    """To which terms a party agrees."""

    terms: Instant | None = None
    """The end of the embargo that one had before oneself: `on_the_table` of the terms. Left out
    where there is no embargo, to join."""
    until: Instant | None = None
    """When the consent lapses by itself; never, if left out."""


class SayingStatus(Given):
    """What a vendor says of one of its products; it replaces what was said of that one before."""

    product: str = Field(min_length=1, max_length=4096)
    status: ProductStatus.Status
    justification: ProductStatus.Justification | Literal[""] = ""
    """Needed where it is not affected, and nowhere else."""
    statement: Text = ""
    versions: Text = ""


class Progressing(Given):
    """How far a vendor has come."""

    event: Literal["vendor-aware", "fix-ready", "fix-deployed"]
    happened_at: Instant | None = None
    """Now, if left out."""


class HandlingReport(Given):
    """What a party does with the report."""

    event: Literal["invalidate", "validate", "accept", "defer", "close"]


class Contacting(Given):
    """How far the contact with a party has come."""

    contact: Participant.Contact


class Granting(Given):
    """Whom to put on a party's team."""

    person: Key
    until: Instant | None = None
    """When that ends by itself; never, if left out."""


class TeamMemberState(TeamMember):
    """A place on a team, after something was done."""

    left_at: datetime | None


class SeenMark(Form):
    """Whether a party has seen its invitation just now."""

    new: bool
    """It had not seen it before."""
