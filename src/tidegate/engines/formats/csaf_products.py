"""The packages that a CSAF document means by its product identifiers.

From: CSAF 2.1, 3.1.4, Full Product Name Type, and 3.2.3, Product Tree: a product stands in
`full_product_names`, at the end of a path of `branches`, or as the result of `product_paths`; its
`product_identification_helper.purls` names packages. Other helpers (CPE, hashes, model numbers)
name no package and are passed over.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.proofs import Named
from tidegate.engines.formats.records import Members, MisfitError
from tidegate.engines.formats.targets import Target, TargetError, parse_target

if TYPE_CHECKING:
    from collections.abc import Iterator

_PURLS: Final = ("product_identification_helper", "purls")

_MEND: Final = "or name one package URL for the whole file"
_MISSING: Final = f"is missing; list the affected products, {_MEND}"
_NAMELESS: Final = (
    "lists products without a package URL; add product_identification_helper.purls to one of them"
    f" in product_tree, {_MEND}"
)


def products_of(tree: Members | None) -> dict[str, Members]:
    """Return every product of a product tree, by its identifier.

    Raises `MisfitError` for an identifier that is defined twice (CSAF 2.1, 6.1.2).
    """
    found: dict[str, Members] = {}
    for product in () if tree is None else _products(tree):
        identifier = product.required_text("product_id")
        if identifier in found:
            raise MisfitError(
                product.at("product_id"), f"{shown(identifier)} is defined twice; keep one"
            )
        found[identifier] = product
    return found


def _products(tree: Members) -> Iterator[Members]:
    yield from tree.each("full_product_names")
    for path in tree.each("product_paths"):
        if product := path.members("full_product_name"):
            yield product
    waiting = tree.each("branches")[::-1]
    while waiting:
        branch = waiting.pop()
        if product := branch.members("product"):
            yield product
        waiting += branch.each("branches")[::-1]


def packages_of(
    vulnerability: Members, products: dict[str, Members], default: Target | None
) -> list[Named]:
    """Return the packages that a vulnerability affects, each once, in the order of the document.

    `default` stands for the products that name no package. Raises `MisfitError` if an affected
    product is not in the tree or names what is no package URL, and if no package is left.
    """
    status = vulnerability.members("product_status")
    affected = [] if status is None else status.texts("known_affected")
    place = vulnerability.at("product_status", "known_affected")
    found: dict[tuple[str, str], Named] = {}
    for index, identifier in enumerate(affected):
        product = products.get(identifier)
        if product is None:
            raise MisfitError(
                (*place, index), f"{shown(identifier)} is not in product_tree; add it there"
            )
        for named in _named(product, default):
            found.setdefault((named.target.type, named.target.package), named)
    if not affected and default is not None:
        return [Named(default, place, alone=False)]
    if not found:
        raise MisfitError(place, _NAMELESS if affected else _MISSING)
    alone = len(found) == 1
    return [replace(named, alone=named.alone and alone) for named in found.values()]


def _named(product: Members, default: Target | None) -> Iterator[Named]:
    helper = product.members(_PURLS[0])
    purls = [] if helper is None else helper.texts(_PURLS[1])
    for index, purl in enumerate(purls):
        place = product.at(*_PURLS, index)
        try:
            yield Named(parse_target(purl), place)
        except TargetError as error:
            raise MisfitError(place, f"{shown(purl)} {error}") from error
    if not purls and default is not None:
        yield Named(default, product.at(*_PURLS), alone=False)
