"""What waits for somebody, and the board of cases."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tidegate.desks.cases.queries.inbox import Waiting
from tidegate.faces.api.schemas.common import CaseKey, Form, PackageName, Severity


class WaitingItem(Form):
    """One thing that waits."""

    what: Waiting
    case: CaseKey
    title: str
    """Empty while the case may not be read."""
    organisation: str = Field(examples=["O-4M1WX-9B7HE"])
    """Key of the organisation that it waits for; empty where it waits for coordinators."""
    name: str
    """What else tells it apart: of the organisation, of whoever proposed it, of the clock."""
    since: datetime
    by: datetime | None
    """When it has to be done, if there is such a date."""


class Inbox(Form):
    """What waits for whoever asks; what is due first comes first."""

    rows: list[WaitingItem]


class Card(Form):
    """A case, as the board shows it."""

    key: CaseKey
    title: str
    package: PackageName
    severity: Severity
    priority: int
    tlp: str = Field(examples=["TLP:AMBER+STRICT"])
    """Empty while it is not coordinated."""
    since: datetime
    """When its coordination was opened, or the case itself."""
    ends_at: datetime | None
    parties: int
    joined: int
    waiting: int
    """Parties that wait in a line."""
    known: list[str] = Field(examples=[["public"]])
    """What the world knows: `public`, `exploit-public`, `attacks-seen`."""
    asked: int
    """Parties that were invited."""
    agreed: int
    """Those of them whose consent to the terms on the table stands."""
    next_at: datetime | None
    """When the next of its clocks rings."""
    next_kind: str = Field(examples=["embargo-end"])
    """What follows then; empty without a clock."""
    next_name: str
    """Of the policy's rule, or of what ends."""


class Column(Form):
    """The cases of one state, the oldest first."""

    name: str = Field(examples=["active"])
    count: int
    """At most ten thousand; then there are as many, or more."""
    cards: list[Card]
    next: str | None = Field(examples=["/api/v1/board/active?limit=25&after=25"])
    """Address of the cards after these; null at the end."""


class Board(Form):
    """Cases by where their coordination is."""

    columns: list[Column]
