"""What lists show: one finding, one case, as values. No row of a table leaves the queries."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.words import Act
from tidegate.desks.findings.models import Case, Finding
from tidegate.desks.findings.priority import Severity


class CaseState(StrEnum):
    """Whether a case stands for itself."""

    OPEN = "open"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding, as lists show it."""

    key: str
    title: str
    purl: str
    package_type: str
    package: str
    version: str
    effect: str
    severity: str
    """`unknown`, `low`, `medium`, `high` or `critical`."""
    stage: str
    verdict: str
    """Empty until it is judged."""
    trust: str
    reason: str
    finder: str
    """The credit, verbatim."""
    reference: str
    """The finder's own name for it."""
    format: str
    delivery: str
    """Key of the delivery that it came in."""
    case: str | None
    """Key of its case."""
    received_at: datetime
    judged_at: datetime | None
    tlp: str
    embargo_until: datetime | None


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case, as lists show it."""

    key: str
    title: str
    package_type: str
    package: str
    effect: str
    severity: str
    """`unknown`, `low`, `medium`, `high` or `critical`."""
    verdict: str
    """The strongest of its findings."""
    vers: str
    """The affected range that running showed, as a VERS string; empty where there is none."""
    priority: int
    findings: int
    finders: int
    opened_at: datetime
    found_at: datetime
    """When the first of its findings came in."""
    state: str
    """`open` or `merged`."""
    merged_into: str | None
    """Key of the case that it became part of."""


def cases_of(actor: Actor, findings: Iterable[Finding]) -> frozenset[int]:
    """Return which cases of some findings `actor` may know of.

    A finder may not: that there is a case at all would tell of others who found the same.
    """
    ids = {finding.case_id for finding in findings if finding.case_id is not None}
    rows = narrowed(actor, Case.objects.filter(pk__in=ids), Act.SEE) if ids else ()
    return frozenset(case.pk for case in rows)


def finding_row(finding: Finding, cases: Container[int]) -> FindingRow:
    """Return a finding as lists show it; its finder, delivery and case are loaded already.

    `cases` are those that may be named to who asks.
    """
    return FindingRow(
        key=finding.key,
        title=finding.title,
        purl=finding.purl,
        package_type=finding.package_type,
        package=finding.package,
        version=finding.version,
        effect=finding.effect,
        severity=Severity(finding.severity).word,
        stage=finding.stage,
        verdict=finding.verdict,
        trust=finding.trust,
        reason=finding.reason,
        finder=finding.finder.name,
        reference=finding.reference,
        format=finding.format,
        delivery=finding.delivery.key,
        case=finding.case.key if finding.case and finding.case.pk in cases else None,
        received_at=finding.received_at,
        judged_at=finding.judged_at,
        tlp=finding.tlp,
        embargo_until=finding.embargo_until,
    )


def merged_into_of(actor: Actor, cases: Iterable[Case]) -> frozenset[int]:
    """Return which cases that some cases became part of `actor` may know of."""
    ids = {case.merged_into_id for case in cases if case.merged_into_id is not None}
    rows = narrowed(actor, Case.objects.filter(pk__in=ids), Act.SEE) if ids else ()
    return frozenset(case.pk for case in rows)


def case_row(case: Case, cases: Container[int]) -> CaseRow:
    """Return a case as lists show it; the case it was merged into is loaded already.

    `cases` are the other ones that may be named to who asks.
    """
    return CaseRow(
        key=case.key,
        title=case.title,
        package_type=case.package_type,
        package=case.package,
        effect=case.effect,
        severity=Severity(case.severity).word,
        verdict=case.verdict,
        vers=case.vers,
        priority=case.priority,
        findings=case.findings_count,
        finders=case.finders_count,
        opened_at=case.opened_at,
        found_at=case.found_at,
        state=CaseState.MERGED if case.merged_into else CaseState.OPEN,
        merged_into=(
            case.merged_into.key if case.merged_into and case.merged_into.pk in cases else None
        ),
    )
