"""Frameworks of voluntary reviews, and the figures that everybody may know."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from tidegate.desks.reviews.frameworks.framework import Action, Heading, Kept
from tidegate.faces.api.schemas.common import Digest, Form, Given, Json, Listed

_DAY: Final = timedelta(days=1)

Days = Annotated[float, BeforeValidator(lambda span: span / _DAY), Field(examples=[30])]
FrameworkName = Annotated[str, Field(examples=["eo-14409"])]


class FrameworkInList(Form):
    """A version of a framework."""

    name: FrameworkName
    version: str
    sha256: Digest
    """Of the document's RFC 8785 form."""
    title: str
    authority: str
    source: str
    """Where that can be read."""
    note: str
    """What it is not."""


class Frameworks(Listed):
    """A page of frameworks: the shipped ones first, then as they were loaded."""

    rows: list[FrameworkInList]


class FrameworkRole(Form):
    """What a framework calls a person whom a party names."""

    title: str
    part: str
    duty: str
    vetting: bool
    """Their organisation has to attest a vetting."""


class FrameworkClause(Form):
    """A clause of a framework's own terms; `{names}` are those of the settings."""

    name: str
    heading: Heading
    text: str
    plain: str
    """The same in plain words."""


class FrameworkSettings(Form):
    """What of a framework's own terms the software enforces."""

    content: Kept
    """What is kept of calls."""
    watermark: bool
    """Answers are marked with the grant."""
    proven_calls: bool
    """Each call is proven with a key of the person's own (RFC 9449)."""
    addresses: list[str]
    """Networks from which the model may be reached; empty for any."""
    two_persons: Annotated[list[Action], BeforeValidator(sorted)]
    """What takes two persons, besides break-glass."""
    break_glass: bool
    """There is break-glass access."""
    longest_grant: Days
    """In days, as what follows."""
    vetting: bool
    """Only people whose vetting is attested hold grants."""
    transcripts_destroyed_after: Days
    """After access has ended."""
    certificate_due_after: Days
    """After access has ended."""
    confidential_until: str
    purposes: list[str]
    """A grant names one of them."""
    reporting: str
    """How findings made with the model are reported, and under which embargo."""


class Framework(FrameworkInList):
    """A framework, whole."""

    ceiling: Days
    """The longest window, in days."""
    roles: list[FrameworkRole]
    bodies: list[str]
    """Who may be consulted."""
    threshold: str
    """When a model is covered, in words."""
    clauses: list[FrameworkClause]
    settings: FrameworkSettings


class LoadingFramework(Given):
    """A framework to load beside those that are here; what a version says, it says for good."""

    document: dict[str, Json]
    """All of it."""


class FrameworkLoaded(Form):
    """A framework was loaded."""

    name: FrameworkName
    version: str
    sha256: Digest
    loaded_at: datetime


class Figures(Form):
    """Counts of engagements, up to the end of yesterday; nothing by name."""

    until: datetime
    """The last midnight, UTC."""
    opened: int
    """Engagements that were proposed."""
    withdrawn: int
    """Those of them that were withdrawn."""
    median_days: float | None
    """How long access may be used in a window that has ended; null where there are too few."""
