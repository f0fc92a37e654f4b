"""Reads the statements of an OpenVEX document, version 0.2.0.

From: the OpenVEX specification 0.2.0, "Statement Fields" and "Data Inheritance": what a statement
leaves out, its document says. A product goes by its `@id` and by every identifier beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.records import Members, MisfitError
from tidegate.engines.matching.moments import moment_of
from tidegate.engines.matching.vex import Status
from tidegate.engines.matching.vex_words import chosen

if TYPE_CHECKING:
    from tidegate.engines.matching.vex_words import Collected

_CONTEXTS: Final = ("https://openvex.dev/ns", "https://openvex.dev/ns/v0.2.0")
_STATUSES: Final = {status.value: status for status in Status}
_IDENTIFIERS: Final = ("purl", "cpe23", "cpe22")


def openvex_statements(root: Members, collected: Collected) -> None:
    """Add the statements of a document. Raises `MisfitError`."""
    context = root.required_text("@context")
    if context not in _CONTEXTS:
        raise MisfitError(
            root.at("@context"), f"{shown(context)} is not read; write {_CONTEXTS[-1]}"
        )
    author = root.required_text("author")
    document_at = moment_of(root, "last_updated") or moment_of(root, "timestamp")
    for each in root.each("statements"):
        vulnerability = each.members("vulnerability")
        if vulnerability is None:
            raise MisfitError(each.at("vulnerability"), "is missing; name the vulnerability")
        names = [vulnerability.required_text("name"), *vulnerability.texts("aliases")]
        status = chosen(each, "status", _STATUSES)
        justification = each.text("justification") or ""
        impact = each.text("impact_statement") or ""
        if status is Status.NOT_AFFECTED and not (justification.strip() or impact.strip()):
            raise MisfitError(
                each.at("justification"), "is missing; whoever says not_affected says why"
            )
        words = "\n".join(filter(None, (impact, each.text("action_statement"))))
        said_at = moment_of(each, "last_updated") or moment_of(each, "timestamp") or document_at
        products = each.each("products")
        if not products:
            raise MisfitError(each.at("products"), "is empty; name the products that are meant")
        for product in products:
            parts = [name for part in product.each("subcomponents") for name in _names(part)]
            for name in _names(product):
                for component in parts or [""]:
                    collected.add(
                        product.path,
                        names,
                        name,
                        component,
                        status,
                        justification=justification,
                        words=words,
                        said_by=author,
                        said_at=said_at,
                    )


def _names(thing: Members) -> list[str]:
    """Return what a product or a part of it goes by, each once."""
    identifiers = thing.members("identifiers")
    found = [thing.text("@id")]
    found += [identifiers.text(key) for key in _IDENTIFIERS] if identifiers else []
    names = list(dict.fromkeys(name.strip() for name in found if name and name.strip()))
    if not names:
        raise MisfitError(thing.at("@id"), "is missing; give a package URL")
    return names
