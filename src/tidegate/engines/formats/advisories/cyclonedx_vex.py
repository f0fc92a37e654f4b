"""The record as a CycloneDX 1.6 document with analyses, a VEX; and what such a document says.

From: CycloneDX 1.6 (ECMA-424), `vulnerabilities`, and VERS for ranges. Where it leaves room:

- One analysis has one state. So the vulnerability comes once for each state that some versions
  have, always under the same id: `exploitable`, `resolved`, `not_affected`, `in_triage`. The first
  of them has the texts.
- A single version is a component of its own: among `versions` a fixed one could only be called
  unaffected, which it never was. Ranges stand there, under the component without a version.
- What could not be told is `in_triage`, with the status `unknown`. A withdrawn record is rejected,
  and its vulnerability is in triage: nobody claims anything any more.
- A vendor's statement is an entry whose source is the vendor, never newer than ours.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from tidegate.engines.formats.advisories.record import (
    CreditKind,
    Justification,
    RemedyKind,
    Status,
)
from tidegate.engines.formats.advisories.standings import (
    Said,
    SaidOfProduct,
    said,
    said_by_product,
    said_of_product,
)
from tidegate.engines.formats.advisories.version_ranges import (
    at_version,
    located,
    span_of,
    vers_of,
)
from tidegate.engines.formats.advisories.wording import (
    WITHDRAWN,
    address_of,
    address_of_product,
    check_sound,
    main_name,
    other_names,
    paragraphs,
    said_before,
    thanked,
    vendor_words,
    what_to_do,
)
from tidegate.engines.formats.instants import written
from tidegate.engines.formats.severities import score_of, word_of_score

if TYPE_CHECKING:
    from tidegate.engines.formats.advisories.record import Record, Severity, VendorStatement

SPEC_VERSION: Final = "1.6"

_STATES: Final = {
    Status.AFFECTED: "exploitable",
    Status.FIXED: "resolved",
    Status.NOT_AFFECTED: "not_affected",
    Status.UNDER_INVESTIGATION: "in_triage",
}
_OF_VERSIONS: Final = {
    Status.AFFECTED: "affected",
    Status.FIXED: "unaffected",
    Status.NOT_AFFECTED: "unaffected",
    Status.UNDER_INVESTIGATION: "unknown",
}
# That an adversary cannot control the code has no word there; it stays in the detail.
_JUSTIFICATIONS: Final = {
    Justification.NO_COMPONENT: "code_not_present",
    Justification.NO_CODE: "code_not_present",
    Justification.NOT_EXECUTED: "code_not_reachable",
    Justification.MITIGATED: "protected_by_mitigating_control",
}
_RESPONSES: Final = {
    RemedyKind.VENDOR_FIX: "update",
    RemedyKind.MITIGATION: "workaround_available",
    RemedyKind.WORKAROUND: "workaround_available",
    RemedyKind.NO_FIX_PLANNED: "will_not_fix",
}
_METHODS: Final = {
    "CVSS:4": "CVSSv4",
    "CVSS:3.1": "CVSSv31",
    "CVSS:3.0": "CVSSv3",
    "CVSS:2": "CVSSv2",
}
_DISCOVERERS: Final = (CreditKind.FINDER, CreditKind.REPORTER, CreditKind.ANALYST)
_DETAILS: Final = {
    Status.AFFECTED: "",
    Status.FIXED: "A version with which a run of affected ones ends.",
    Status.NOT_AFFECTED: "The proof was run on these versions and did not fire, while the control"
    " on an affected version did.",
    Status.UNDER_INVESTIGATION: "It could not be told whether these versions are affected.",
}
_VENDORS: Final = "/vendor-"


def cyclonedx_vex(record: Record) -> dict[str, Any]:
    """Return the record as a CycloneDX document about one vulnerability.

    Raises:
        DocumentError: the record may not be published.
    """
    check_sound(record, "cdx")
    components: dict[str, dict[str, Any]] = {}
    for product in record.products:
        components.setdefault(product.purl, _component(product.purl, product.name))
    spoken = said(map(said_by_product, record.products)).products
    entries = list(_own(record, spoken, components))
    entries[0] |= _texts(record)
    entries += [
        _of_vendor(record, each, number, components)
        for number, each in enumerate(record.statements, 1)
        if record.withdrawn_at is None
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, address_of(record)).urn,
        "version": record.revision,
        "metadata": {
            "timestamp": written(record.modified_at),
            "manufacturer": {"name": record.publisher.name, "url": [record.publisher.namespace]},
            "properties": [{"name": "tidegate:tlp", "value": record.label}],
        },
        "components": list(components.values()),
        "vulnerabilities": entries,
    }


def said_by_cyclonedx(document: Mapping[str, Any]) -> Said:
    """Return what a CycloneDX VEX of ours says of versions; nothing, if it was withdrawn."""
    statuses = {state: status for status, state in _STATES.items()}
    return said(
        _read(statuses[entry["analysis"]["state"]], affected)
        for entry in document["vulnerabilities"]
        if "rejected" not in entry and _VENDORS not in entry["bom-ref"]
        for affected in entry["affects"]
    )


def _own(
    record: Record, spoken: Iterable[SaidOfProduct], components: dict[str, dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Give an entry for each state that some versions have; one if the record is withdrawn."""
    if record.withdrawn_at is not None:
        entry = _entry(record, Status.UNDER_INVESTIGATION, "withdrawn", [])
        entry["analysis"]["detail"] = f"{WITHDRAWN}{record.withdrawn_because}"
        entry["rejected"] = written(record.withdrawn_at)
        entry["affects"] = [{"ref": ref} for ref in components]
        yield entry
        return
    affects: dict[Status, list[dict[str, Any]]] = {status: [] for status in _STATES}
    for product in spoken:
        name = components[product.purl]["name"]
        for status, spans, versions in (
            (Status.AFFECTED, product.affected, product.affected_versions),
            (Status.FIXED, (), product.fixed_versions),
            (Status.NOT_AFFECTED, (), product.unaffected_versions),
            (Status.UNDER_INVESTIGATION, product.unknown, product.unknown_versions),
        ):
            if spans:
                word = _OF_VERSIONS[status]
                ranges = [{"range": vers_of(product.purl, span), "status": word} for span in spans]
                affects[status].append({"ref": product.purl, "versions": ranges})
            for version in versions:
                purl = at_version(product.purl, version)
                components.setdefault(purl, _component(purl, name, version))
                affects[status].append({"ref": purl})
    for status, told in affects.items():
        if told:
            yield _entry(record, status, _STATES[status], told)


def _entry(
    record: Record, status: Status, place: str, affects: list[dict[str, Any]]
) -> dict[str, Any]:
    analysis: dict[str, Any] = {
        "state": _STATES[status],
        "firstIssued": written(record.published_at),
        "lastUpdated": written(record.modified_at),
    }
    if detail := _DETAILS[status]:
        analysis["detail"] = detail
    if status is Status.AFFECTED:
        responses = (_RESPONSES.get(each.kind) for each in record.remedies)
        if known := list(dict.fromkeys(filter(None, responses))):
            analysis["response"] = known
    return {
        "bom-ref": f"{record.identifier}/{place}",
        "id": main_name(record),
        "source": {"name": record.publisher.name, "url": address_of(record)},
        "analysis": analysis,
        "affects": affects,
    }


def _texts(record: Record) -> dict[str, Any]:
    """Return what is told of the vulnerability itself."""
    names = dict.fromkeys([record.identifier, *other_names(record)])
    own = {"name": record.publisher.name}
    workarounds = (RemedyKind.MITIGATION, RemedyKind.WORKAROUND)
    around = [each for each in record.remedies if each.kind in workarounds]
    credited = [each for each in record.credits if each.kind in _DISCOVERERS]
    texts: dict[str, Any] = {
        "references": [{"id": name, "source": own} for name in names if name != main_name(record)],
        "ratings": [_rating(each) for each in record.severities],
        "cwes": [int(each.removeprefix("CWE-")) for each in record.weaknesses],
        "description": record.summary,
        "detail": paragraphs(record.description, record.impact),
        "recommendation": what_to_do(record, record.remedies),
        "workaround": what_to_do(record, around) if around else "",
        "advisories": [
            {"title": record.title, "url": address_of(record)},
            *({"title": each.words or each.url, "url": each.url} for each in record.references),
        ],
        "published": written(record.published_at),
        "updated": written(record.modified_at),
    }
    if credited:
        texts["credits"] = {"individuals": [{"name": thanked(each)} for each in credited]}
    return {key: value for key, value in texts.items() if value}


def _rating(severity: Severity) -> dict[str, Any]:
    vector = severity.vector
    method = next((word for sign, word in _METHODS.items() if vector.startswith(sign)), "other")
    rating: dict[str, Any] = {"method": method, "vector": vector}
    if severity.source:
        rating["source"] = {"name": severity.source}
    score = score_of(vector)
    if score is not None:
        rating |= {"score": score, "severity": word_of_score(score) or "none"}
    return rating


def _of_vendor(
    record: Record,
    statement: VendorStatement,
    number: int,
    components: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    if statement.product.startswith("pkg:"):
        ref = statement.product
        version = located(ref).version
        name = located(ref).purl.partition("?")[0].rpartition("/")[2]
        components.setdefault(ref, _component(ref, name, version))
    else:
        ref = address_of_product(record, statement)
        version = ""
        supplier = {"name": statement.vendor}
        components.setdefault(
            ref,
            {
                "type": "application",
                "bom-ref": ref,
                "name": statement.product,
                "supplier": supplier,
            },
        )
    analysis: dict[str, Any] = {
        "state": _STATES[statement.status],
        "detail": vendor_words(statement),
        "lastUpdated": written(said_before(record, statement)),
    }
    if statement.justification is not None and statement.status is Status.NOT_AFFECTED:
        analysis["detail"] = paragraphs(analysis["detail"], statement.justification.value)
        if word := _JUSTIFICATIONS.get(statement.justification):
            analysis["justification"] = word
    affects: dict[str, Any] = {"ref": ref}
    if statement.versions and not version:
        word = _OF_VERSIONS[statement.status]
        affects["versions"] = [{"range": statement.versions, "status": word}]
    return {
        "bom-ref": f"{record.identifier}{_VENDORS}{number}",
        "id": main_name(record),
        "source": {"name": statement.vendor},
        "analysis": analysis,
        "affects": [affects],
    }


def _component(purl: str, name: str, version: str = "") -> dict[str, Any]:
    component = {"type": "library", "bom-ref": purl, "name": name, "purl": purl}
    return component | {"version": version} if version else component


def _read(status: Status, affected: Mapping[str, Any]) -> SaidOfProduct:
    place = located(affected["ref"])
    ranges = (span_of(each["range"]) for each in affected.get("versions", ()))
    spans = [span for span in ranges if span is not None]
    versions = [place.version] if place.version else []
    match status:
        case Status.AFFECTED:
            return said_of_product(place.purl, affected=spans, affected_versions=versions)
        case Status.FIXED:
            return said_of_product(place.purl, fixed_versions=versions)
        case Status.NOT_AFFECTED:
            return said_of_product(place.purl, unaffected_versions=versions)
        case _:
            return said_of_product(place.purl, unknown=spans, unknown_versions=versions)
