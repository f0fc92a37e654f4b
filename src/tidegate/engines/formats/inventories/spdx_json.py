"""SPDX 2.2 and 2.3 in JSON (ISO/IEC 5962): what does it say that is installed.

Packages count; files and snippets do not. A package URL stands among the external references.
"""

from __future__ import annotations

from typing import Any, Final

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.inventories import hints, schema_checks
from tidegate.engines.formats.inventories.gathering import Gathering, Heading, moment, word

OPERATING_SYSTEM: Final = frozenset({"OPERATING-SYSTEM", "OPERATING_SYSTEM"})
"""The schema writes it with `_`, the specification's text and older producers with `-`."""

NO_PACKAGES: Final = frozenset({"FILE"})

_TRIVY_SYSTEM: Final = "SPDXRef-OperatingSystem"


def is_spdx(document: dict[str, Any]) -> bool:
    """Say whether a JSON object is meant as an SPDX 2 document."""
    return "spdxVersion" in document or (
        "SPDXID" in document and ("packages" in document or "creationInfo" in document)
    )


def read_spdx(document: dict[str, Any], found: Gathering) -> Heading:
    """Read an SPDX 2 document; what it says of itself is returned, the rest is gathered."""
    version = word(document.get("spdxVersion")).removeprefix("SPDX-")
    packages = document.get("packages", [])
    if isinstance(packages, list):
        for index, package in enumerate(packages):
            if isinstance(package, dict):
                _package(package, f"/packages/{index}", found)
            else:
                found.complain(
                    f"/packages/{index}", f"{shown(package)} is not a package; write {{...}}"
                )
    else:
        found.complain("/packages", f"{shown(packages)} is not a list; write [...]")
    _check(document, version, found)
    made = document.get("creationInfo")
    made = made if isinstance(made, dict) else {}
    creators = made.get("creators")
    return Heading(
        format="spdx-json",
        format_version=version,
        tool=tool_of(creators if isinstance(creators, list) else []),
        made_at=moment(made.get("created")),
        subject=word(document.get("name")),
    )


def _package(package: dict[str, Any], place: str, found: Gathering) -> None:
    get = package.get
    name, version = get("name"), get("versionInfo")
    purl = _purl(get("externalRefs"), place, found)
    source = ("", "")
    if info := get("sourceInfo"):
        source = hints.source_of_info(info)
    if not purl:
        purpose, identifier = word(get("primaryPackagePurpose")), word(get("SPDXID"))
        if (
            purpose in OPERATING_SYSTEM or identifier.startswith(_TRIVY_SYSTEM)
        ) and found.distribution(place, name, version):
            return
        if purpose in NO_PACKAGES:
            found.pass_over(place)
            return
    found.add(place, purl, name, none_of(version), *source)


def _purl(references: Any, place: str, found: Gathering) -> Any:
    if references is None:
        return None
    if not isinstance(references, list):
        found.complain(f"{place}/externalRefs", f"{shown(references)} is not a list; write [...]")
        return None
    purl: Any = None
    for reference in references:
        if type(reference) is dict and reference.get("referenceType") == "purl":
            locator = reference.get("referenceLocator")
            if purl is None:
                purl = locator
            elif locator != purl:
                found.complain(
                    f"{place}/externalRefs",
                    f"names several package URLs; {shown(purl, 100)} was taken; write one package"
                    " for each",
                )
                break
    return purl


def none_of(version: Any) -> Any:
    """Return a version, or nothing where SPDX's own words say that there is none."""
    return "" if version in ("NOASSERTION", "NONE") else version


def _check(document: dict[str, Any], version: str, found: Gathering) -> None:
    known = schema_checks.versions("spdx-2")
    if version in known:
        schema_checks.check(document, "spdx-2", version, found)
        return
    found.complain(
        "/spdxVersion",
        f"{shown(document.get('spdxVersion'))} is not a version whose schema is known here, so the"
        f" schema was not checked; known are {', '.join(f'SPDX-{one}' for one in known)}",
    )


def tool_of(creators: list[Any]) -> str:
    """Return the tools among the creators of a document: `Tool: syft-0.64.0`."""
    tools = [one for one in creators[:20] if isinstance(one, str) and one.startswith("Tool:")]
    return ", ".join(tool.removeprefix("Tool:").strip() for tool in tools)
