"""What is to be done about each affected product, as remediations.

From: CSAF 2.0, 3.2.3.12, and CSAF 2.1, remediations; 6.1.29 (each is for some product), 2.1: 6.1.35
(no product has both a remedy and the word that there is none), 6.1.27.10 (in a VEX every affected
product has one).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tidegate.engines.formats.advisories.csaf.products import Products
from tidegate.engines.formats.advisories.csaf.words import Edition, filled
from tidegate.engines.formats.advisories.record import Record, Remedy, RemedyKind
from tidegate.engines.formats.advisories.standings import SaidSpan

_NOTHING: Final = frozenset({RemedyKind.NONE_AVAILABLE, RemedyKind.NO_FIX_PLANNED})
_NO_REMEDY: Final = "No remedy is known to the publisher."
_NO_VENDOR_REMEDY: Final = "The vendor has named no remedy to the publisher."


@dataclass(frozen=True, slots=True)
class Remediations:
    """Remediations, and the remedies that are for no product of the document."""

    entries: list[dict[str, Any]]
    left: list[Remedy]
    """They are told in a note, so that no word is lost."""


def remediations(record: Record, products: Products, edition: Edition) -> Remediations:
    """Return what is to be done about the affected products of a document."""
    aims = [_aim(remedy, products) for remedy in record.remedies]
    mended: set[str] = set()
    if edition is Edition.V21:
        pairs = zip(record.remedies, aims, strict=True)
        mended.update(one for remedy, aim in pairs if remedy.kind not in _NOTHING for one in aim)
    entries, left, covered = [], [], set()
    for remedy, aim in zip(record.remedies, aims, strict=True):
        of = [one for one in aim if remedy.kind not in _NOTHING or one not in mended]
        if not of:
            left.append(remedy)
            continue
        covered.update(of)
        entries.append(
            filled(
                {
                    "category": remedy.kind.value,
                    "details": remedy.words if remedy.words.strip() else _named(remedy),
                    "product_ids": products.with_ends(of),
                    "url": remedy.url,
                }
            )
        )
    entries += _uncovered(products, covered)
    return Remediations(entries, left)


def told_remedy(remedy: Remedy) -> str:
    """Return a remedy in one line."""
    parts = (remedy.kind.replace("_", " "), remedy.purl, remedy.version, remedy.words, remedy.url)
    return ": ".join(part for part in parts if part.strip())


def _aim(remedy: Remedy, products: Products) -> list[str]:
    """Return the affected products that a remedy is for."""
    found: list[tuple[str, SaidSpan | None]] = [
        affected
        for leaves in products.leaves
        if remedy.purl in ("", leaves.product.purl)
        for affected in leaves.affected()
    ]
    if remedy.kind is RemedyKind.VENDOR_FIX and remedy.version:
        # The fix of one line of releases is none for the others.
        ended = [
            identifier
            for identifier, span in found
            if span is not None and span.is_fixed and span.ended == remedy.version
        ]
        if ended:
            return ended
    return [identifier for identifier, _ in found]


def _uncovered(products: Products, covered: set[str]) -> list[dict[str, Any]]:
    """Return an entry for each affected product that no remedy is for."""
    entries = []
    nothing = []
    for leaves in products.leaves:
        for identifier, span in leaves.affected():
            if identifier in covered:
                continue
            if span is not None and span.ended in leaves.said.fixed_versions and span.is_fixed:
                details = f"Fixed in {span.ended}."
                of = products.with_ends([identifier])
                entries.append({"category": "vendor_fix", "details": details, "product_ids": of})
            else:
                nothing.append(identifier)
    stated = [one.product_id for one in products.stated if one.key == "known_affected"]
    for identifiers, details in ((nothing, _NO_REMEDY), (stated, _NO_VENDOR_REMEDY)):
        if identifiers:
            category = RemedyKind.NONE_AVAILABLE.value
            of = products.with_ends(identifiers)
            entries.append({"category": category, "details": details, "product_ids": of})
    return entries


def _named(remedy: Remedy) -> str:
    return (
        f"Move to {remedy.version}."
        if remedy.version
        else remedy.kind.replace("_", " ").capitalize()
    )
