"""Findings: as lists show them, and whole."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tidegate.faces.api.schemas.common import (
    CaseKey,
    DeliveryKey,
    Digest,
    Effect,
    FinderName,
    FindingKey,
    Form,
    Json,
    Listed,
    PackageName,
    PackageType,
    Purl,
    Severity,
    Stage,
    Verdict,
    Vers,
)
from tidegate.faces.api.schemas.relations import Happening, Linked, Nominated


class Finding(Form):
    """A suspected vulnerability, as one finder handed it in."""

    key: FindingKey
    title: str
    purl: Purl
    package_type: PackageType
    package: PackageName
    """As its registry names it."""
    version: str
    effect: Effect
    """What the attacker gains; empty where the record does not say."""
    severity: Severity
    """`unknown`, `low`, `medium`, `high` or `critical`."""
    stage: Stage
    """`unproven`, `waiting`, `working`, `judged` or `set-aside`."""
    verdict: Verdict
    """`reproduced`, `flaky`, `not-reproduced`, `unattributed` or `inconclusive`; empty before."""
    trust: str
    """What stands behind the verdict, `L0` to `L3`."""
    reason: str
    """Why the verdict, or why it was set aside."""
    finder: FinderName
    """The credit, verbatim."""
    reference: str
    """The finder's own name for it."""
    format: str
    delivery: DeliveryKey
    case: CaseKey | None
    received_at: datetime
    judged_at: datetime | None
    tlp: str
    """Traffic Light Protocol 2.0."""
    embargo_until: datetime | None


class Findings(Listed):
    """A page of findings."""

    rows: list[Finding]


class Place(Form):
    """Where in the target's sources the flaw is said to be."""

    path: str
    line: int | None
    symbol: str


class Run(Form):
    """One run of one program of the proof."""

    version: str
    program: str
    purpose: str
    runtime: str
    fired: bool
    """The watcher saw the effect, whoever caused it."""
    attributed: bool
    """The target's own code was on the stack when it came."""
    reason: str
    ending: str
    exit_code: int | None
    signal: int | None
    target_used: bool
    tampered: str | None
    wall_milliseconds: int
    cpu_milliseconds: int
    memory_bytes: int | None
    frames: list[str]
    """The stack when the effect came, innermost first."""
    stdout: str
    stderr: str
    evidence_sha256: str | None


class Release(Form):
    """One release of the package, and what was found of it."""

    version: str
    line: str
    """The release line that it belongs to."""
    verdict: str
    inferred: bool
    """It was not run: releases on both sides of it were."""
    prerelease: bool
    yanked: bool
    runtime: str | None
    reason: str
    published: datetime | None
    """When its registry says it came out; null where that is not known, or not believed."""


class Range(Form):
    """On which releases a finding's proof works."""

    finding: FindingKey
    version: str
    vers: Vers
    events: list[Json]
    """As OSV writes them."""
    affected: list[str]
    strategy: str
    complete: bool
    notes: list[str]
    surprises: list[str]
    releases: list[Release]
    """In version order, the oldest first."""


class Credit(Form):
    """Who found it, and how early among those of its case."""

    finder: FinderName
    number: int
    """1 for whoever handed the bug in first."""
    of: int


class FindingWhole(Finding):
    """A finding with everything that is known of it."""

    line: int | None
    place: str
    digest: Digest
    """SHA-256 of the record's RFC 8785 form."""
    description: str
    weaknesses: list[str] = Field(examples=[["CWE-1321"]])
    aliases: list[str] = Field(examples=[["CVE-2021-44906"]])
    vectors: list[str]
    references: list[Json]
    places: list[Place]
    proven_by: str
    """SHA-256 of its proof; empty without one that can be run."""
    runs: list[Run]
    range: Range | None
    has_receipt: bool
    """There is something at `/findings/{key}/receipt`."""
    has_small_proof: bool
    credit: Credit
    links: list[Linked]
    nominations: list[Nominated]
    events: list[Happening]
    others: list[Finding]
    """Other findings of its case, the first ones first."""
    others_more: bool
