"""The record as an OpenVEX document, 0.2.0; and what such a document says.

From: the OpenVEX specification 0.2.0, "Statement Fields", "Status Labels", and the specification of
package URLs for the qualifier `vers`, since OpenVEX has no ranges of its own. Where it leaves room:

- Each span is a statement of its own. It names the range, and beside it the versions that the span
  names itself, so that readers who do not know ranges know those at least.
- What was run and is not affected has no justification: the five labels say why, and a run does
  not. It has an impact statement in place of one.
- What could not be told is `under_investigation`. A withdrawn record is, too: nobody claims
  anything any more, and a document without a statement would not replace the one before.
- What vendors say of their products stands in statements with a `supplier`, never newer than ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from tidegate.engines.formats.advisories.record import BEGINNING, Status
from tidegate.engines.formats.advisories.standings import (
    Said,
    SaidOfProduct,
    SaidSpan,
    said,
    said_by_product,
    said_of_product,
)
from tidegate.engines.formats.advisories.version_ranges import (
    Located,
    at_range,
    at_version,
    located,
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
    remedies_for,
    said_before,
    span_words,
    vendor_words,
    what_to_do,
)
from tidegate.engines.formats.instants import written

if TYPE_CHECKING:
    from tidegate.engines.formats.advisories.record import Record, VendorStatement

CONTEXT: Final = "https://openvex.dev/ns/v0.2.0"

_RAN_QUIET: Final = (
    "The proof was run on this version and did not fire, while the control on an affected version"
    " did."
)
_NOT_TOLD: Final = "It could not be told whether this is affected."


def openvex(record: Record) -> dict[str, Any]:
    """Return the record as an OpenVEX document.

    Raises:
        DocumentError: the record may not be published.
    """
    check_sound(record, "openvex")
    spoken = [said_by_product(product) for product in record.products]
    if record.withdrawn_at is None:
        drafts = [*_own(record, spoken), *(_of_vendor(record, each) for each in record.statements)]
    else:
        drafts = [_withdrawn(record)]
    address = f"{address_of(record)}.openvex.json"
    names = [main_name(record), record.identifier, *other_names(record)]
    vulnerability: dict[str, Any] = {"name": names[0], "description": record.summary}
    if aliases := list(dict.fromkeys(name for name in names if name != names[0])):
        vulnerability["aliases"] = aliases
    return {
        "@context": CONTEXT,
        "@id": address,
        "author": record.publisher.name,
        "role": record.publisher.category,
        "timestamp": written(record.published_at),
        "last_updated": written(record.modified_at),
        "version": record.revision,
        "statements": [
            {
                "@id": f"{address}#{number}",
                "vulnerability": vulnerability,
                "timestamp": written(record.modified_at),
                **draft,
            }
            for number, draft in enumerate(drafts, 1)
        ],
    }


def said_by_openvex(document: Mapping[str, Any]) -> Said:
    """Return what an OpenVEX document of ours says of versions; nothing, if it was withdrawn."""
    return said(
        product
        for statement in document["statements"]
        if "supplier" not in statement
        and not statement.get("status_notes", "").startswith(WITHDRAWN)
        for product in _read(statement)
    )


def _own(record: Record, spoken: Iterable[SaidOfProduct]) -> Iterator[dict[str, Any]]:
    """Give what is said of the products of the record."""
    for product in spoken:
        purl = product.purl
        action = what_to_do(record, remedies_for(record, purl))
        affected = {"status": Status.AFFECTED.value, "action_statement": action}
        unknown = {"status": Status.UNDER_INVESTIGATION.value, "status_notes": _NOT_TOLD}
        for span in product.affected:
            yield {**affected, "status_notes": _words(span), "products": _ranged(purl, span)}
        if product.affected_versions:
            yield {**affected, "products": _versioned(purl, product.affected_versions)}
        if product.fixed_versions:
            yield {
                "status": Status.FIXED.value,
                "products": _versioned(purl, product.fixed_versions),
            }
        if product.unaffected_versions:
            yield {
                "status": Status.NOT_AFFECTED.value,
                "impact_statement": _RAN_QUIET,
                "products": _versioned(purl, product.unaffected_versions),
            }
        for span in product.unknown:
            notes = paragraphs(_NOT_TOLD, _words(span))
            yield {**unknown, "status_notes": notes, "products": _ranged(purl, span)}
        if product.unknown_versions:
            yield {**unknown, "products": _versioned(purl, product.unknown_versions)}


def _withdrawn(record: Record) -> dict[str, Any]:
    purls = dict.fromkeys(product.purl for product in record.products)
    return {
        "status": Status.UNDER_INVESTIGATION.value,
        "status_notes": f"{WITHDRAWN}{record.withdrawn_because}",
        "products": [_component(purl) for purl in purls],
    }


def _of_vendor(record: Record, statement: VendorStatement) -> dict[str, Any]:
    words = vendor_words(statement)
    draft: dict[str, Any] = {
        "status": statement.status.value,
        "supplier": statement.vendor,
        "timestamp": written(said_before(record, statement)),
        "products": [_vendors_product(record, statement)],
    }
    if statement.status is Status.AFFECTED:
        return draft | {"action_statement": words}
    if statement.status is not Status.NOT_AFFECTED:
        return draft | {"status_notes": words}
    if statement.justification is None:
        return draft | {"impact_statement": words}
    return draft | {"justification": statement.justification.value, "status_notes": words}


def _vendors_product(record: Record, statement: VendorStatement) -> dict[str, Any]:
    if not statement.product.startswith("pkg:"):
        return {"@id": address_of_product(record, statement)}
    is_whole = not located(statement.product).version
    if statement.versions and is_whole:
        return _component(at_range(statement.product, statement.versions))
    return _component(statement.product)


def _words(span: SaidSpan) -> str:
    return f"Versions: {span_words(span)}."


def _ranged(purl: str, span: SaidSpan) -> list[dict[str, Any]]:
    named = [span.introduced] if span.introduced != BEGINNING else []
    if span.ended and not span.is_fixed:
        named.append(span.ended)
    versions = dict.fromkeys(at_version(purl, version) for version in named)
    return [_component(each) for each in (at_range(purl, vers_of(purl, span)), *versions)]


def _versioned(purl: str, versions: Iterable[str]) -> list[dict[str, Any]]:
    return [_component(at_version(purl, version)) for version in versions]


def _component(purl: str) -> dict[str, Any]:
    return {"@id": purl, "identifiers": {"purl": purl}}


def _read(statement: Mapping[str, Any]) -> Iterator[SaidOfProduct]:
    products = [located(product["@id"]) for product in statement["products"]]
    # A range stands beside the versions that it names itself; those say nothing more.
    ranged = [product for product in products if product.span is not None]
    for product in ranged or products:
        yield _said(statement["status"], product)


def _said(status: str, product: Located) -> SaidOfProduct:
    spans = [product.span] if product.span else []
    versions = [product.version] if product.version else []
    match status:
        case Status.AFFECTED:
            return said_of_product(product.purl, affected=spans, affected_versions=versions)
        case Status.FIXED:
            return said_of_product(product.purl, fixed_versions=versions)
        case Status.NOT_AFFECTED:
            return said_of_product(product.purl, unaffected_versions=versions)
        case _:
            return said_of_product(product.purl, unknown=spans, unknown_versions=versions)
