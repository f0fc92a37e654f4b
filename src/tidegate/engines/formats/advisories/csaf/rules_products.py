"""Mandatory tests of products: ids, statuses, versions, ranges, package URLs, remediations.

From: CSAF 2.0 and 2.1, section 6.1; the numbers stand in `mandatory`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from packageurl import PackageURL

from tidegate.engines.formats.advisories.csaf.views import Fault, View
from tidegate.engines.formats.documents import shown

_GROUPS: Final = {
    "first_affected": "affected",
    "known_affected": "affected",
    "last_affected": "affected",
    "known_not_affected": "not affected",
    "first_fixed": "fixed",
    "fixed": "fixed",
    "under_investigation": "under investigation",
    "unknown": "unknown",
}
_RANGE_WORDS: Final = re.compile(
    r"[<>]|(?<![\w-])(after|all|before|earlier|later|prior|versions)(?![\w-])", re.IGNORECASE
)
_ALL_OF_ANYTHING: Final = "vers:/all"
_CONSTRAINT: Final = re.compile(r"(?:[<>]=?|!=)?[^\s<>=!*|]+")
_OPERATORS: Final = ("<", ">", "!", "*")
_FIX: Final = frozenset({"vendor_fix", "workaround", "mitigation", "fix_planned"})
_NO_FIX: Final = frozenset({"none_available", "no_fix_planned"})
_EXCLUDED: Final = {
    "known_not_affected": _FIX | _NO_FIX,
    "first_fixed": _NO_FIX,
    "fixed": _NO_FIX,
    "first_affected": {"optional_patch"},
    "known_affected": {"optional_patch"},
    "last_affected": {"optional_patch"},
}
_VEX_FLAGS: Final = frozenset(
    {
        "component_not_present",
        "inline_mitigations_already_exist",
        "vulnerable_code_cannot_be_controlled_by_adversary",
        "vulnerable_code_not_in_execute_path",
        "vulnerable_code_not_present",
    }
)


def undefined_products(view: View) -> Iterator[Fault]:
    """Find ids of products that are not in the tree."""
    defined = {identifier for _, identifier in view.products}
    for place, identifier in view.referenced():
        if identifier not in defined:
            yield Fault(place, f"{identifier!r} is not in the product tree; add it there")


def doubled_products(view: View) -> Iterator[Fault]:
    """Find ids that two products have."""
    return _doubled(view.products)


def undefined_groups(view: View) -> Iterator[Fault]:
    """Find ids of groups that are not in the tree."""
    for place, name, groups in view.everything:
        if name == "group_ids":
            for index, group in enumerate(groups):
                if group not in view.groups:
                    yield Fault(f"{place}/{index}", f"{group!r} is no product group; add it")


def doubled_groups(view: View) -> Iterator[Fault]:
    """Find ids that two groups have."""
    return _doubled(
        (f"/product_tree/product_groups/{index}/group_id", group["group_id"])
        for index, group in enumerate(view.tree.get("product_groups", ()))
    )


def contradicting_statuses(view: View) -> Iterator[Fault]:
    """Find products in two groups of statuses."""
    for place, one in view.vulnerabilities:
        said: dict[str, str] = {}
        for key, identifiers in one.get("product_status", {}).items():
            group = _GROUPS.get(key)
            for identifier in identifiers if group else ():
                if said.setdefault(identifier, str(group)) != group:
                    words = f"{identifier!r} is {said[identifier]}, and {group}; keep one"
                    yield Fault(f"{place}/product_status/{key}", words)


def bad_package_urls(view: View) -> Iterator[Fault]:
    """Find package URLs that are none."""
    for place, purl in _package_urls(view):
        try:
            PackageURL.from_string(purl)
        except ValueError as error:
            yield Fault(place, f"{shown(purl)} is no package URL: {error}")


def differing_package_urls(view: View) -> Iterator[Fault]:
    """Find products whose package URLs differ in more than their qualifiers."""
    for place, name, value in view.everything:
        if name == "purls" and len({re.split(r"[?#]", purl)[0] for purl in value}) > 1:
            yield Fault(place, "differ in more than their qualifiers; keep one")


def ranges_as_versions(view: View) -> Iterator[Fault]:
    """Find versions that read like a range."""
    for place, branch in view.branches():
        if branch["category"] == "product_version" and _RANGE_WORDS.search(branch["name"]):
            words = f"{shown(branch['name'])} reads like a range; name one version"
            yield Fault(f"{place}/name", words)


def bad_ranges(view: View) -> Iterator[Fault]:
    """Find ranges that are neither vers nor of the vers-like form."""
    for place, branch in view.branches():
        if branch["category"] == "product_version_range" and not _is_range(branch["name"]):
            yield Fault(
                f"{place}/name", f"{shown(branch['name'])} is no vers; see its specification"
            )


def versions_as_ranges(view: View) -> Iterator[Fault]:
    """Find ranges that are a single version."""
    for place, branch in view.branches():
        if branch["category"] == "product_version_range":
            name = branch["name"]
            constraints = name.partition("/")[2] if name.startswith("vers:") else name
            is_one = "|" not in constraints and not constraints.startswith(_OPERATORS)
            if is_one and name != _ALL_OF_ANYTHING:
                yield Fault(f"{place}/name", f"{shown(name)} is one; make it a product_version")


def aimless_remediations(view: View) -> Iterator[Fault]:
    """Find remediations that are for no product."""
    return _aimless(view, "remediations")


def aimless_flags(view: View) -> Iterator[Fault]:
    """Find flags that are for no product."""
    return _aimless(view, "flags")


def doubled_flags(view: View) -> Iterator[Fault]:
    """Find products with more than one VEX justification."""
    for place, one in view.vulnerabilities:
        counts = Counter(
            identifier
            for flag in one.get("flags", ())
            if flag["label"] in _VEX_FLAGS
            for identifier in view.products_of(flag)
        )
        for identifier, count in counts.items():
            if count > 1:
                yield Fault(
                    f"{place}/flags", f"{identifier!r} has {count} justifications; keep one"
                )


def contradicting_remediations(view: View) -> Iterator[Fault]:
    """Find products that have a remedy, and the word that there is none."""
    for place, one in view.vulnerabilities:
        categories: dict[str, set[str]] = {}
        for entry in one.get("remediations", ()):
            for identifier in view.products_of(entry):
                categories.setdefault(identifier, set()).add(entry["category"])
        for identifier, found in categories.items():
            if (found & _FIX and found & _NO_FIX) or (
                "optional_patch" in found and found & (_FIX | _NO_FIX)
            ):
                words = f"{identifier!r} has {' and '.join(sorted(found))}; keep what is true"
                yield Fault(f"{place}/remediations", words)


def remediations_against_status(view: View) -> Iterator[Fault]:
    """Find remediations that the status of their products excludes."""
    for place, one in view.vulnerabilities:
        status = one.get("product_status", {})
        for index, entry in enumerate(one.get("remediations", ())):
            for key, excluded in _EXCLUDED.items():
                found = view.products_of(entry) & set(status.get(key, ()))
                if entry["category"] in excluded and found:
                    words = f"{entry['category']} does not go with {key} of {min(found)!r}"
                    yield Fault(f"{place}/remediations/{index}", words)


def _package_urls(view: View) -> Iterator[tuple[str, str]]:
    for place, name, value in view.everything:
        if name == "purl":
            yield place, value
        elif name == "purls":
            yield from ((f"{place}/{index}", purl) for index, purl in enumerate(value))


def _aimless(view: View, member: str) -> Iterator[Fault]:
    for place, one in view.vulnerabilities:
        for index, entry in enumerate(one.get(member, ())):
            if not entry.get("product_ids") and not entry.get("group_ids"):
                yield Fault(f"{place}/{member}/{index}", "is for no product; name one, or a group")


def _is_range(name: str) -> bool:
    if name == _ALL_OF_ANYTHING:
        return True
    if not name.startswith("vers:"):
        constraints = name
    else:
        scheme, _, constraints = name.removeprefix("vers:").partition("/")
        if constraints == "*":
            return bool(re.fullmatch(r"[a-z][a-z0-9.+-]*", scheme))
        if scheme == "all" or not re.fullmatch(r"[a-z][a-z0-9.+-]*", scheme):
            return False
    return all(_CONSTRAINT.fullmatch(one) for one in constraints.split("|"))


def _doubled(named: Iterable[tuple[str, str]]) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, identifier in named:
        if identifier in seen:
            yield Fault(place, f"{identifier!r} is defined twice; give each its own")
        seen.add(identifier)
