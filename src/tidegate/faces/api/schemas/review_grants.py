"""Grants: one person, one purpose, one scope, an end. And what takes two persons."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from tidegate.desks.reviews.frameworks.framework import Action, Heading
from tidegate.desks.reviews.queries.grants import GrantState as GrantWord
from tidegate.desks.reviews.states.grants import Operation
from tidegate.faces.api.schemas.common import Form, Given, Json, Listed
from tidegate.faces.api.schemas.given import WITHOUT_NUL, Instant, Key, Text
from tidegate.faces.api.schemas.participants import OrganisationKey, PersonKey
from tidegate.faces.api.schemas.review_people import ReviewPart
from tidegate.faces.api.schemas.reviews import EngagementKey, Sorted

GrantKey = Annotated[str, Field(examples=["G-7K3M9-Q2X4D"])]
RequestKey = Annotated[str, Field(examples=["Q-7K3M9-Q2X4D"])]
Clock = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["09:00"])]
"""A time of day."""
ClockShown = Annotated[str, BeforeValidator(lambda at: f"{at:%H:%M}"), Field(examples=["09:00"])]
EndpointName = Annotated[str, Field(min_length=1, max_length=100, pattern=WITHOUT_NUL)]

_MOST_NAMED: Final = 100
_LARGEST: Final = (1 << 53) - 1
"""The largest whole number that every reader of JSON keeps. From: RFC 8259, section 6."""


class HoursGiven(Given):
    """The hours in which a grant is good."""

    zone: str = Field(min_length=1, max_length=60, examples=["America/New_York"])
    """Name of a time zone, as IANA has it."""
    begins: Clock
    until: Clock
    """Not in them; it may be on the next day."""
    days: list[Annotated[int, Field(ge=0, le=6, strict=True)]] = Field(
        default=[*range(7)], min_length=1, max_length=7
    )
    """On which they begin: 0 is Monday."""


class AskingForGrant(Given):
    """What access is asked for: one person, one purpose, one scope, an end."""

    person: Annotated[str, Field(max_length=40, pattern=WITHOUT_NUL)] = ""
    """Key of the one who will hold it; whoever asks, if left out."""
    purpose: str = Field(min_length=1, max_length=10_000)
    """One of the purposes of the terms, word for word."""
    endpoints: list[EndpointName] = Field(min_length=1, max_length=_MOST_NAMED)
    """By name."""
    operations: list[Operation] = Field(min_length=1, max_length=len(Operation))
    calls_a_minute: int = Field(ge=1, le=10_000, strict=True, examples=[60])
    tokens: int | None = Field(None, ge=1, le=_LARGEST, strict=True)
    """A budget, of what goes in and comes out; null for no bound."""
    hours: HoursGiven | None = None
    """Every hour, if left out."""
    addresses: list[Annotated[str, Field(min_length=1, max_length=60, pattern=WITHOUT_NUL)]] = (
        Field([], max_length=_MOST_NAMED, examples=[["192.0.2.0/24"]])
    )
    """Networks from which it may be used, within those of the terms; any of them, if left out."""
    begins_at: Instant | None = None
    """Now, if left out."""
    ends_at: Instant


class BreakingGlass(AskingForGrant):
    """What access is asked for that is not waited for; another named person has to second it."""

    reason: str = Field(min_length=1, max_length=2000)
    """Why it cannot wait; the developer reads it."""


class Issuing(Given):
    """Within which dates a grant is issued: those that were asked for, if left out."""

    begins_at: Instant | None = None
    ends_at: Instant | None = None


class TakingUp(Given):
    """With which key calls are proven, where the terms ask for that."""

    public_key: dict[str, Json] | None = None
    """A public JSON Web Key (RFC 7517); what is proven is the thumbprint's (RFC 7638, RFC 9449)."""


class EndingGrant(Given):
    """Why access ends, as far as it is to be said."""

    reason: str = Field("", max_length=2000)


class ReviewGrant(Form):
    """A grant in a list."""

    key: GrantKey
    engagement: EngagementKey
    model: str
    """The model's name, or its code name."""
    person: str
    """Name of whoever holds it."""
    person_key: PersonKey
    organisation: str
    """Name of the party that has named them."""
    organisation_key: OrganisationKey
    part: ReviewPart
    purpose: str
    state: GrantWord
    unusable: str
    """Why its person cannot use it now, as a sentence; empty where they can."""
    break_glass: bool
    begins_at: datetime
    ends_at: datetime
    good_until: datetime
    """The end of the grant, or of what it stands on, if that comes first."""
    asked_at: datetime
    issued_at: datetime | None
    taken_up_at: datetime | None
    ended_at: datetime | None
    may: Sorted
    """What whoever asks may do with it, in words."""


class ReviewGrants(Listed):
    """A page of grants, the newest first."""

    rows: list[ReviewGrant]


class HoursShown(Form):
    """The hours in which a grant is good."""

    zone: str
    begins: ClockShown
    until: ClockShown
    """Not in them; it may be on the next day."""
    days: list[int]
    """On which they begin: 0 is Monday."""


class ClauseToKnow(Form):
    """A clause of the terms in force."""

    heading: Heading
    plain: str
    """In plain words."""
    text: str
    """As it was signed."""


class ReviewGrantWhole(Form):
    """A grant, with all that its person has to know before they use it."""

    grant: ReviewGrant
    endpoints: list[str]
    """Names that calls use for the model."""
    operations: list[Operation]
    calls_a_minute: int
    tokens: int | None
    """Its budget, of what goes in and comes out; null for no bound."""
    tokens_used: int
    hours: HoursShown | None
    """Null for every hour."""
    addresses: list[str]
    """Networks; empty for any."""
    scope: list[str]
    """What it lets through, in sentences."""
    asked_by: str
    issued_by: str
    ended_by: str
    ended_why: str
    proven: bool
    """Each call has to be proven with a key of the person's own."""
    terms_title: str
    """Empty where no terms are in force."""
    terms_sha256: str
    """Of the terms in force: what is acknowledged."""
    terms: list[ClauseToKnow]
    acknowledged: bool
    """The grant's person has read the terms in force."""


class ReviewGrantState(Form):
    """A grant, after something was done."""

    key: GrantKey
    person: PersonKey
    purpose: str
    endpoints: list[str]
    operations: list[Operation]
    calls_a_minute: int
    tokens: int | None
    begins_at: datetime
    ends_at: datetime
    break_glass: bool
    asked_at: datetime
    issued_at: datetime | None
    taken_up_at: datetime | None
    ended_at: datetime | None
    """Revoked, declined or given back."""


class GrantSecret(Form):
    """A grant was taken up; its secret is shown this once."""

    grant: GrantKey
    secret: str = Field(examples=["tg-grant-…"])
    """Its person's programs show it to the gateway as their API key."""


class AskingForTwo(Given):
    """Something that the terms let two persons do together alone."""

    action: Action
    subject: Key
    """Key of what it is about: a call for its transcript, the engagement for a determination."""
    reason: Text


class TwoPersonRequest(Form):
    """Something that takes two persons, as it was asked for."""

    key: RequestKey
    engagement: EngagementKey
    action: Action
    subject: str
    """Key of what it is about."""
    reason: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    seconded_by: str
    seconded_at: datetime | None
    used_at: datetime | None
    is_own: bool
    """Whoever asks has asked for it."""
    may_second: bool
    """Whoever asks may second it; break-glass, at `/reviews/grants/{grant}/second`."""


class TwoPersonRequests(Listed):
    """A page of what takes two persons, the newest first."""

    rows: list[TwoPersonRequest]


class TwoPersonRequestState(Form):
    """Something that takes two persons, after it was asked for or seconded."""

    key: RequestKey
    action: Action
    subject: str
    asked_at: datetime
    expires_at: datetime
    seconded_at: datetime | None
    used_at: datetime | None
