"""Reads a CSAF document of the VEX profile as statements.

From: CSAF 2.0 and 2.1, profile 5 (VEX), 3.2.3.9 (product status), 3.2.3.5 (flags) and, in 2.0,
3.2.2.4 (relationships): a product that was made of two by a relationship is one component of the
other. Products go by their package URL, else by their CPE, else by their name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tidegate.engines.formats.csaf_products import products_of
from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.records import Members, MisfitError
from tidegate.engines.matching.moments import moment_of
from tidegate.engines.matching.vex import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidegate.engines.matching.vex_words import Collected

_CATEGORY: Final = "csaf_vex"
_STATUSES: Final = {
    "known_affected": Status.AFFECTED,
    "first_affected": Status.AFFECTED,
    "last_affected": Status.AFFECTED,
    "under_investigation": Status.UNDER_INVESTIGATION,
    "fixed": Status.FIXED,
    "first_fixed": Status.FIXED,
    "known_not_affected": Status.NOT_AFFECTED,
}
_MAX_TEXTS: Final = 20
_MAX_MENTIONS: Final = 1_000_000
"""Most products that the flags, threats and remediations of a document name, groups counted out."""


class _Groups:
    """The product groups of a document, and how often products may still be named by them."""

    def __init__(self, tree: Members | None) -> None:
        self._groups = {
            group.required_text("group_id"): group.texts("product_ids")
            for group in (tree.each("product_groups") if tree else ())
        }
        self._left = _MAX_MENTIONS

    def products(self, each: Members) -> Iterator[str]:
        """Give the products that a flag, a threat or a remediation is about."""
        listed = [each.texts("product_ids")]
        for group in each.texts("group_ids"):
            if group not in self._groups:
                raise MisfitError(
                    each.at("group_ids"), f"{shown(group)} is not in product_groups; add it there"
                )
            listed.append(self._groups[group])
            self._left -= 1
        for identifiers in listed:
            self._left -= len(identifiers)
            if self._left < 0:
                raise MisfitError(
                    each.at("group_ids"), f"makes more than {_MAX_MENTIONS:,} mentions of products"
                )
            yield from identifiers


class _Thing(NamedTuple):
    """What a product id stands for, by all the names that it goes by."""

    products: tuple[str, ...]
    components: tuple[str, ...]
    """Empty if it stands for the whole product."""


def csaf_statements(root: Members, collected: Collected) -> None:
    """Add the statements of a document. Raises `MisfitError`."""
    document = Members.of(root.value["document"], root.at("document"))
    category = document.required_text("category")
    if category != _CATEGORY:
        raise MisfitError(
            document.at("category"),
            f"{shown(category)} is no VEX; hand in a document of {_CATEGORY}",
        )
    publisher = document.members("publisher") or Members({}, document.at("publisher"))
    said_by = publisher.required_text("name")
    tracking = document.members("tracking") or Members({}, document.at("tracking"))
    said_at = moment_of(tracking, "current_release_date")
    tree = root.members("product_tree")
    things = _things(tree)
    groups = _Groups(tree)
    for each in root.each("vulnerabilities"):
        names = [each.text("cve") or "", *(one.text("text") or "" for one in each.each("ids"))]
        status = each.members("product_status")
        if status is None:
            continue
        if not any(name.strip() for name in names):
            raise MisfitError(each.at("cve"), "is missing; name the vulnerability")
        flags = _by_product(each, "flags", "label", groups)
        words = _by_product(each, "threats", "details", groups)
        remedies = _by_product(each, "remediations", "details", groups)
        for key, said in _STATUSES.items():
            for index, identifier in enumerate(status.texts(key)):
                place = status.at(key, index)
                thing = things.get(identifier)
                if thing is None:
                    raise MisfitError(
                        place, f"{shown(identifier)} is not in product_tree; add it there"
                    )
                spoken = (*words.get(identifier, ()), *remedies.get(identifier, ()))
                justification = next(iter(flags.get(identifier, ())), "")
                for product in thing.products:
                    for component in thing.components or ("",):
                        collected.add(
                            place,
                            names,
                            product,
                            component,
                            said,
                            justification=justification if said is Status.NOT_AFFECTED else "",
                            words="\n".join(spoken[:_MAX_TEXTS]),
                            said_by=said_by,
                            said_at=said_at,
                        )


def _things(tree: Members | None) -> dict[str, _Thing]:
    things = {
        identifier: _Thing(_names(product), ()) for identifier, product in products_of(tree).items()
    }
    for relation in tree.each("relationships") if tree else ():
        made = relation.members("full_product_name")
        if made is None:
            raise MisfitError(relation.at("full_product_name"), "is missing; add it")
        identifier = made.required_text("product_id")
        part = _of(relation, "product_reference", things)
        whole = _of(relation, "relates_to_product_reference", things)
        if identifier in things:
            raise MisfitError(
                made.at("product_id"), f"{shown(identifier)} is defined twice; keep one"
            )
        things[identifier] = _Thing(whole.products, part.components or part.products)
    return things


def _of(relation: Members, key: str, things: dict[str, _Thing]) -> _Thing:
    identifier = relation.required_text(key)
    if identifier not in things:
        raise MisfitError(
            relation.at(key), f"{shown(identifier)} is not in product_tree before it; add it there"
        )
    return things[identifier]


def _names(product: Members) -> tuple[str, ...]:
    helper = product.members("product_identification_helper")
    if helper is not None:
        purls = [helper.text("purl") or "", *helper.texts("purls")]
        if found := tuple(dict.fromkeys(filter(None, purls))):
            return found
        if cpe := helper.text("cpe"):
            return (cpe,)
    return (product.required_text("name"),)


def _by_product(
    vulnerability: Members, key: str, text: str, groups: _Groups
) -> dict[str, tuple[str, ...]]:
    """Return what is said of each product, by its id."""
    found: dict[str, tuple[str, ...]] = {}
    for each in vulnerability.each(key):
        said = each.text(text)
        if not said:
            continue
        for identifier in groups.products(each):
            before = found.get(identifier, ())
            if len(before) < _MAX_TEXTS:
                found[identifier] = (*before, said)
    return found
