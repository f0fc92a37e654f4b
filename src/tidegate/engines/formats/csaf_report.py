"""A case as a CSAF 2.1 vulnerability report: the neutral form in which it goes on.

The counterpart of `csaf`: what is written here is read there as it was, with credit, chain, origins
and terms (`csaf_relay`). From: CSAF 2.1, as `csaf` names it. Of the CVSS vectors one of each
version is written (6.1.7), and none without a score. Not written: `involvements`, whose place in
the standard moved between its drafts; the extension has them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from tidegate.engines.formats.csaf_metrics import metrics_of
from tidegate.engines.formats.csaf_relay import EXTENSION_SCHEMA, TLP
from tidegate.engines.formats.csaf_vulnerabilities import (
    CATEGORY,
    SUMMARY_NOTE,
    WEAKNESS_NOTE,
    id_of,
)
from tidegate.engines.formats.records import references
from tidegate.engines.formats.reports import DEFAULT_TLP

if TYPE_CHECKING:
    from datetime import datetime

    from tidegate.engines.formats.case_reports import CaseReport
    from tidegate.engines.formats.provenance import Credit, Hop, Provenance
    from tidegate.engines.formats.targets import Target

SCHEMA_URL: Final = "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json"

_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")


class PublisherCategory(StrEnum):
    """Who hands the report on. From: CSAF 2.1, 3.2.2, Publisher."""

    COORDINATOR = "coordinator"
    DISCOVERER = "discoverer"
    MULTIPLIER = "multiplier"
    OTHER = "other"
    TRANSLATOR = "translator"
    USER = "user"
    VENDOR = "vendor"


@dataclass(frozen=True, slots=True)
class Publisher:
    """The sender, beside what the last hop of the chain says of it."""

    category: PublisherCategory
    namespace: str
    """A URL that the sender controls."""
    contact: str | None = None


def csaf_report(case: CaseReport, publisher: Publisher) -> bytes:
    """Write a case as a CSAF 2.1 document in UTF-8; the same bytes for the same case.

    The sender is the last of the case's chain (`provenance.relayed`): its name, its identifier and
    its instant are those of the document. Raises `ValueError` if the chain is empty, or ends with
    a party without an identifier or an instant, if no package is named, and for text that is not
    Unicode.
    """
    provenance = case.provenance
    if not provenance.chain:
        raise ValueError("the chain is empty; add the sender to it (`relayed`) before writing")
    sender = provenance.chain[-1]
    if sender.identifier is None or sender.at is None:
        raise ValueError(
            f"the sender {sender.party!r} has no identifier or no instant in the chain; add both"
        )
    if not case.targets:
        raise ValueError("the case names no package; name one at least")
    products = {f"CSAFPID-{n:04}": target for n, target in enumerate(case.targets, start=1)}
    document = {
        "$schema": SCHEMA_URL,
        "document": _document(case, publisher, sender.party, sender.identifier, sender.at),
        "product_tree": {"branches": [_branch(i, target) for i, target in products.items()]},
        "vulnerabilities": [_vulnerability(case, list(products), sender.identifier, sender.party)],
        "x_extensions": [
            {
                "$schema": EXTENSION_SCHEMA,
                "category": "significant",
                "critical": False,
                "content": {"relay": _relay(case)},
            }
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


def _document(
    case: CaseReport, publisher: Publisher, party: str, identifier: str, at: datetime
) -> dict[str, Any]:
    provenance = case.provenance
    urls = references(provenance.origins)
    names = [origin for origin in provenance.origins if origin not in urls]
    when = written_instant(at)
    return _kept(
        {
            "acknowledgments": list(filter(None, map(_acknowledgment, provenance.credits))),
            "aggregate_severity": _kept({"text": (case.severity_word or "").capitalize()}),
            "category": CATEGORY,
            "csaf_version": "2.1",
            "distribution": _kept(
                {
                    "text": provenance.terms.text,
                    "tlp": {"label": (provenance.terms.tlp or DEFAULT_TLP).removeprefix(TLP)},
                }
            ),
            "lang": "en",
            "notes": [
                {
                    "category": "general",
                    "text": "\n".join(map(_told, provenance.chain)),
                    "title": "Chain of reporters",
                }
            ],
            "publisher": _kept(
                {
                    "category": publisher.category.value,
                    "contact_details": publisher.contact,
                    "name": party,
                    "namespace": publisher.namespace,
                }
            ),
            "references": [
                {"category": "external", "summary": "What this report was made from", "url": url}
                for url in urls
            ],
            "title": case.title,
            "tracking": _kept(
                {
                    "aliases": names,
                    "current_release_date": when,
                    "generator": {"engine": {"name": "Tidegate"}},
                    "id": identifier,
                    "initial_release_date": when,
                    "revision_history": [
                        {"date": when, "number": "1", "summary": "Handed on by its publisher."}
                    ],
                    "status": "final",
                    "version": "1",
                }
            ),
        }
    )


def _vulnerability(
    case: CaseReport, products: list[str], identifier: str, party: str
) -> dict[str, Any]:
    cve, others = _identifiers(case)
    ends = case.provenance.terms.ends
    notes = [
        {
            "category": SUMMARY_NOTE[0],
            # The note is required and may not be empty (3.1.6, 6.1.27.20).
            "text": case.description if case.description.strip() else case.title,
            "title": SUMMARY_NOTE[1],
        }
    ]
    if case.weaknesses:
        text = ", ".join(case.weaknesses)
        notes.append({"category": WEAKNESS_NOTE[0], "text": text, "title": WEAKNESS_NOTE[1]})
    ids = [{"system_name": system, "text": text} for system, text in map(id_of, others)]
    if not cve and not ids:
        ids = [{"system_name": party, "text": identifier}]
    return _kept(
        {
            "cve": cve,
            "disclosure_date": None if ends is None else written_instant(ends),
            "ids": ids,
            "metrics": [
                {"content": content, "products": products} for content in metrics_of(case.severity)
            ],
            "notes": notes,
            "product_status": {"known_affected": products},
            "references": [
                {"category": "external", "summary": "Named by the reporter", "url": url}
                for url in references(case.references)
            ],
            "title": case.title,
        }
    )


def _branch(identifier: str, target: Target) -> dict[str, Any]:
    """Write a package as vendor, product and version; a version that is not known is none."""
    product = {
        "name": " ".join(filter(None, (target.package, target.version))),
        "product_id": identifier,
        "product_identification_helper": {"purls": [target.purl]},
    }
    inner: dict[str, Any] = {"category": "product_name", "name": target.package}
    if target.version is None:
        inner["product"] = product
    else:
        inner["branches"] = [
            {"category": "product_version", "name": target.version, "product": product}
        ]
    # The registry's owner of the name stands for a vendor; a package without one for itself.
    vendor = target.namespace or target.name
    return {"category": "vendor", "name": vendor, "branches": [inner]}


def _identifiers(case: CaseReport) -> tuple[str | None, list[str]]:
    """Return the first CVE, and what goes into `ids`, where no CVE belongs (3.2.4, IDs)."""
    cves = [each for each in case.aliases if _CVE.fullmatch(each)]
    return next(iter(cves), None), [each for each in case.aliases if each not in cves]


def _acknowledgment(credit: Credit) -> dict[str, Any]:
    return _kept(
        {
            "names": list(credit.names),
            "organization": credit.organization,
            "summary": credit.summary,
            "urls": list(credit.urls),
        }
    )


def _relay(case: CaseReport) -> dict[str, Any]:
    """Write what the standard has no member for."""
    provenance = case.provenance
    return _kept(
        {
            "chain": [_hop(hop) for hop in provenance.chain],
            "involvements": _told_involvements(provenance),
            "aliases": [each for each in case.aliases if _CVE.fullmatch(each)][1:],
        }
    ) | {"deduplicated": provenance.deduplicated}


def _hop(hop: Hop) -> dict[str, Any]:
    at = None if hop.at is None else written_instant(hop.at)
    return _kept({"party": hop.party, "identifier": hop.identifier, "at": at})


def _told_involvements(provenance: Provenance) -> list[dict[str, Any]]:
    return [
        _kept(
            {
                "party": each.party,
                "status": each.status,
                "at": None if each.at is None else written_instant(each.at),
                "summary": each.summary,
            }
        )
        for each in provenance.involvements
    ]


def _told(hop: Hop) -> str:
    parts = (hop.party, hop.identifier, None if hop.at is None else written_instant(hop.at))
    return ", ".join(part for part in parts if part)


def written_instant(at: datetime) -> str:
    """Write an instant in UTC as RFC 3339 has it, with `Z`."""
    return at.isoformat().replace("+00:00", "Z")


def _kept(members: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty: CSAF allows no empty text, list or object."""
    return {key: value for key, value in members.items() if value not in (None, "", [], {})}
