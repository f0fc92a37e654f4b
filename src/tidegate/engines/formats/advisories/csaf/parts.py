"""What the documents of both editions share: their head, and most of the vulnerability.

From: CSAF 2.0 (OASIS Standard), 3.2.1 and 3.2.3, and the same of CSAF 2.1 (csd04).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tidegate.engines.formats.advisories.csaf.notes import notes, other_cves
from tidegate.engines.formats.advisories.csaf.products import Products
from tidegate.engines.formats.advisories.csaf.remedies import remediations
from tidegate.engines.formats.advisories.csaf.statements import told
from tidegate.engines.formats.advisories.csaf.words import (
    BASE,
    ENGINE,
    LANGUAGE,
    REASON_TITLE,
    WITHDRAWN,
    Edition,
    Profile,
    distribution,
    document_identifier,
    filled,
)
from tidegate.engines.formats.advisories.record import Credit, Record
from tidegate.engines.formats.csaf_metrics import metrics_of
from tidegate.engines.formats.csaf_vulnerabilities import id_of
from tidegate.engines.formats.instants import written

_DID_NOT_FIRE: Final = "The proof was run on it and did not fire, while its control held."


def head(
    record: Record, category: str, edition: Edition, profile: Profile, address: str
) -> dict[str, Any]:
    """Return the member `document`, but for what only one edition has."""
    publisher = record.publisher
    contact = publisher.contact.strip()
    in_edition = (
        {"contact_details": contact}
        if edition is Edition.V20
        else {"contact": filled({"details": contact})}
    )
    canonical = {"category": "self", "summary": "Where this document lies", "url": address}
    return filled(
        {
            "category": category,
            "csaf_version": edition.value,
            "distribution": distribution(record.label, edition),
            "lang": LANGUAGE,
            "notes": _withdrawal(record),
            "publisher": filled(
                {
                    "category": publisher.category,
                    "name": publisher.name,
                    "namespace": publisher.namespace,
                    **in_edition,
                }
            ),
            "references": [canonical] if address else [],
            "title": record.title,
            "tracking": _tracking(record, profile),
        }
    )


def withdrawn_category(edition: Edition) -> str:
    """Return the category of a document whose record was withdrawn: it has only a head."""
    return WITHDRAWN if edition is Edition.V21 else BASE


def vulnerability(
    record: Record, products: Products, edition: Edition, other_weaknesses: list[str]
) -> dict[str, Any]:
    """Return the vulnerability, but for what only one edition has."""
    remedies = remediations(record, products, edition)
    found = record.discovered_at
    return {
        "acknowledgments": list(map(_acknowledgment, record.credits)),
        "cve": record.cve,
        "discovery_date": written(found) if found else "",
        "flags": _flags(products),
        "ids": _identifiers(record),
        "notes": notes(record, products, remedies.left, other_weaknesses),
        "product_status": products.status,
        "references": [
            {
                "category": "external",
                "summary": one.words if one.words.strip() else one.kind,
                "url": one.url,
            }
            for one in record.references
        ],
        "remediations": remedies.entries,
        "threats": list(_threats(record, products)),
        "title": record.title,
    }


def scored_products(products: Products) -> list[str]:
    """Return the products that scores are about: the affected ones, else those that may be."""
    return products.with_ends(products.affected) or products.unknown


def contents(record: Record) -> Iterator[dict[str, Any]]:
    """Give CVSS vectors with scores, the first of each version (6.1.7); 3.0 and 3.1 are one."""
    given: set[str] = set()
    for content in metrics_of(tuple(severity.vector for severity in record.severities)):
        if given.isdisjoint(content):
            given.update(content)
            yield content


def _withdrawal(record: Record) -> list[dict[str, str]]:
    if record.withdrawn_at is None:
        return []
    text = f"Withdrawn at {written(record.withdrawn_at)}. {record.withdrawn_because}"
    return [{"category": "description", "title": REASON_TITLE, "text": text}]


def _tracking(record: Record, profile: Profile) -> dict[str, Any]:
    return {
        "current_release_date": written(record.modified_at),
        "generator": {"engine": {"name": ENGINE}},
        "id": document_identifier(record.identifier, profile),
        "initial_release_date": written(record.published_at),
        "revision_history": [
            {
                "date": written(note.at),
                "number": str(note.number),
                "summary": note.words if note.words.strip() else f"Revision {note.number}.",
            }
            for note in record.revisions
        ],
        "status": "final",
        "version": str(record.revision),
    }


def _acknowledgment(credit: Credit) -> dict[str, Any]:
    return filled(
        {
            "names": [credit.name] if credit.name else [],
            "organization": credit.organisation,
            "summary": credit.kind.capitalize(),
            "urls": [credit.url] if credit.url else [],
        }
    )


def _identifiers(record: Record) -> list[dict[str, str]]:
    cves = other_cves(record)
    names = [(record.publisher.name, record.identifier)]
    names += [id_of(name) for name in record.aliases if name not in cves]
    return [{"system_name": system, "text": text} for system, text in dict.fromkeys(names)]


def _flags(products: Products) -> list[dict[str, Any]]:
    """Return why products are not affected, by label (6.1.33: one for each product)."""
    labels: dict[str, list[str]] = {}
    for one in products.stated:
        if one.key == "known_not_affected" and one.statement.justification:
            labels.setdefault(one.statement.justification.value, []).append(one.product_id)
    return [{"label": label, "product_ids": ids} for label, ids in sorted(labels.items())]


def _threats(record: Record, products: Products) -> Iterator[dict[str, Any]]:
    if record.exploited.strip():
        yield {"category": "exploit_status", "details": record.exploited}
    ran = [
        leaves.of_version(version)
        for leaves in products.leaves
        for version in leaves.said.unaffected_versions
    ]
    if ran:
        yield {"category": "impact", "details": _DID_NOT_FIRE, "product_ids": ran}
    for one in products.stated:
        if one.key == "known_not_affected":
            details = told(one.statement)
            yield {"category": "impact", "details": details, "product_ids": [one.product_id]}
