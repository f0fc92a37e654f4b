"""What a CSAF document of ours says of versions, read back from its product tree and statuses.

Only what the record itself says counts, not what vendors state (`products` tells them apart by
their ids), and not the finer statuses, which repeat it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tidegate.engines.formats.advisories.standings import (
    Said,
    SaidOfProduct,
    SaidSpan,
    said,
    said_of_product,
)
from tidegate.engines.formats.advisories.version_ranges import located, span_of

_OURS: Final = "P"
_UNKNOWN: Final = ("under_investigation", "unknown")


def said_by(document: Mapping[str, Any]) -> Said:
    """Return what a document says of versions, of whichever edition it is.

    Raises:
        ValueError: a range is none that is written here.
        LookupError: a status names a product that is not in the tree.
    """
    found = {}
    for branch in _branches(document.get("product_tree", {})):
        if "product" in branch:
            found[branch["product"]["product_id"]] = branch
    return said(
        one
        for vulnerability in document.get("vulnerabilities", ())
        for key, identifiers in vulnerability.get("product_status", {}).items()
        for identifier in identifiers
        if identifier.startswith(_OURS)
        for one in _said(key, found[identifier])
    )


def _said(key: str, branch: Mapping[str, Any]) -> Iterator[SaidOfProduct]:
    helper = branch["product"]["product_identification_helper"]
    purl = located(helper.get("purl") or helper["purls"][0]).purl
    spans: tuple[SaidSpan, ...] = ()
    versions: tuple[str, ...] = ()
    if branch["category"] == "product_version_range":
        span = span_of(branch["name"])
        if span is None:
            raise ValueError(f"product_tree: {branch['name']!r} is more than one run of versions")
        spans = (span,)
    else:
        versions = (branch["name"],)
    if key == "known_affected":
        yield said_of_product(purl, affected=spans, affected_versions=versions)
    elif key == "fixed":
        yield said_of_product(purl, fixed_versions=versions)
    elif key == "known_not_affected":
        yield said_of_product(purl, unaffected_versions=versions)
    elif key in _UNKNOWN:
        yield said_of_product(purl, unknown=spans, unknown_versions=versions)


def _branches(holder: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for branch in holder.get("branches", ()):
        yield branch
        yield from _branches(branch)
