"""What keeps a revision from being published, as far as its content goes; each with its mend.

That somebody else has approved it, that its time has come and that no embargo is in force is asked
when it goes out (`services.publishing`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Label
from tidegate.desks.parties.models import Organisation
from tidegate.desks.publications.models import CveId, Revision, Trial
from tidegate.desks.publications.queries.grounds import ground_faults, grounds_of
from tidegate.desks.publications.queries.known import last_trials_of, tried_fixes_of
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.queries.versions import version_faults
from tidegate.desks.publications.states.drafts import dated
from tidegate.desks.publications.states.labels import FREE
from tidegate.desks.publications.states.limits import limit_fault_of
from tidegate.engines.formats.advisories.cve import Cna
from tidegate.engines.formats.advisories.record import Record, TriedFix, fault_of
from tidegate.engines.formats.documents import shown
from tidegate.instance.publisher import cve_account


def faults_of(
    revision: Revision, *, hands_in: Actor | None = None, at: datetime
) -> tuple[str, ...]:
    """Return what keeps a revision from being published, the first of each kind; empty: nothing.

    Args:
        revision: with its publication.
        hands_in: who would hand it in; whoever has, if left out.
        at: as if it went out then.
    """
    record = dated(record_of(revision), at)
    found = record_faults_of(revision, record, hands_in=hands_in)
    # Of a record that is not sound there are no documents that could have faults.
    is_sound = not (fault_of(record) or limit_fault_of(record))
    return (*found, *_of_documents(record)) if is_sound else found


def record_faults_of(
    revision: Revision, record: Record, *, hands_in: Actor | None = None
) -> tuple[str, ...]:
    """Return what keeps a record from being published, whatever its documents say.

    Args:
        revision: whose record it is, with its publication.
        record: as it would go out, with its date.
        hands_in: who would hand it in; whoever has, if left out.
    """
    if fault := fault_of(record) or limit_fault_of(record):
        return (fault,)
    grounds = grounds_of(revision.publication, record)
    return (
        *_of_fixes(revision, record),
        *ground_faults(record, grounds, _name(revision, hands_in)),
        *version_faults(record, grounds.tried),
        *_of_audience(revision, record),
        *_of_cve(revision, record),
    )


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


def _name(revision: Revision, hands_in: Actor | None) -> str:
    """Return the name of the person who hands a revision in; empty where no person does."""
    if hands_in is not None:
        return hands_in.name if hands_in.person is not None else ""
    return revision.submitted_by.name if revision.submitted_by else ""


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


def _of_fixes(revision: Revision, record: Record) -> Iterator[str]:
    """Yield what keeps the fixes in a record from being published; the last trial counts."""
    if record.withdrawn_at is not None:
        return
    case = revision.publication.case
    by_receipt = {one.receipt_sha256: one for one in last_trials_of(case) if one.receipt_sha256}
    tried = tried_fixes_of(case)
    for number, fix in enumerate(record.fixes):
        if fault := _of_fix(fix, by_receipt.get(fix.receipt_sha256), tried):
            yield f"fixes.{number}: {fault}"


def _of_fix(fix: TriedFix, trial: Trial | None, tried: Collection[TriedFix]) -> str:
    if trial is None:
        return (
            f"{shown(fix.name)} is no fix of the case whose last trial has this receipt; take over"
            " what the desks know"
        )
    if trial.why_not:
        return f"{shown(fix.name)} may not be published as fixed: {trial.why_not}"
    if fix not in tried:
        return (
            f"{shown(fix.name)} says something else than its trial; take over what the desks know"
        )
    return ""


def _of_documents(record: Record) -> Iterator[str]:
    # Only here, for it reads the schemas of all formats.
    from tidegate.engines.formats.advisories.formats_of import documents
    from tidegate.engines.formats.advisories.wording import DocumentError

    try:
        documents(record, cna_of(record))
    except DocumentError as error:
        yield str(error)
