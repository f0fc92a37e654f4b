"""Mandatory tests of what a profile asks for: 6.1.27.

The profiles that are never written here (security incident response, vulnerability report) are
not judged. From: CSAF 2.0 and 2.1, section 6.1.27.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tidegate.engines.formats.advisories.csaf.views import Fault, View

_ADVISORY: Final = "csaf_security_advisory"
_VEX: Final = "csaf_vex"
_ADVISORIES: Final = (_ADVISORY, "csaf_deprecated_security_advisory")
_WITHDRAWN: Final = "csaf_withdrawn"
_GONE: Final = (_WITHDRAWN, "csaf_superseded")
_INFORMATIONAL: Final = "csaf_informational_advisory"
_REASON: Final = "Reasoning for Withdrawal"
_VEX_STATUSES: Final = ("fixed", "known_affected", "known_not_affected", "under_investigation")


def vulnerabilities_of_withdrawn(view: View) -> Iterator[Fault]:
    """27.3: a withdrawn document, like an informational one, has no vulnerabilities."""
    if view.category in (*_GONE, _INFORMATIONAL) and view.document.get("vulnerabilities"):
        yield Fault("/vulnerabilities", "such a document has none; remove them")


def no_tree(view: View) -> Iterator[Fault]:
    """27.4: an advisory and a VEX have a product tree."""
    if view.category in (*_ADVISORIES, _VEX) and "product_tree" not in view.document:
        yield Fault("/product_tree", "is missing; name the products")


def no_notes(view: View) -> Iterator[Fault]:
    """27.5: in an advisory and a VEX each vulnerability has a note."""
    if view.category in (*_ADVISORIES, _VEX):
        for place, one in view.vulnerabilities:
            if not one.get("notes"):
                yield Fault(f"{place}/notes", "is missing; describe the vulnerability")


def no_status(view: View) -> Iterator[Fault]:
    """27.6: in an advisory each vulnerability has product statuses."""
    if view.category in _ADVISORIES:
        for place, one in view.vulnerabilities:
            if not one.get("product_status"):
                yield Fault(f"{place}/product_status", "is missing; say what is affected")


def no_vex_status(view: View) -> Iterator[Fault]:
    """27.7: in a VEX each vulnerability has one of four statuses."""
    if view.category == _VEX:
        for place, one in view.vulnerabilities:
            if not set(one.get("product_status", ())).intersection(_VEX_STATUSES):
                words = f"has none of {', '.join(_VEX_STATUSES)}; add one"
                yield Fault(f"{place}/product_status", words)


def no_name(view: View) -> Iterator[Fault]:
    """27.8: each vulnerability of a VEX, and in 2.1 of an advisory, has a name."""
    asked = (_VEX,) if view.edition == "2.0" else (_VEX, _ADVISORY)
    if view.category in asked:
        for place, one in view.vulnerabilities:
            if not one.get("cve") and not one.get("ids"):
                yield Fault(place, "has neither a CVE nor an id; add one")
            elif not one.get("cve"):
                yield from _nameless(view, place, one)


def no_impact(view: View) -> Iterator[Fault]:
    """27.9: in a VEX something says why a product is not affected."""
    if view.category == _VEX:
        for place, one in view.vulnerabilities:
            told = _covered(view, one, "threats", "category", "impact")
            told |= _covered(view, one, "flags", "label", None)
            yield from _bare(place, one, "known_not_affected", told, "say why it is not")


def no_action(view: View) -> Iterator[Fault]:
    """27.10: in a VEX something says what to do about an affected product."""
    if view.category == _VEX:
        for place, one in view.vulnerabilities:
            told = _covered(view, one, "remediations", "category", None)
            yield from _bare(place, one, "known_affected", told, "say what is to be done")


def no_vulnerabilities(view: View) -> Iterator[Fault]:
    """27.11: an advisory and a VEX have a vulnerability."""
    if view.category in (*_ADVISORIES, _VEX) and not view.document.get("vulnerabilities"):
        yield Fault("/vulnerabilities", "is missing; name one")


def nothing_affected(view: View) -> Iterator[Fault]:
    """27.12: in an advisory of 2.1 something is affected."""
    if view.category == _ADVISORY:
        for place, one in view.vulnerabilities:
            if not one.get("product_status", {}).get("known_affected"):
                words = "is missing; name what is affected, or write a VEX"
                yield Fault(f"{place}/product_status/known_affected", words)


def fixed_alone(view: View) -> Iterator[Fault]:
    """27.13: in an advisory of 2.1 something else is said of a package that is fixed."""
    if view.category != _ADVISORY:
        return
    packages = _packages(view)
    for place, one in view.vulnerabilities:
        status = one.get("product_status", {})
        others = {
            identifier
            for key, identifiers in status.items()
            if key != "fixed"
            for identifier in identifiers
        }
        for identifier in status.get("fixed", ()):
            if identifier in packages and not (packages[identifier] - {identifier}) & others:
                words = f"{identifier!r} has no affected version beside it; name one"
                yield Fault(f"{place}/product_status/fixed", words)


def no_description(view: View) -> Iterator[Fault]:
    """27.14: a withdrawn document has a description."""
    notes = view.head.get("notes", ())
    if view.category in _GONE and all(note["category"] != "description" for note in notes):
        yield Fault("/document/notes", "has no description; say why it was withdrawn")


def tree_of_withdrawn(view: View) -> Iterator[Fault]:
    """27.15: a withdrawn document has no product tree."""
    if view.category in _GONE and "product_tree" in view.document:
        yield Fault("/product_tree", "a withdrawn document has none; remove it")


def short_history_of_withdrawn(view: View) -> Iterator[Fault]:
    """27.16: what is withdrawn was there before."""
    if view.category in _GONE and len(view.tracking["revision_history"]) < 2:
        yield Fault("/document/tracking/revision_history", "a withdrawal is a revision; add it")


def no_reason(view: View) -> Iterator[Fault]:
    """27.17: a withdrawn document in English says why, once, under the standard's title."""
    is_english = view.head.get("lang", "en").lower().startswith("en")
    if view.category == _WITHDRAWN and is_english:
        found = [note for note in view.head.get("notes", ()) if note.get("title") == _REASON]
        if len(found) != 1 or found[0]["category"] != "description":
            yield Fault("/document/notes", f"has not one description titled {_REASON!r}; add it")


def _nameless(view: View, place: str, one: Mapping[str, Any]) -> Iterator[Fault]:
    """Find products of a vulnerability without a CVE, all of whose ids are for others."""
    if all(name.get("product_ids") or name.get("group_ids") for name in one["ids"]):
        named = {identifier for name in one["ids"] for identifier in view.products_of(name)}
        for key, identifiers in one.get("product_status", {}).items():
            if not named.issuperset(identifiers):
                yield Fault(f"{place}/product_status/{key}", "has a product without an id; add it")


def _covered(
    view: View, one: Mapping[str, Any], member: str, key: str, word: str | None
) -> set[str]:
    return {
        identifier
        for entry in one.get(member, ())
        if word is None or entry[key] == word
        for identifier in view.products_of(entry)
    }


def _bare(
    place: str, one: Mapping[str, Any], status: str, told: set[str], mend: str
) -> Iterator[Fault]:
    for index, identifier in enumerate(one.get("product_status", {}).get(status, ())):
        if identifier not in told:
            at = f"{place}/product_status/{status}/{index}"
            yield Fault(at, f"nothing is said of {identifier!r}; {mend}")


def _packages(view: View) -> dict[str, set[str]]:
    """Return, for each product under a package's branch, all that are."""
    branches = list(view.branches())
    found: dict[str, set[str]] = {}
    for place, branch in branches:
        if branch["category"] == "product_name":
            inside = {
                one["product"]["product_id"]
                for at, one in branches
                if at.startswith(f"{place}/") and "product" in one
            }
            found.update(dict.fromkeys(inside, inside))
    flat = {one["product_id"] for one in view.tree.get("full_product_names", ())}
    found.update(dict.fromkeys(flat, flat))
    return found
