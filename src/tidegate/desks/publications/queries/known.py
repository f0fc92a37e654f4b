"""What the desks know of a case that may stand in its publication: rows, read into one value.

Not narrowed by the policy: whoever asks coordinates the case, and was asked before.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tidegate.desks.access.actors import HOUSE
from tidegate.desks.cases.models import Coordination, Participant, ProductStatus
from tidegate.desks.cases.queries.provenance import provenance_of
from tidegate.desks.findings.models import Case, Document, Finding, Reproduction
from tidegate.desks.findings.queries.case_detail import get_case
from tidegate.desks.findings.queries.evidence import RangeShown
from tidegate.desks.findings.sealing import Part, seals_of
from tidegate.desks.publications.models import CveId, Fix, Trial
from tidegate.desks.publications.queries.decided import decisions_of
from tidegate.engines.formats.advisories.record import (
    Decision,
    Justification,
    Reference,
    Severity,
    Status,
    TriedFix,
    VendorStatement,
    is_address,
)
from tidegate.engines.reproduction.verdicts import Word

_CVE: Final = "CVE-"
_FIXES: Final = ("/commit/", "/pull/", "/merge_requests/", ".patch", ".diff")
_ADVISORIES: Final = ("/advisories/", "/security/advisories")
_LONGEST_URL: Final = 2000
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_STEM: Final = 120


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a case."""

    title: str
    description: str
    package_type: str
    package: str
    """As its registry names it."""
    vendor: str
    """Who makes it, as far as that is known; else the package's own name."""
    ranges: tuple[RangeShown, ...]
    receipts: tuple[str, ...]
    """SHA-256 of the receipts of its findings' runs, in hex."""
    proven_versions: tuple[str, ...]
    """Those that findings name and on which their proofs fired."""
    named_versions: tuple[str, ...]
    """All that findings name."""
    not_fixed: tuple[str, ...]
    """Released versions that a trial has shown not to be a whole fix."""
    cve: str
    aliases: tuple[str, ...]
    weaknesses: tuple[str, ...]
    severities: tuple[Severity, ...]
    statements: tuple[VendorStatement, ...]
    fixes: tuple[TriedFix, ...]
    credits: tuple[tuple[str, str, str], ...]
    """Of each who is thanked: name, organisation and address, verbatim."""
    references: tuple[Reference, ...]
    decisions: tuple[Decision, ...]
    exploit_at: datetime | None
    attacks_at: datetime | None
    found_at: datetime


def known_of(coordination: Coordination) -> Known:
    """Return what is known of a case that is coordinated."""
    case = coordination.case
    findings = list(case.findings.select_related("finder").order_by("pk"))
    documents = {one.finding_id: one for one in _documents(findings)}
    said = [documents[one.pk] for one in findings if one.pk in documents]
    cve, aliases = _names(case, said)
    return Known(
        title=case.title,
        description=_description(case, said),
        package_type=case.package_type,
        package=case.package,
        vendor=_vendor(coordination) or case.package,
        ranges=get_case(HOUSE, case.key).ranges,
        receipts=receipts_of(findings),
        proven_versions=_versions(one for one in findings if one.verdict == Word.REPRODUCED),
        named_versions=_versions(findings),
        not_fixed=not_fixed_of(case),
        cve=cve,
        aliases=aliases,
        weaknesses=tuple(dict.fromkeys(str(w) for one in said for w in one.weaknesses)),
        severities=_severities(findings, documents),
        statements=statements_of(coordination),
        fixes=tried_fixes_of(case),
        credits=_credits(coordination),
        references=_references(said),
        decisions=decisions_of((cve, *aliases) if cve else aliases),
        exploit_at=coordination.exploit_at,
        attacks_at=coordination.attacks_at,
        found_at=case.found_at,
    )


def last_trials_of(case: Case) -> tuple[Trial, ...]:
    """Return of each fix of a case that stands the last trial that came to its end."""
    rows = Trial.objects.filter(fix__case=case, fix__withdrawn_at=None, state=Trial.State.DONE)
    last = {one.fix_id: one for one in rows.select_related("fix").order_by("fix_id", "number")}
    return tuple(last.values())


def tried_fixes_of(case: Case) -> tuple[TriedFix, ...]:
    """Return the fixes of a case that were tried and may be published."""
    found: dict[str, TriedFix] = {}
    for trial in last_trials_of(case):
        if not trial.why_not:
            fixed = _tried(trial, tuple(found))
            found[fixed.name] = fixed
    return tuple(found.values())


def not_fixed_of(case: Case) -> tuple[str, ...]:
    """Return the released versions that a trial has shown not to be a whole fix."""
    return tuple(
        one.fix.version
        for one in last_trials_of(case)
        if one.why_not and one.fix.kind == Fix.Kind.RELEASE
    )


def receipts_of(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return the SHA-256 of the receipts of the runs of some findings, in hex."""
    rows = Reproduction.objects.filter(finding__in=[one.pk for one in findings])
    kept = dict(rows.values_list("finding_id", "receipt"))
    return tuple(
        hashlib.sha256(
            seals_of(one.delivery_id).unseal(kept[one.pk], Part.RECEIPT.of(one.key))
        ).hexdigest()
        for one in findings
        if one.pk in kept
    )


def statements_of(coordination: Coordination) -> tuple[VendorStatement, ...]:
    """Return what the vendors in a case say now of their products."""
    rows = ProductStatus.objects.filter(
        participant__coordination=coordination, participant__removed_at=None, replaced_at=None
    ).select_related("participant__organisation")
    return tuple(
        VendorStatement(
            vendor=one.participant.organisation.name,
            product=one.product,
            status=Status(one.status),
            justification=Justification(one.justification) if one.justification else None,
            words=one.statement,
            said_at=one.said_at,
            versions=one.versions,
        )
        for one in rows.order_by("pk")
    )


def _tried(trial: Trial, taken: Sequence[str]) -> TriedFix:
    fix = trial.fix
    is_patch = fix.kind == Fix.Kind.PATCH
    # A name of a file, too: of plain letters, whatever package and version are called.
    plain = f"{fix.purl.rpartition('/')[2].replace('%40', '')}-{fix.version}"
    stem = _NOT_PLAIN.sub("-", plain).lstrip("._-")[:_LONGEST_STEM]
    name = stem + (".diff" if is_patch else "")
    if name in taken or not stem:
        name = f"{stem or 'fix'}-{fix.key.lower()}" + (".diff" if is_patch else "")
    return TriedFix(
        name=name,
        purl=fix.purl,
        version=fix.version,
        is_patch=is_patch,
        labels=tuple(trial.labels),
        rungs=tuple((str(rung), str(word)) for rung, word in trial.words),
        sha256=fix.sha256 if is_patch else "",
        receipt_sha256=trial.receipt_sha256,
    )


def _documents(findings: Sequence[Finding]) -> Iterable[Document]:
    rows = Document.objects.filter(finding__in=[one.pk for one in findings])
    return rows.defer("record", "native", "features")


def _names(case: Case, said: Sequence[Document]) -> tuple[str, tuple[str, ...]]:
    """Return the CVE id, and all other names: what was assigned here goes first."""
    names = list(dict.fromkeys(str(name) for one in said for name in one.aliases))
    assigned = CveId.objects.filter(case=case).exclude(state=CveId.State.REJECTED).first()
    of_cve = [name for name in names if name.startswith(_CVE)]
    cve = (assigned.number if assigned else None) or (of_cve[0] if len(of_cve) == 1 else "")
    return cve, tuple(name for name in names if name != cve)


def _description(case: Case, said: Sequence[Document]) -> str:
    founding = [one for one in said if one.finding_id == case.founder_id]
    return next((one.description for one in [*founding, *said] if one.description), "")


def _vendor(coordination: Coordination) -> str:
    """Return the name of the case's vendor; empty if it has none, or several."""
    names = coordination.participants.filter(
        role=Participant.Part.VENDOR, removed_at=None, joined_at__isnull=False
    ).values_list("organisation__name", flat=True)[:2]
    return names[0] if len(names) == 1 else ""


def _versions(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.version for one in findings if one.version))


def _severities(
    findings: Sequence[Finding], documents: dict[int, Document]
) -> tuple[Severity, ...]:
    return tuple(
        dict.fromkeys(
            Severity(str(vector), one.finder.name)
            for one in findings
            if one.pk in documents
            for vector in documents[one.pk].vectors
        )
    )


def _credits(coordination: Coordination) -> tuple[tuple[str, str, str], ...]:
    found: dict[tuple[str, str, str], None] = {}
    for credit in provenance_of(coordination).credits:
        organisation = credit.organization or ""
        url = next((one for one in credit.urls or () if is_address(one)), "")
        for name in credit.names or ((organisation,) if organisation else ()):
            found[name, organisation if name != organisation else "", url] = None
    return tuple(found)


def _references(said: Sequence[Document]) -> tuple[Reference, ...]:
    urls = dict.fromkeys(str(url) for one in said for url in one.references)
    return tuple(
        Reference(url, "", _kind(url))
        for url in urls
        if is_address(url) and len(url) <= _LONGEST_URL
    )


def _kind(url: str) -> str:
    if any(part in url for part in _FIXES):
        return "fix"
    return "advisory" if any(part in url for part in _ADVISORIES) else "web"
