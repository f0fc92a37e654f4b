"""A document as the mandatory tests look at it, the same way for both editions.

A document has followed its schema before it comes here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

_ID_LISTS: Final = frozenset({"product_ids", "products"})
_ID_TEXTS: Final = frozenset(
    {
        "product_reference",
        "relates_to_product_reference",
        "beginning_product_reference",
        "next_product_reference",
    }
)
_EXTENSIONS: Final = "x_extensions"


class Fault(NamedTuple):
    """Where a document breaks a test, and how."""

    place: str
    """A JSON pointer."""
    words: str


class Score(NamedTuple):
    """A CVSS score of a vulnerability."""

    place: str
    vulnerability: str
    """The place of its vulnerability."""
    kind: str
    """`cvss_v2`, `cvss_v3` or `cvss_v4`."""
    content: Mapping[str, Any]
    products: list[str]
    source: str


class View:
    """One document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.head: Mapping[str, Any] = document["document"]
        self.tracking: Mapping[str, Any] = self.head["tracking"]
        self.category: str = self.head["category"]
        self.edition: str = self.head["csaf_version"]
        self.tree: Mapping[str, Any] = document.get("product_tree", {})

    @property
    def vulnerabilities(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Give the vulnerabilities with their places."""
        for index, one in enumerate(self.document.get("vulnerabilities", ())):
            yield f"/vulnerabilities/{index}", one

    @cached_property
    def everything(self) -> list[tuple[str, str, Any]]:
        """Every member of every object: its place, its name, its value; no extensions."""
        return list(_members(self.document, ""))

    @cached_property
    def products(self) -> list[tuple[str, str]]:
        """The places and ids of the products that are defined."""
        return [(place, value) for place, name, value in self.everything if name == "product_id"]

    @cached_property
    def groups(self) -> dict[str, list[str]]:
        """The products of each group."""
        return {
            group["group_id"]: group["product_ids"] for group in self.tree.get("product_groups", ())
        }

    def referenced(self) -> Iterator[tuple[str, str]]:
        """Give the places and ids of the products that are referred to."""
        for place, name, value in self.everything:
            is_list = name in _ID_LISTS or place.endswith(f"/product_status/{name}")
            if name in _ID_TEXTS:
                yield place, value
            elif is_list and isinstance(value, list):
                yield from ((f"{place}/{at}", one) for at, one in enumerate(value))

    def products_of(self, entry: Mapping[str, Any]) -> set[str]:
        """Return the products of an entry that names products and groups."""
        grouped = (self.groups.get(group, ()) for group in entry.get("group_ids", ()))
        return {*entry.get("product_ids", ()), *(one for group in grouped for one in group)}

    def branches(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Give every branch of the product tree with its place."""
        return _branches(self.tree, "/product_tree")

    def scores(self) -> Iterator[Score]:
        """Give the CVSS scores of every vulnerability."""
        for place, one in self.vulnerabilities:
            for index, entry in enumerate(one.get("scores", ())):
                yield from _scores(f"{place}/scores/{index}", entry, entry, "")
            for index, entry in enumerate(one.get("metrics", ())):
                at = f"{place}/metrics/{index}"
                yield from _scores(
                    f"{at}/content", entry["content"], entry, entry.get("source", "")
                )


def _members(value: Any, place: str) -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, dict):
        for name, member in value.items():
            if name != _EXTENSIONS:
                at = f"{place}/{name}"
                yield at, name, member
                yield from _members(member, at)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _members(entry, f"{place}/{index}")


def _branches(holder: Mapping[str, Any], place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for index, branch in enumerate(holder.get("branches", ())):
        at = f"{place}/branches/{index}"
        yield at, branch
        yield from _branches(branch, at)


def _scores(
    place: str, contents: Mapping[str, Any], entry: Mapping[str, Any], source: str
) -> Iterator[Score]:
    for kind in ("cvss_v2", "cvss_v3", "cvss_v4"):
        if kind in contents:
            products = entry.get("products", [])
            of = "/".join(place.split("/")[:3])
            yield Score(f"{place}/{kind}", of, kind, contents[kind], products, source)
