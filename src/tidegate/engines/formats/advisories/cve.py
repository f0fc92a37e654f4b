"""The record as a CVE record, JSON 5.2, of one CNA; and what such a document says.

From: CVE record format 5.2.0, https://github.com/CVEProject/cve-schema , and "Product and version
encodings". Where its words leave room:

- A package goes by `packageURL`, and so neither by `collectionURL` nor by `packageName`: 5.2.0
  lets only one of both stand.
- `defaultStatus` is `unknown`: nothing is said of a version that nobody ran. So fixed versions are
  listed as unaffected, each by itself.
- The first entry of `versions` that holds a version counts. They stand in the order in which a
  record is read: single versions before spans, what is affected before what is not.
- A record that was withdrawn becomes one that is rejected, and its reasons stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tidegate.engines.formats.advisories.package_names import version_type
from tidegate.engines.formats.advisories.record import BEGINNING, RemedyKind
from tidegate.engines.formats.advisories.standings import (
    Said,
    SaidOfProduct,
    SaidSpan,
    said,
    said_by_product,
    said_of_product,
)
from tidegate.engines.formats.advisories.wording import (
    WITHDRAWN,
    DocumentError,
    address_of,
    check_sound,
    cut_to,
    paragraphs,
    thanked,
    what_to_do,
)
from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.instants import written
from tidegate.engines.formats.severities import score_of, word_of_score

if TYPE_CHECKING:
    from tidegate.engines.formats.advisories.record import Decision, Product, Record, Severity

DATA_VERSION: Final = "5.2.0"

MAX_TITLE: Final = 256
MAX_TEXT: Final = 4096
"""Most characters of a description, a credit or an event. From: CVE record format 5.2.0."""

_MAX_NAME: Final = 512
_ENDLESS: Final = "*"
_LANGUAGE: Final = "en"

# From: CVE record format 5.2.0, reference tags, for the words of OSV that mean the same.
_TAGS: Final = {
    "advisory": "third-party-advisory",
    "article": "technical-description",
    "evidence": "exploit",
    "fix": "patch",
    "package": "product",
    "report": "issue-tracking",
}
_METRICS: Final = {
    "CVSS:4.0/": ("cvssV4_0", "4.0"),
    "CVSS:3.1/": ("cvssV3_1", "3.1"),
    "CVSS:3.0/": ("cvssV3_0", "3.0"),
    "CVSS:2.0/": ("cvssV2_0", "2.0"),
}
_FIXES: Final = (RemedyKind.VENDOR_FIX,)
_WORKAROUNDS: Final = (RemedyKind.MITIGATION, RemedyKind.WORKAROUND)


@dataclass(frozen=True, slots=True)
class Cna:
    """The CVE Numbering Authority that publishes the record."""

    organisation: str
    """The CVE Program's UUID of it (`orgId`)."""
    short_name: str


def cve_record(record: Record, cna: Cna) -> dict[str, Any]:
    """Return the record as a CVE record: published, or rejected where it is withdrawn.

    Raises:
        DocumentError: it may not be published, or has no CVE id, or a vector that has no score.
    """
    check_sound(record, "cve")
    if not record.cve:
        raise DocumentError("cve: the record has no CVE id; reserve one, or leave this format out")
    is_rejected = record.withdrawn_at is not None
    metadata = {
        "cveId": record.cve,
        "assignerOrgId": cna.organisation,
        "assignerShortName": cna.short_name,
        "state": "REJECTED" if is_rejected else "PUBLISHED",
        "datePublished": written(record.published_at),
        "dateUpdated": written(record.modified_at),
    }
    if record.withdrawn_at is not None:
        metadata["dateRejected"] = written(record.withdrawn_at)
    container = rejected_container(record, cna) if is_rejected else cna_container(record, cna)
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": DATA_VERSION,
        "cveMetadata": metadata,
        "containers": {"cna": container},
    }


def cna_container(record: Record, cna: Cna) -> dict[str, Any]:
    """Return what a CNA says of a vulnerability: what CVE Services takes to publish a record."""
    text = paragraphs(record.summary, record.description, record.impact)
    container = {
        "providerMetadata": _provider(record, cna),
        "title": cut_to(record.title, MAX_TITLE),
        "datePublic": written(record.published_at),
        "descriptions": [_text(text)],
        "affected": [_affected(product) for product in record.products],
        "problemTypes": [_problem(weakness) for weakness in record.weaknesses],
        "references": list(_references(record)),
        "metrics": _each_once(
            [
                *(_metric(each, number) for number, each in enumerate(record.severities)),
                *(_decision(record, each) for each in record.decisions),
            ]
        ),
        "solutions": _remedies(record, _FIXES),
        "workarounds": _remedies(record, _WORKAROUNDS),
        "exploits": [_text(record.exploited)] if record.exploited.strip() else [],
        "timeline": _timeline(record),
        "credits": _each_once(
            {
                "lang": _LANGUAGE,
                "value": cut_to(thanked(each), MAX_TEXT),
                "type": each.kind.value,
            }
            for each in record.credits
        ),
        "source": {"advisory": record.identifier, "discovery": "EXTERNAL"},
    }
    return {key: value for key, value in container.items() if value}


def rejected_container(record: Record, cna: Cna) -> dict[str, Any]:
    """Return why a CNA rejects a CVE id: what CVE Services takes to reject one."""
    reason = cut_to(f"{WITHDRAWN}{record.withdrawn_because}", MAX_TEXT)
    return {
        "providerMetadata": _provider(record, cna),
        "rejectedReasons": [{"lang": _LANGUAGE, "value": reason}],
    }


def said_by_cve(document: Mapping[str, Any]) -> Said:
    """Return what a CVE record of ours says of versions; nothing, if it is rejected."""
    if document["cveMetadata"]["state"] == "REJECTED":
        return Said(())
    return said(map(_read, document["containers"]["cna"]["affected"]))


def _provider(record: Record, cna: Cna) -> dict[str, str]:
    return {
        "orgId": cna.organisation,
        "shortName": cna.short_name,
        "dateUpdated": written(record.modified_at),
    }


def _text(text: str) -> dict[str, str]:
    return {"lang": _LANGUAGE, "value": cut_to(text, MAX_TEXT)}


def _affected(product: Product) -> dict[str, Any]:
    spoken = said_by_product(product)
    entry: dict[str, Any] = {
        "vendor": cut_to(product.vendor.strip() or "n/a", _MAX_NAME),
        "product": cut_to(product.name, _MAX_NAME),
        "packageURL": product.purl,
        "defaultStatus": "unknown",
    }
    if versions := list(_versions(spoken)):
        entry["versions"] = versions
    return entry


def _versions(spoken: SaidOfProduct) -> Iterator[dict[str, str]]:
    order = version_type(spoken.purl)
    unaffected = (*spoken.fixed_versions, *spoken.unaffected_versions)
    yield from (_single(each, "affected") for each in spoken.affected_versions)
    yield from (_single(each, "unknown") for each in spoken.unknown_versions)
    yield from (_run(each, "affected", order) for each in spoken.affected)
    yield from (_single(each, "unaffected") for each in unaffected)
    yield from (_run(each, "unknown", order) for each in spoken.unknown)


def _single(version: str, status: str) -> dict[str, str]:
    return {"version": version, "status": status}


def _run(span: SaidSpan, status: str, order: str) -> dict[str, str]:
    entry = {"version": span.introduced, "status": status, "versionType": order}
    if not span.ended:
        return entry | {"lessThan": _ENDLESS}
    return entry | {"lessThan" if span.is_fixed else "lessThanOrEqual": span.ended}


def _problem(weakness: str) -> dict[str, Any]:
    told = {"lang": _LANGUAGE, "type": "CWE", "cweId": weakness, "description": weakness}
    return {"descriptions": [told]}


def _references(record: Record) -> Iterator[dict[str, Any]]:
    own = address_of(record)
    yield {"url": own, "name": record.identifier, "tags": ["third-party-advisory"]}
    told = {own}
    for each in record.references:
        if each.url in told:
            continue
        told.add(each.url)
        reference: dict[str, Any] = {"url": each.url}
        if each.words:
            reference["name"] = cut_to(each.words, _MAX_NAME)
        if tag := _TAGS.get(each.kind):
            reference["tags"] = [tag]
        yield reference


def _metric(severity: Severity, number: int) -> dict[str, Any]:
    vector = (
        severity.vector if severity.vector.startswith("CVSS:") else f"CVSS:2.0/{severity.vector}"
    )
    score = score_of(vector)
    known = next((each for each in _METRICS.items() if vector.startswith(each[0])), None)
    if score is None or known is None:
        raise DocumentError(
            f"cve: severities.{number}.vector: {shown(severity.vector)} has no score; write a whole"
            " vector, such as CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
        )
    prefix, (key, version) = known
    if version == "2.0":
        vector = vector.removeprefix(prefix)
        return {key: {"version": version, "vectorString": vector, "baseScore": score}}
    word = (word_of_score(score) or "none").upper()
    return {
        key: {
            "version": version,
            "vectorString": vector,
            "baseScore": score,
            "baseSeverity": word,
        }
    }


def _decision(record: Record, decision: Decision) -> dict[str, Any]:
    """Return a decision in the form in which CISA's container has those of SSVC."""
    *_, version = decision.table.split(":")
    return {
        "other": {
            "type": "ssvc",
            "content": {
                "id": record.cve,
                "role": "Coordinator",
                "table": decision.table,
                "version": version,
                "options": [{name: value} for name, value in decision.values],
                "decision": decision.outcome,
                "timestamp": written(decision.at),
            },
        }
    }


def _remedies(record: Record, kinds: tuple[RemedyKind, ...]) -> list[dict[str, str]]:
    chosen = [each for each in record.remedies if each.kind in kinds]
    return [_text(what_to_do(record, chosen))] if chosen else []


def _timeline(record: Record) -> list[dict[str, str]]:
    events = [(note.at, f"Revision {note.number}: {note.words}") for note in record.revisions]
    if record.discovered_at is not None:
        events.insert(0, (record.discovered_at, "Discovered."))
    return [
        {"time": written(at), "lang": _LANGUAGE, "value": cut_to(words, MAX_TEXT)}
        for at, words in events
    ]


def _each_once(entries: Any) -> list[dict[str, Any]]:
    """Return entries without repetition, as the schema wants its lists."""
    kept: list[dict[str, Any]] = []
    for entry in entries:
        if entry not in kept:
            kept.append(entry)
    return kept


def _read(entry: Mapping[str, Any]) -> SaidOfProduct:
    singles: dict[str, list[str]] = {"affected": [], "unaffected": [], "unknown": []}
    spans: dict[str, list[SaidSpan]] = {"affected": [], "unaffected": [], "unknown": []}
    for each in entry.get("versions", ()):
        below, up_to = each.get("lessThan", ""), each.get("lessThanOrEqual", "")
        if not (below or up_to):
            singles[each["status"]].append(each["version"])
            continue
        ended = "" if below == _ENDLESS else below or up_to
        spans[each["status"]].append(
            SaidSpan(each["version"] or BEGINNING, ended, bool(below and ended))
        )
    return said_of_product(
        entry["packageURL"],
        affected=spans["affected"],
        affected_versions=singles["affected"],
        fixed_versions=[span.ended for span in spans["affected"] if span.is_fixed],
        unaffected_versions=singles["unaffected"],
        unknown=spans["unknown"],
        unknown_versions=singles["unknown"],
    )
