"""What vendors say of products of their own, as entries of the product tree and as involvements.

A vendor's word gets a status of its own only where the record says nothing of that package: beside
what was run it stands in the vendor's name, as an involvement, and overrules nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from tidegate.engines.formats.advisories.csaf.words import Edition, filled
from tidegate.engines.formats.advisories.record import (
    Justification,
    Record,
    Status,
    VendorStatement,
)
from tidegate.engines.formats.advisories.standings import said_by_product
from tidegate.engines.formats.advisories.version_ranges import at_range, at_version, located
from tidegate.engines.formats.instants import written

STATUS_KEYS: Final = {
    Status.AFFECTED: "known_affected",
    Status.FIXED: "fixed",
    Status.NOT_AFFECTED: "known_not_affected",
    Status.UNDER_INVESTIGATION: "under_investigation",
}
"""The product status of each of OpenVEX's."""

_WORDS: Final = {
    Status.AFFECTED: "affected",
    Status.FIXED: "fixed",
    Status.NOT_AFFECTED: "not affected",
    Status.UNDER_INVESTIGATION: "under investigation",
}
_GOOD: Final = frozenset({Status.FIXED, Status.NOT_AFFECTED})
_OPERATORS: Final = frozenset("<>!*")
_REASONS: Final = {
    Justification.NO_COMPONENT: "the component is not in it",
    Justification.NO_CODE: "the vulnerable code is not in it",
    Justification.NOT_EXECUTED: "the vulnerable code is never executed",
    Justification.NOT_CONTROLLED: "an adversary cannot control the vulnerable code",
    Justification.MITIGATED: "mitigations that are built in hold",
}


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement with a product of its own in the tree."""

    product_id: str
    statement: VendorStatement
    branch: dict[str, Any]
    """To be put under the vendor's."""

    @property
    def key(self) -> str:
        """Its product status."""
        return STATUS_KEYS[self.statement.status]


def stated_products(record: Record, edition: Edition) -> list[Stated]:
    """Return the statements that get a product status; of several about one thing, the last."""
    ours = {one.purl for one in record.products if not said_by_product(one).is_empty}
    kept: dict[tuple[str, str, str], VendorStatement] = {}
    for one in sorted(record.statements, key=lambda one: one.said_at):
        if located(one.product).purl not in ours:
            kept[one.vendor, one.product, one.versions] = one
    return [
        Stated(f"S{number}", one, _branch(f"S{number}", one, edition))
        for number, one in enumerate(kept.values(), start=1)
    ]


def told(statement: VendorStatement) -> str:
    """Return in one sentence, and the vendor's own words, what a statement says."""
    reason = f", since {_REASONS[statement.justification]}" if statement.justification else ""
    of = f"{statement.product} ({statement.versions})" if statement.versions else statement.product
    words = f" {statement.words}" if statement.words.strip() else ""
    return f"{statement.vendor} says of {of}: {_WORDS[statement.status]}{reason}.{words}"


def involvements20(record: Record) -> list[dict[str, Any]]:
    """Return what vendors say, one entry for each moment (6.1.24). From: CSAF 2.0, 3.2.3.7."""
    return [
        {
            "party": "vendor",
            "status": _progress(said),
            "date": date,
            "summary": "\n".join(map(told, said)),
        }
        for date, said in _by_moment(record.statements).items()
    ]


def involvement21(record: Record) -> dict[str, Any]:
    """Return what vendors say, as the actions of entities. From: CSAF 2.1 (csd04), involvement."""
    vendors = dict.fromkeys(one.vendor for one in record.statements)
    ids = {vendor: f"EID-{number:04}" for number, vendor in enumerate(vendors, start=1)}
    moments = [
        (vendor, date, said)
        for vendor in vendors
        for date, said in _by_moment(
            one for one in record.statements if one.vendor == vendor
        ).items()
    ]
    return filled(
        {
            "entities": [
                filled({"entity_id": entity, "category": "vendor", "name": vendor})
                for vendor, entity in ids.items()
            ],
            "actions": [
                {
                    "action_id": f"A{number}",
                    "category": "assessment",
                    "status": _progress(said),
                    "date": date,
                    "acting_entity_refs": [ids[vendor]],
                    "summary": "\n".join(map(told, said)),
                }
                for number, (vendor, date, said) in enumerate(moments, start=1)
            ],
        }
    )


def _by_moment(statements: Iterable[VendorStatement]) -> dict[str, list[VendorStatement]]:
    moments: dict[str, list[VendorStatement]] = {}
    for one in statements:
        moments.setdefault(written(one.said_at), []).append(one)
    return dict(sorted(moments.items()))


def _progress(said: list[VendorStatement]) -> str:
    is_open = any(one.status is Status.UNDER_INVESTIGATION for one in said)
    return "in_progress" if is_open else "completed"


def _branch(product_id: str, statement: VendorStatement, edition: Edition) -> dict[str, Any]:
    is_purl = statement.product.startswith("pkg:")
    purl, version, _ = located(statement.product) if is_purl else (statement.product, "", None)
    constraints = statement.versions.partition("/")[2] or statement.versions
    is_range = bool(constraints) and (constraints[0] in _OPERATORS or "|" in constraints)
    if constraints and not is_range:
        version = unquote(constraints)
    versions = statement.versions if is_range else version
    goes_by = at_version(purl, version) if version else purl
    if is_range:
        goes_by = at_range(purl, statement.versions)
    # Readers that do not look at ranges would take the whole package for good.
    is_hidden = is_range and statement.status in _GOOD
    product = filled(
        {
            "name": " ".join(filter(None, (statement.vendor, purl, versions))),
            "product_id": product_id,
            "product_identification_helper": (
                helper_of(goes_by, edition) if is_purl and not is_hidden else {}
            ),
        }
    )
    if not versions:
        return {"category": "product_name", "name": purl, "product": product}
    category = "product_version_range" if is_range else "product_version"
    inner = {"category": category, "name": versions, "product": product}
    return {"category": "product_name", "name": purl, "branches": [inner]}


def helper_of(purl: str, edition: Edition) -> dict[str, Any]:
    """Return what a product goes by."""
    return {"purl": purl} if edition is Edition.V20 else {"purls": [purl]}
