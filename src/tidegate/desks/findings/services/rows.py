"""From what a reader made of a record to the rows that are kept of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import rfc8785

from tidegate.desks.findings.models import Delivery, Document, Finding, RefusedRecord
from tidegate.desks.findings.priority import Severity
from tidegate.desks.findings.sealing import Part, Seals
from tidegate.desks.findings.services.texts import kept_text
from tidegate.desks.findings.states import Stage
from tidegate.engines.formats.finding import Refusal
from tidegate.engines.formats.reports import Format, Report
from tidegate.engines.reproduction.proof_digests import proof_digest
from tidegate.engines.similarity import Described, features

_TITLE: Final = 300
_REFERENCE: Final = 500
_REASON: Final = 2000


def finding_of(delivery: Delivery, report: Report, at: datetime) -> Finding:
    """Return the row that lists show of a report, unsaved."""
    proof = report.finding.proof if report.finding else None
    return Finding(
        finder=delivery.finder,
        delivery=delivery,
        line=report.line,
        place=report.place[:200],
        format=report.format,
        reference=kept_text(report.id[:_REFERENCE]),
        digest=report.digest,
        received_at=at,
        title=kept_text(report.title[:_TITLE]),
        purl=report.target.purl,
        package_type=report.target.type[:40],
        package=report.target.package[:600],
        version=(report.target.version or "")[:300],
        effect=report.effect or "",
        severity=Severity.of_word(report.severity_word),
        tlp=report.tlp,
        embargo_until=report.embargo_until,
        stage=Stage.WAITING if proof else Stage.UNPROVEN,
        proof_digest=proof_digest(proof) if proof else "",
    )


def document_of(finding: Finding, report: Report, seals: Seals) -> Document:
    """Return the row with the whole of a report, unsaved; `seals` are its delivery's."""
    native = _native(report)
    return Document(
        finding=finding,
        record=seals.seal(report.record, Part.RECORD.of(finding.key)),
        native=None if native is None else seals.seal(native, Part.NATIVE.of(finding.key)),
        description=kept_text(report.description),
        weaknesses=_all_kept(report.weaknesses),
        aliases=_all_kept(report.aliases),
        places=[
            [kept_text(place.path), place.line, kept_text(place.symbol or "") or None]
            for place in report.places
        ],
        references=_all_kept(report.references),
        vectors=_all_kept(report.severity),
        features=kept_text(features(_described(finding, report)).to_json()),
    )


def _described(finding: Finding, report: Report) -> Described:
    """Return what the layer that only nominates compares."""
    return Described(
        key=finding.key,
        title=report.title,
        text=report.description,
        weaknesses=report.weaknesses,
        aliases=report.aliases,
        places=tuple((place.path, place.line, place.symbol) for place in report.places),
        effect=finding.effect or None,
        package=finding.package,
    )


def _native(report: Report) -> bytes | None:
    """Return the document that the sandbox is given, where it is not the record itself."""
    if report.finding is None or report.format is Format.FINDING:
        return None
    return rfc8785.dumps(dict(report.finding.document))


def refusal_of(delivery: Delivery, number: int, refusal: Refusal) -> RefusedRecord:
    """Return the row that says why a record was refused, unsaved."""
    return RefusedRecord(
        delivery=delivery,
        number=number,
        line=refusal.line,
        field=kept_text(refusal.field[:500]),
        reason=kept_text(refusal.reason[:_REASON]),
    )


def _all_kept(texts: Iterable[str]) -> list[str]:
    return [kept_text(text) for text in texts]
