"""The product tree of a record, and the status of every product in it.

Vendor, package, and under it each version and each range that something is said of, with an id of
its own: `P1-R2` is the second range of the first package, `P1-V3` its third version, `S1` what a
vendor states. Readers tell ours from the vendors' by the first letter.

From: CSAF 2.0, 3.2.2 and 3.2.3.9, and CSAF 2.1, product tree and product status; 6.1.6 (no product
in two groups of statuses), 6.1.27.7 (which statuses the VEX profile has), 6.1.57 to 6.1.59.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tidegate.engines.formats.advisories.csaf.statements import (
    Stated,
    helper_of,
    stated_products,
)
from tidegate.engines.formats.advisories.csaf.words import BASE, Edition, Profile, filled
from tidegate.engines.formats.advisories.record import BEGINNING, Product, Record, RemedyKind
from tidegate.engines.formats.advisories.standings import (
    SaidOfProduct,
    SaidSpan,
    said_by_product,
)
from tidegate.engines.formats.advisories.version_ranges import at_range, at_version, vers_of


@dataclass(slots=True)
class Leaves:
    """One package of the record: the ids of all of its versions and ranges that are named."""

    number: int
    product: Product
    said: SaidOfProduct
    edition: Edition
    versions: dict[str, str] = field(default_factory=dict)
    spans: dict[SaidSpan, str] = field(default_factory=dict)

    def of_version(self, version: str) -> str:
        """Return the id of a version; it is in the tree from then on."""
        return self.versions.setdefault(version, f"P{self.number}-V{len(self.versions) + 1}")

    def of_span(self, span: SaidSpan) -> str:
        """Return the id of a range; it is in the tree from then on."""
        return self.spans.setdefault(span, f"P{self.number}-R{len(self.spans) + 1}")

    def affected(self) -> Iterator[tuple[str, SaidSpan | None]]:
        """Give the ids of what is affected, each with its range if it is one."""
        yield from ((self.of_span(span), span) for span in self.said.affected)
        yield from ((self.of_version(version), None) for version in self.said.affected_versions)

    def unknown(self) -> list[str]:
        """Return the ids of what it could not be told of."""
        return [
            *map(self.of_span, self.said.unknown),
            *map(self.of_version, self.said.unknown_versions),
        ]

    def branch(self) -> dict[str, Any]:
        """Return the package's branch with all that was asked for; call it last."""
        purl, name = self.product.purl, self.product.name or self.product.purl
        whole = {"category": "product_name", "name": name}
        if not self.spans and not self.versions:
            return {**whole, "product": self._product(f"P{self.number}", "", purl)}
        return {
            **whole,
            "branches": [
                *(
                    {
                        "category": "product_version_range",
                        "name": vers_of(purl, span),
                        "product": self._range(identifier, purl, vers_of(purl, span)),
                    }
                    for span, identifier in self.spans.items()
                ),
                *(
                    {
                        "category": "product_version",
                        "name": version,
                        "product": self._product(identifier, version, at_version(purl, version)),
                    }
                    for version, identifier in self.versions.items()
                ),
            ],
        }

    def _range(self, identifier: str, purl: str, vers: str) -> dict[str, Any]:
        # Who reads package URLs and no ranges is not to take the whole package for it.
        return self._product(identifier, vers, at_range(purl, vers))

    def _product(self, identifier: str, versions: str, purl: str) -> dict[str, Any]:
        name = (self.product.vendor, self.product.name or self.product.purl, versions)
        return {
            "name": " ".join(filter(None, name)),
            "product_id": identifier,
            "product_identification_helper": helper_of(purl, self.edition),
        }


@dataclass(frozen=True, slots=True)
class Products:
    """What a document says of products."""

    category: str
    """The profile that the document can have: what was asked for, unless too little is said."""
    leaves: list[Leaves]
    stated: list[Stated]
    status: dict[str, list[str]]
    ends: dict[str, list[str]]
    """For a range, the versions at its ends that have a status of their own: whatever is said of
    the range holds for them."""

    def with_ends(self, identifiers: Iterable[str]) -> list[str]:
        """Return some ids, with those of the versions at the ends of ranges behind them."""
        listed = list(identifiers)
        ends = (end for one in listed for end in self.ends.get(one, ()))
        return list(dict.fromkeys([*listed, *ends]))

    @property
    def affected(self) -> list[str]:
        """The ids of what is affected by what the record says."""
        return [identifier for leaves in self.leaves for identifier, _ in leaves.affected()]

    @property
    def unknown(self) -> list[str]:
        """The ids of what the record cannot tell of."""
        return [identifier for leaves in self.leaves for identifier in leaves.unknown()]

    def tree(self) -> dict[str, Any]:
        """Return the product tree: vendors in the order in which they come."""
        vendors: dict[str, list[dict[str, Any]]] = {}
        for leaves in self.leaves:
            name = leaves.product.vendor or leaves.product.name or leaves.product.purl
            vendors.setdefault(name, []).append(leaves.branch())
        for one in self.stated:
            vendors.setdefault(one.statement.vendor or "?", []).append(one.branch)
        return {
            "branches": [
                {"category": "vendor", "name": vendor, "branches": branches}
                for vendor, branches in vendors.items()
            ]
        }


def products(record: Record, profile: Profile, edition: Edition) -> Products:
    """Return what a document of a record says of products.

    Where nothing is affected, CSAF 2.1 knows no security advisory (6.1.27.12): the document is a
    VEX then. Where nothing at all is said, it has no status, and fits no profile.
    """
    leaves = [
        Leaves(number, product, said_by_product(product), edition)
        for number, product in enumerate(record.products, start=1)
    ]
    stated = stated_products(record, edition)
    said = any(not one.said.is_empty for one in leaves)
    is_affected = any(any(one.affected()) for one in leaves) or any(
        one.key == "known_affected" for one in stated
    )
    category: str = profile
    if not said and not stated:
        category = BASE
    elif edition is Edition.V21 and not is_affected:
        category = Profile.VEX
    is_advisory = category == Profile.SECURITY_ADVISORY
    if is_advisory and edition is Edition.V21:
        # A fixed product needs an affected one beside it (6.1.27.13); a vendor that says only
        # that it has fixed one is heard among the involvements.
        stated = [one for one in stated if one.key != "fixed"]
    status = _status(leaves, stated, edition, is_advisory=is_advisory)
    if is_advisory:
        status |= _finer(record, leaves)
    ends = _ends(leaves) if is_advisory else {}
    return Products(category, leaves, stated, filled(status), ends)


def _status(
    leaves: list[Leaves], stated: list[Stated], edition: Edition, *, is_advisory: bool
) -> dict[str, list[str]]:
    # CSAF 2.0 and the VEX profile have no word for what could not be told.
    unknown = "unknown" if is_advisory and edition is Edition.V21 else "under_investigation"
    status: dict[str, list[str]] = {}
    for one in leaves:
        found = {
            "known_affected": [identifier for identifier, _ in one.affected()],
            "fixed": list(map(one.of_version, one.said.fixed_versions)),
            "known_not_affected": list(map(one.of_version, one.said.unaffected_versions)),
            unknown: one.unknown(),
        }
        for key, identifiers in found.items():
            status.setdefault(key, []).extend(identifiers)
    for statement in stated:
        status.setdefault(statement.key, []).append(statement.product_id)
    return status


def _finer(record: Record, leaves: list[Leaves]) -> dict[str, list[str]]:
    """Return the statuses that the VEX profile does not have."""
    status: dict[str, list[str]] = {}
    for one in leaves:
        spans = one.said.affected
        fixed = set(one.said.fixed_versions)
        found: dict[str, Iterable[str]] = {
            "first_affected": (span.introduced for span in spans if span.introduced != BEGINNING),
            "last_affected": (span.ended for span in spans if span.ended and not span.is_fixed),
            "first_fixed": (span.ended for span in spans if span.ended in fixed and span.is_fixed),
            "recommended": (
                remedy.version
                for remedy in record.remedies
                if remedy.kind is RemedyKind.VENDOR_FIX
                and remedy.purl == one.product.purl
                and remedy.version in fixed
            ),
        }
        for key, versions in found.items():
            named = list(map(one.of_version, dict.fromkeys(versions)))
            status.setdefault(key, []).extend(named)
    return status


def _ends(leaves: list[Leaves]) -> dict[str, list[str]]:
    """Return the versions at the ends of affected ranges, which `_finer` gave a status."""
    ends: dict[str, list[str]] = {}
    for one in leaves:
        for span in one.said.affected:
            named = [] if span.introduced == BEGINNING else [span.introduced]
            named += [] if span.is_fixed or not span.ended else [span.ended]
            ends[one.of_span(span)] = list(map(one.of_version, named))
    return ends
