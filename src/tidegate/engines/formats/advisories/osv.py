"""The record as an OSV document, schema 1.7; and what such a document says.

From: https://ossf.github.io/osv-schema/ , 1.7.5. Where its words leave room:

- Each span is a range of its own, so that ends that are fixed and ends that are not can stand
  side by side; several ranges of a package are a union.
- `introduced: 0` stands where the record has it, and nowhere else. `fault_of` lets a record have
  it only if the oldest release was run or somebody vouched by name.
- OSV's silence means 'not affected', and it has no word for what could not be told. That stands in
  `affected[].database_specific`, and in the details in words. So does what was run and is not
  affected.
- A package whose ecosystem OSV does not know has no `package`, and its spans stand in
  `database_specific` only: better not matched than matched wrongly.
- Versions of Go are written without their `v`, as Go's own records are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from tidegate.engines.formats.advisories.package_names import is_semver, osv_package
from tidegate.engines.formats.advisories.record import BEGINNING, Evidence, record_data
from tidegate.engines.formats.advisories.standings import (
    Said,
    SaidOfProduct,
    SaidSpan,
    said,
    said_by_product,
    said_of_product,
)
from tidegate.engines.formats.advisories.wording import (
    address_of,
    check_sound,
    could_not_be_told,
    other_names,
    paragraphs,
    thanked,
)
from tidegate.engines.formats.instants import written

if TYPE_CHECKING:
    from tidegate.engines.formats.advisories.package_names import OsvPackage
    from tidegate.engines.formats.advisories.record import Product, Record

SCHEMA_VERSION: Final = "1.7.5"

_TYPES_OF_REFERENCES: Final = frozenset(
    {"ADVISORY", "ARTICLE", "DETECTION", "DISCUSSION", "REPORT", "FIX", "INTRODUCED", "PACKAGE",
     "EVIDENCE", "WEB"}
)  # fmt: skip
_CVSS_2: Final = "CVSS:2.0/"
_PREFIX: Final = "version_prefix"
_KEPT: Final = ("decisions", "exploited", "fixes", "remedies", "severities", "statements")
"""Of the record, what OSV has no member for and what a reader of ours wants."""


def osv(record: Record) -> dict[str, Any]:
    """Return the record as an OSV document.

    Raises:
        DocumentError: the record may not be published.
    """
    check_sound(record, "osv")
    products = [(product, said_by_product(product)) for product in record.products]
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "id": record.identifier,
        "modified": written(record.modified_at),
        "published": written(record.published_at),
        "aliases": list(other_names(record)),
        "summary": record.title,
        "details": paragraphs(
            record.summary,
            record.description,
            record.impact,
            *(could_not_be_told(spoken) for _, spoken in products),
        ),
        "severity": [_severity(each.vector) for each in record.severities],
        "affected": [_affected(*each) for each in products],
        "references": list(_references(record)),
        "credits": [
            {
                "name": thanked(each),
                "type": each.kind.name,
                **({"contact": [each.url]} if each.url else {}),
            }
            for each in record.credits
        ],
        "database_specific": _specific(record),
    }
    if record.withdrawn_at is not None:
        document["withdrawn"] = written(record.withdrawn_at)
    return {key: value for key, value in document.items() if value or key == "affected"}


def said_by_osv(document: Mapping[str, Any]) -> Said:
    """Return what an OSV document of ours says of versions; nothing, if it was withdrawn."""
    if document.get("withdrawn"):
        return Said(())
    return said(map(_read, document["affected"]))


def _severity(vector: str) -> dict[str, str]:
    if vector.startswith(("CVSS:4", "CVSS:3")):
        return {"type": f"CVSS_V{vector[5]}", "score": vector}
    return {"type": "CVSS_V2", "score": vector.removeprefix(_CVSS_2)}


def _affected(product: Product, spoken: SaidOfProduct) -> dict[str, Any]:
    package = osv_package(product.purl)
    specific = {
        "fixed_versions": list(spoken.fixed_versions),
        "unaffected_versions": list(spoken.unaffected_versions),
        "unknown": [_members(span) for span in spoken.unknown],
        "unknown_versions": list(spoken.unknown_versions),
    }
    if package is None:
        specific |= {
            "purl": product.purl,
            "affected": [_members(span) for span in spoken.affected],
            "affected_versions": list(spoken.affected_versions),
        }
        return {"database_specific": _filled(specific)}
    prefix = _prefix(package, spoken)
    evidence = {
        (span.introduced, span.ended or "", span.is_fixed): span.evidence
        for span in product.affected
    }
    entry = {
        "package": {
            "ecosystem": package.ecosystem,
            "name": package.name,
            "purl": product.purl,
        },
        "ranges": [
            _range(
                package, span, prefix, evidence.get((span.introduced, span.ended, span.is_fixed))
            )
            for span in spoken.affected
        ],
        "versions": [each.removeprefix(prefix) for each in spoken.affected_versions],
        "database_specific": _filled(specific | {_PREFIX: prefix}),
    }
    return _filled(entry)


def _range(
    package: OsvPackage, span: SaidSpan, prefix: str, evidence: Evidence | None
) -> dict[str, Any]:
    bounds = {
        kind: version if version == BEGINNING else version.removeprefix(prefix)
        for kind, version in _members(span).items()
    }
    versions = (version for version in bounds.values() if version != BEGINNING)
    is_of_semver = package.is_semver and all(map(is_semver, versions))
    written_range: dict[str, Any] = {
        "type": "SEMVER" if is_of_semver else "ECOSYSTEM",
        "events": [{kind: version} for kind, version in bounds.items()],
    }
    if evidence is not None:
        written_range["database_specific"] = _filled(
            {
                "basis": evidence.basis.value,
                "by": evidence.by,
                "receipts": list(evidence.receipts),
                "oldest_run": evidence.oldest_run,
            }
        )
    return written_range


def _prefix(package: OsvPackage, spoken: SaidOfProduct) -> str:
    """Return the letter before the versions of Go, if each has it."""
    spans = (bound for span in spoken.affected for bound in (span.introduced, span.ended))
    versions = [each for each in (*spans, *spoken.affected_versions) if each not in ("", BEGINNING)]
    is_written = package.ecosystem == "Go" and all(each[1:2].isdigit() for each in versions)
    return "v" if is_written and all(each[0] == "v" for each in versions) else ""


def _members(span: SaidSpan) -> dict[str, str]:
    """Return a span's bounds under the names of OSV's events."""
    bounds = {"introduced": span.introduced}
    if span.ended:
        bounds["fixed" if span.is_fixed else "last_affected"] = span.ended
    return bounds


def _references(record: Record) -> Iterator[dict[str, str]]:
    told = {address_of(record): "ADVISORY"}
    for each in record.references:
        kind = each.kind.upper()
        told.setdefault(each.url, kind if kind in _TYPES_OF_REFERENCES else "WEB")
    for url, kind in told.items():
        yield {"type": kind, "url": url}


def _specific(record: Record) -> dict[str, Any]:
    data = record_data(record)
    kept = {key: data[key] for key in _KEPT}
    return _filled(
        {
            **kept,
            "cwe_ids": list(record.weaknesses),
            "publisher": record.publisher.name,
            "revision": record.revision,
            "tlp": record.label,
            "withdrawn_because": record.withdrawn_because,
        }
    )


def _filled(members: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in members.items() if value not in ("", [], {}, None)}


def _read(entry: Mapping[str, Any]) -> SaidOfProduct:
    specific = entry.get("database_specific", {})
    prefix = specific.get(_PREFIX, "")
    bounds = [
        {kind: version for event in each["events"] for kind, version in event.items()}
        for each in entry.get("ranges", ())
    ]
    affected = [*_spans(bounds, prefix), *_spans(specific.get("affected", ()))]
    ends = [span.ended for span in affected if span.is_fixed]
    listed = [f"{prefix}{version}" for version in entry.get("versions", ())]
    return said_of_product(
        entry["package"]["purl"] if "package" in entry else specific["purl"],
        affected=affected,
        affected_versions=(*listed, *specific.get("affected_versions", ())),
        fixed_versions=(*ends, *specific.get("fixed_versions", ())),
        unaffected_versions=specific.get("unaffected_versions", ()),
        unknown=_spans(specific.get("unknown", ())),
        unknown_versions=specific.get("unknown_versions", ()),
    )


def _spans(bounds: Iterable[Mapping[str, str]], prefix: str = "") -> Iterator[SaidSpan]:
    for each in bounds:
        introduced = each["introduced"]
        fixed, last = each.get("fixed", ""), each.get("last_affected", "")
        ended = fixed or last
        yield SaidSpan(
            introduced if introduced == BEGINNING else f"{prefix}{introduced}",
            f"{prefix}{ended}" if ended else "",
            bool(fixed),
        )
