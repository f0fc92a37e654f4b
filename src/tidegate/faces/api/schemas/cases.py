"""Cases: as lists show them, and whole."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tidegate.faces.api.schemas.common import (
    CaseKey,
    Effect,
    Form,
    Listed,
    PackageName,
    PackageType,
    ReasonGiven,
    Severity,
    Verdict,
    Vers,
)
from tidegate.faces.api.schemas.findings import Finding, Range
from tidegate.faces.api.schemas.given import Key
from tidegate.faces.api.schemas.relations import Happening, Linked, Nominated


class Case(Form):
    """One bug: all the findings that are linked as duplicates of each other."""

    key: CaseKey
    title: str
    package_type: PackageType
    package: PackageName
    effect: Effect
    severity: Severity
    verdict: Verdict
    """The strongest of its findings."""
    vers: Vers
    """The affected range that running showed; empty where there is none."""
    priority: int
    """The larger, the sooner it deserves attention."""
    findings: int
    finders: int
    opened_at: datetime
    found_at: datetime
    """When the first of its findings came in."""
    state: str
    """`open` or `merged`."""
    merged_into: CaseKey | None


class Cases(Listed):
    """A page of cases."""

    rows: list[Case]


class Member(Form):
    """A finding of the case, and its finder's credit."""

    finding: Finding
    finder_number: int
    """1 for whoever handed the bug in first, 2 for the next finder, and so on."""
    first_of_finder: bool
    founder: bool
    """The case was opened for it."""


class RelatedCase(Form):
    """Another case that is not the same bug, and what it is to this one."""

    key: CaseKey
    title: str
    says: str = Field(examples=["variant-of"])
    backwards: bool
    """The link is read from the other case's finding."""
    link: int
    reason: str


class CaseWhole(Case):
    """A case with everything that is known of it."""

    priority_reasons: list[str]
    members: list[Member]
    """In the order they came in."""
    members_more: bool
    """There are more; `GET /findings?case=` pages through all of them."""
    range: Range | None
    """Of the strongest finding, the earliest of those."""
    ranges: list[Range]
    links: list[Linked]
    undone_links: list[Linked]
    open_nominations: list[Nominated]
    decided_nominations: list[Nominated]
    related: list[RelatedCase]
    merged: list[Case]
    events: list[Happening]


class Merger(ReasonGiven):
    """Which other case is the same bug, and why."""

    other: Key = Field(alias="with")
    """Key of the other case."""
