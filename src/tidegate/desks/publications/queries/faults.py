"""What keeps a revision from being published, as far as its content goes; each with its mend.

That somebody else has approved it, that its time has come and that no embargo is in force is asked
when it goes out (`services.publishing`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from tidegate.desks.access.words import Label
from tidegate.desks.parties.models import Organisation
from tidegate.desks.publications.models import CveId, Fix, Revision, Trial
from tidegate.desks.publications.queries.known import last_trials_of, not_fixed_of
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.states.drafts import dated
from tidegate.engines.formats.advisories.cve import Cna
from tidegate.engines.formats.advisories.record import (
    Record,
    RemedyKind,
    TriedFix,
    fault_of,
)
from tidegate.instance.publisher import cve_account

FREE: Final = (Label.GREEN, Label.CLEAR)
"""Labels of what is for everybody."""


def faults_of(revision: Revision, *, at: datetime) -> tuple[str, ...]:
    """Return what keeps a revision from being published, the first of each kind; empty: nothing.

    Args:
        revision: with its publication.
        at: as if it went out then.
    """
    return tuple(_faults(revision, dated(record_of(revision), at)))


def cna_of(record: Record) -> Cna | None:
    """Return the CVE Numbering Authority of a record, if it is this instance.

    Raises:
        HomeError: the account at CVE Services cannot be read.
    """
    if not record.cve:
        return None
    is_ours = CveId.objects.filter(number=record.cve, is_ours=True).exists()
    account = cve_account() if is_ours else None
    return account.cna if account else None


def _faults(revision: Revision, record: Record) -> Iterator[str]:
    if fault := fault_of(record):
        yield fault
        return
    yield from _of_audience(revision, record)
    yield from _of_cve(revision, record)
    yield from fix_faults(revision, record)
    yield from _of_documents(record)


def _of_audience(revision: Revision, record: Record) -> Iterator[str]:
    if record.label not in tuple(Label):
        yield f"label: {record.label!r:.40} is none; say one of {', '.join(Label)}"
    elif record.label in FREE:
        if revision.audience:
            yield f"label: {record.label} is for everybody, and organisations are named; address it"
    elif not revision.audience:
        yield f"label: under {record.label} it goes to named organisations; name them (`address`)"
    else:
        standing = Organisation.objects.filter(key__in=revision.audience, suspended_at=None)
        gone = sorted({*revision.audience} - {*standing.values_list("key", flat=True)})
        if gone:
            yield f"audience: {gone[0]} is suspended or gone; address it anew without it"


def _of_cve(revision: Revision, record: Record) -> Iterator[str]:
    case = revision.publication.case
    if record.cve:
        known = CveId.objects.filter(number=record.cve).exclude(case=case).first()
        if known is not None:
            yield f"cve: {record.cve} belongs to another case; take over what the desks know"
        rejected = CveId.objects.filter(number=record.cve, state=CveId.State.REJECTED)
        if rejected.exists() and record.withdrawn_at is None:
            yield f"cve: {record.cve} was rejected; take it out, or reserve another one"
    assigned = CveId.objects.filter(case=case).exclude(state=CveId.State.REJECTED).first()
    if assigned is not None and assigned.number and assigned.number != record.cve:
        yield f"cve: {assigned.number} was assigned to the case; take over what the desks know"


def fix_faults(revision: Revision, record: Record) -> Iterator[str]:
    """Yield what keeps the fixes in a record from being published; the last trial counts."""
    if record.withdrawn_at is not None:
        return
    case = revision.publication.case
    by_receipt = {one.receipt_sha256: one for one in last_trials_of(case) if one.receipt_sha256}
    for number, fix in enumerate(record.fixes):
        if fault := _of_fix(fix, by_receipt.get(fix.receipt_sha256)):
            yield f"fixes.{number}: {fault}"
    named = {version for product in record.products for version in product.fixed_versions}
    named |= {one.version for one in record.remedies if one.kind is RemedyKind.VENDOR_FIX}
    for version in not_fixed_of(case):
        if version in named:
            yield (
                f"products: {version} is said to be fixed, and trying it has shown that it is not;"
                " take over what the desks know, or say where the affected versions end"
            )


def _of_fix(fix: TriedFix, trial: Trial | None) -> str:
    if trial is None:
        return (
            f"{fix.name} is no fix of the case whose last trial has this receipt; take over what"
            " the desks know"
        )
    if trial.why_not:
        return f"{fix.name} may not be published as fixed: {trial.why_not}"
    is_patch = trial.fix.kind == Fix.Kind.PATCH
    said = (fix.version, fix.is_patch, fix.sha256, fix.labels, fix.rungs)
    rungs = tuple((str(rung), str(word)) for rung, word in trial.words)
    shown = (
        trial.fix.version,
        is_patch,
        trial.fix.sha256 if is_patch else "",
        tuple(trial.labels),
        rungs,
    )
    if said != shown:
        return f"{fix.name} says something else than its trial; take over what the desks know"
    return ""


def _of_documents(record: Record) -> Iterator[str]:
    # Only here, for it reads the schemas of all formats.
    from tidegate.engines.formats.advisories.formats_of import documents
    from tidegate.engines.formats.advisories.wording import DocumentError

    try:
        documents(record, cna_of(record))
    except DocumentError as error:
        yield str(error)
