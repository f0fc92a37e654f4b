"""Reads the analyses of a CycloneDX document as VEX statements.

From: CycloneDX 1.4 to 1.7, `vulnerabilities[].analysis` and `.affects`, and BOM-Link. The product
is what the document describes (`metadata.component`), by its package URL and, where it has one, the
serial number of the document; a component is what `affects` refers to. A BOM-Link refers into
another document, whose serial number is the product then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.records import Members, MisfitError
from tidegate.engines.matching.moments import moment_of
from tidegate.engines.matching.vex import Status
from tidegate.engines.matching.vex_words import chosen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidegate.engines.matching.vex_words import Collected

_VERSIONS: Final = ("1.4", "1.5", "1.6", "1.7")
_STATES: Final = {
    "exploitable": Status.AFFECTED,
    "in_triage": Status.UNDER_INVESTIGATION,
    "resolved": Status.FIXED,
    "resolved_with_pedigree": Status.FIXED,
    "false_positive": Status.NOT_AFFECTED,
    "not_affected": Status.NOT_AFFECTED,
}
_LINK: Final = "urn:cdx:"
_SERIAL: Final = "urn:uuid:"
_VERSION_STATUSES: Final = {
    "affected": Status.AFFECTED,
    "unaffected": Status.NOT_AFFECTED,
    "unknown": Status.UNDER_INVESTIGATION,
}


def cyclonedx_statements(root: Members, collected: Collected) -> None:
    """Add the statements of a document. Raises `MisfitError`."""
    version = root.required_text("specVersion")
    if version not in _VERSIONS:
        raise MisfitError(
            root.at("specVersion"), f"{shown(version)} is not read; write 1.4, 1.5, 1.6 or 1.7"
        )
    metadata = root.members("metadata") or Members({}, ("metadata",))
    subject = metadata.members("component")
    products = _products(root, subject)
    by_reference = {
        reference: _identifier(each) for each in _components(root) if (reference := _ref(each))
    }
    own = _ref(subject) if subject else None
    said_by = _author(metadata)
    made_at = moment_of(metadata, "timestamp")
    for each in root.each("vulnerabilities"):
        analysis = each.members("analysis")
        if analysis is None or analysis.value.get("state") is None:
            continue
        status = chosen(analysis, "state", _STATES)
        names = [each.text("id") or ""]
        names += [reference.text("id") or "" for reference in each.each("references")]
        said_at = (
            moment_of(analysis, "lastUpdated")
            or moment_of(analysis, "firstIssued")
            or moment_of(each, "updated")
            or made_at
        )
        words = "\n".join(
            filter(None, (analysis.text("detail"), ", ".join(analysis.texts("response"))))
        )
        for affected in each.each("affects"):
            reference = affected.required_text("ref")
            if reference == own:
                meant = [(product, "") for product in products]
            elif reference in by_reference:
                meant = [(product, by_reference[reference]) for product in products]
            elif reference.startswith(_LINK):
                meant = [_linked(affected, reference)]
            else:
                raise MisfitError(
                    affected.at("ref"), f"{shown(reference)} is no component of the document"
                )
            if not meant:
                raise MisfitError(
                    root.at("metadata", "component"),
                    "is missing; say what the document describes, or give it a serialNumber",
                )
            for product, component in meant:
                for part, said in _versions(affected, component, status, collected):
                    collected.add(
                        affected.path,
                        names,
                        product,
                        part,
                        said,
                        justification=analysis.text("justification") or "",
                        words=words,
                        said_by=said_by,
                        said_at=said_at,
                    )


def _products(root: Members, subject: Members | None) -> list[str]:
    """Return what the product goes by that the document describes."""
    found = [_identifier(subject)] if subject else []
    serial = root.text("serialNumber")
    return list(dict.fromkeys(name for name in (*found, serial) if name))


def _ref(component: Members) -> str | None:
    return component.text("bom-ref")


def _identifier(component: Members) -> str:
    purl = component.text("purl") or component.text("cpe")
    if purl and purl.strip():
        return purl.strip()
    parts = (component.text("group"), component.required_text("name"))
    name = "/".join(filter(None, parts))
    version = component.text("version")
    return f"{name}@{version}" if version else name


def _components(root: Members) -> Iterator[Members]:
    """Return all components and services, however deep."""
    waiting = [*root.each("components"), *root.each("services")][::-1]
    while waiting:
        component = waiting.pop()
        yield component
        waiting += [*component.each("components"), *component.each("services")][::-1]


def _author(metadata: Members) -> str:
    """Return who made the document."""
    for key in ("manufacturer", "supplier", "manufacture"):
        party = metadata.members(key)
        if party is not None and (name := party.text("name")):
            return name
    for author in metadata.each("authors"):
        if name := author.text("name"):
            return name
    return ""


def _linked(affected: Members, reference: str) -> tuple[str, str]:
    """Return the product and the component that a BOM-Link refers to."""
    document, _, fragment = reference.removeprefix(_LINK).partition("#")
    serial = document.partition("/")[0]
    if not serial:
        raise MisfitError(affected.at("ref"), f"{shown(reference)} is no BOM-Link")
    return f"{_SERIAL}{serial}", unquote(fragment)


def _versions(
    affected: Members, component: str, status: Status, collected: Collected
) -> Iterator[tuple[str, Status]]:
    """Return the component as it is meant, in each version of which something is said."""
    listed = affected.each("versions")
    if not listed:
        yield component, status
    for each in listed:
        said = _VERSION_STATUSES.get(each.text("status") or "affected")
        if said is None:
            raise MisfitError(
                each.at("status"), f"is none of {', '.join(_VERSION_STATUSES)}; write one of them"
            )
        version = each.text("version")
        is_purl = component.startswith("pkg:") and "?" not in component
        if not version or not is_purl:
            collected.leave_out(each.path, "names a range, or a version of what has no plain purl")
            continue
        name = component.rpartition("@")[0] if "@" in component.rpartition("/")[2] else component
        # The versions that are affected are those of which the analysis speaks.
        yield f"{name}@{version}", status if said is Status.AFFECTED else said
