"""Access to a model: its window, its endpoints, the plug, and what went through the gateway."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from tidegate.desks.reviews.models import Call as CallRow
from tidegate.desks.reviews.models import Endpoint as EndpointRow
from tidegate.faces.api.schemas.common import Digest, Form, Given, Listed
from tidegate.faces.api.schemas.given import WITHOUT_NUL, Instant
from tidegate.faces.api.schemas.review_grants import EndpointName, GrantKey

EndpointKey = Annotated[str, Field(examples=["U-7K3M9-Q2X4D"])]
CallKey = Annotated[str, Field(examples=["L-7K3M9-Q2X4D"])]


class OpeningWindow(Given):
    """From when until when access may be used: within the framework's ceiling."""

    opens_at: Instant | None = None
    """Now, if left out."""
    ends_at: Instant
    """Not after the planned release to other trusted partners."""


class MovingEnd(Given):
    """Another end of the window. Sooner is always possible, later up to the ceiling."""

    ends_at: Instant


class NewEndpoint(Given):
    """Where the developer's model answers; only the gateway speaks to it."""

    name: EndpointName
    """What reviewers call the model."""
    protocol: EndpointRow.Protocol
    url: str = Field(
        min_length=1,
        max_length=500,
        pattern=WITHOUT_NUL,
        examples=["https://models.lab.example/v1"],
    )
    """Its base address."""
    model: str = Field(min_length=1, max_length=200, pattern=WITHOUT_NUL)
    """What the endpoint calls the model."""
    credential: str = Field(min_length=1, max_length=10_000, pattern=WITHOUT_NUL)
    """With which it is called. It is sealed, and never shown again."""


class NewCredential(Given):
    """Another credential for an endpoint; the one before counts no more."""

    credential: str = Field(min_length=1, max_length=10_000, pattern=WITHOUT_NUL)


class ModelEndpoint(Form):
    """Where a model answers; whoever sees its name alone sees the rest empty."""

    key: EndpointKey
    name: str
    """What calls use for the model."""
    protocol: EndpointRow.Protocol
    url: str
    model: str
    """What the endpoint calls the model."""
    made_by: str
    made_at: datetime
    ended_at: datetime | None


class ModelEndpoints(Listed):
    """A page of the endpoints of an engagement, by name; ended ones last."""

    rows: list[ModelEndpoint]


class EndpointState(Form):
    """An endpoint, after something was done. Its credential is never shown."""

    key: EndpointKey
    name: str
    protocol: EndpointRow.Protocol
    url: str
    model: str
    made_at: datetime
    ended_at: datetime | None


class PlugState(Form):
    """Whether access may be used at all."""

    access_off_at: datetime | None
    """Since when it may not; null while it may."""


class ModelCall(Form):
    """A call of a model, as it is on record."""

    key: CallKey
    grant: GrantKey
    person: str
    """Name of whoever called."""
    organisation: str
    """Name of the party that has named them."""
    endpoint: str
    """Name."""
    operation: str
    address: str
    """Where it came from."""
    began_at: datetime
    ended_at: datetime | None
    outcome: CallRow.Outcome
    fault: str
    """`endpoint` or `gateway`, where one has failed."""
    reason: str
    status: int | None
    """HTTP status of the answer."""
    request_bytes: int
    response_bytes: int
    tokens_in: int
    tokens_out: int
    tokens_estimated: bool
    """The endpoint did not count them."""
    request_sha256: Digest
    received_sha256: str
    """Of what the endpoint sent."""
    delivered_sha256: str
    """Of what was let out; another one if it was marked."""
    response_id: str
    """The endpoint's own name for its answer."""
    transcript: bool
    """A transcript is kept that whoever asks may have."""


class ModelCalls(Listed):
    """A page of calls, the newest first."""

    rows: list[ModelCall]


class GrantUse(Form):
    """What has been done with one grant."""

    grant: GrantKey
    person: str
    organisation: str
    running: int
    """Calls that run now."""
    calls: int
    tokens: int
    """In and out."""
    bytes: int
    """In and out."""
    refusals: int
    last_call_at: datetime | None
    last_refusals: dict[str, int]
    """Of the last hour: how many for each reason."""


class MinuteOfUse(Form):
    """One minute of the last hour."""

    at: datetime
    calls: int
    """That began in it."""
    tokens: int
    """Of these calls."""
    refusals: int


class LiveUse(Form):
    """Who uses what, now and in the last hour; as far as whoever asks may read it."""

    at: datetime
    running: list[ModelCall]
    uses: list[GrantUse]
    """Of every grant that was ever used or refused, the last used first."""
    minutes: list[MinuteOfUse]
    """The oldest first; the last one has not ended."""
    calls: int
    tokens: int
    bytes: int
    refusals: int
