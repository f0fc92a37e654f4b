"""What a record says in words, as the notes of a vulnerability.

What a format has no member for stands here, so that no document says less than the record: what
stands behind each range, what could not be told, how far each fix climbed, how decisions fell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from tidegate.engines.formats.advisories.csaf.products import Products
from tidegate.engines.formats.advisories.csaf.remedies import told_remedy
from tidegate.engines.formats.advisories.record import (
    Basis,
    Decision,
    Evidence,
    Record,
    Remedy,
    Span,
    TriedFix,
)
from tidegate.engines.formats.advisories.standings import SaidSpan
from tidegate.engines.formats.advisories.wording import could_not_be_told, span_words
from tidegate.engines.formats.instants import written

_BASES: Final = {
    Basis.RUN: "the proof was run, by",
    Basis.VOUCHED: "vouched for by",
    Basis.STATED: "stated by the vendor, to",
}


def notes(
    record: Record, products: Products, remedies: Iterable[Remedy], weaknesses: Iterable[str]
) -> list[dict[str, str]]:
    """Return the notes of the vulnerability.

    Args:
        record: what is published.
        products: what the document says of products.
        remedies: those that are for no product of it.
        weaknesses: CWE identifiers that the document has no place for.
    """
    texts = (
        ("summary", "Vulnerability Summary", record.summary),
        ("description", "Vulnerability Description", record.description),
        ("details", "Impact", record.impact),
        ("details", "What could not be told", "\n".join(_unknown(products))),
        ("details", "What stands behind the ranges", "\n".join(_evidence(record))),
        ("details", "Fixes that were tried", "\n".join(map(_tried, record.fixes))),
        ("other", "Severity, as assessed", "\n".join(_severities(record))),
        ("other", "Decisions", "\n".join(map(_decided, record.decisions))),
        ("other", "Other remedies", "\n".join(map(told_remedy, remedies))),
        ("other", "Other weaknesses", ", ".join(weaknesses)),
        ("other", "Other CVE identifiers", ", ".join(other_cves(record))),
    )
    return [
        {"category": category, "title": title, "text": text}
        for category, title, text in texts
        if text.strip()
    ]


def other_cves(record: Record) -> list[str]:
    """Return the aliases that are CVE identifiers: they have no place among ids (6.2.17)."""
    return [name for name in record.aliases if name.upper().startswith("CVE-")]


def _unknown(products: Products) -> Iterator[str]:
    return filter(None, (could_not_be_told(leaves.said) for leaves in products.leaves))


def _evidence(record: Record) -> Iterator[str]:
    for product in record.products:
        for word, spans in (("affected", product.affected), ("unknown", product.unknown)):
            for span in spans:
                versions = span_words(_said(span))
                yield f"{product.purl}, {versions}: {word}; {_behind(span.evidence)}"


def _said(span: Span) -> SaidSpan:
    return SaidSpan(span.introduced, span.ended or "", span.is_fixed)


def _behind(evidence: Evidence) -> str:
    parts = [f"{_BASES[evidence.basis]} {evidence.by or 'nobody who is named'}"]
    if evidence.oldest_run:
        parts.append(f"on {evidence.oldest_run}, the oldest release, too")
    if evidence.receipts:
        parts.append(f"receipts (SHA-256) {', '.join(evidence.receipts)}")
    return "; ".join(parts)


def _tried(fix: TriedFix) -> str:
    what = "a patch against" if fix.is_patch else "the release"
    rungs = ", ".join(f"{name}: {word}" for name, word in fix.rungs)
    parts = [
        f"{fix.name}, {what} {fix.version} of {fix.purl}: {', '.join(fix.labels) or 'no label'}",
        f"rungs: {rungs}" if rungs else "",
        f"SHA-256 of the patch {fix.sha256}" if fix.sha256 else "",
        f"receipt (SHA-256) {fix.receipt_sha256}" if fix.receipt_sha256 else "",
    ]
    return "; ".join(filter(None, parts))


def _severities(record: Record) -> Iterator[str]:
    for severity in record.severities:
        yield f"{severity.vector} ({severity.source})" if severity.source else severity.vector


def _decided(decision: Decision) -> str:
    values = ", ".join(f"{name}: {value}" for name, value in decision.values)
    return f"{decision.table} at {written(decision.at)}: {decision.outcome} ({values})"
