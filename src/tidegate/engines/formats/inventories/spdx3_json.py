"""SPDX 3.0 in JSON-LD: what does it say that is installed.

Read is the one serialisation that the specification lets be exchanged: the compact form, with the
published context, elements in `@graph`. It is JSON with fixed names; nothing is fetched, and no
other context is understood.
"""

from __future__ import annotations

from typing import Any, Final

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.inventories import hints, schema_checks
from tidegate.engines.formats.inventories.gathering import Gathering, Heading, moment, word

_CONTEXT: Final = "spdx.org/rdf/3"
_PACKAGES: Final = frozenset({"software_Package", "ai_AIPackage", "dataset_DatasetPackage"})
_PURL: Final = frozenset({"packageUrl", "packageURL"})
"""3.0 has the former; drafts had the latter."""

_OPERATING_SYSTEM: Final = "operatingSystem"
_NO_PACKAGES: Final = frozenset({"file", "data"})


def is_spdx3(document: dict[str, Any]) -> bool:
    """Say whether a JSON object is meant as an SPDX 3 document."""
    context = document.get("@context")
    said = context if isinstance(context, list) else [context]
    return any(_CONTEXT in one for one in said if isinstance(one, str))


def read_spdx3(document: dict[str, Any], found: Gathering) -> Heading:
    """Read an SPDX 3 document; what it says of itself is returned, the rest is gathered."""
    graph = document.get("@graph", [document])
    if not isinstance(graph, list):
        found.complain("/@graph", f"{shown(graph)} is not a list; write [...]")
        graph = []
    firsts: dict[str, dict[str, Any]] = {}
    tools: dict[str, str] = {}
    for index, element in enumerate(graph):
        if type(element) is not dict:
            found.complain(f"/@graph/{index}", f"{shown(element)} is not an element; write {{...}}")
            continue
        kind = element.get("type", element.get("@type"))
        if type(kind) is not str:
            found.complain(
                f"/@graph/{index}/type", f'{shown(kind)} is not a type; write "software_Package"'
            )
        elif kind in _PACKAGES:
            _package(element, f"/@graph/{index}", found)
        elif kind in ("CreationInfo", "SpdxDocument", "software_Sbom"):
            firsts.setdefault(kind, element)
        elif kind == "Tool":
            tools[_identifier(element)] = word(element.get("name"))
    made = firsts.get("CreationInfo", {})
    version = word(made.get("specVersion"))
    _check(document, version, found)
    using = made.get("createdUsing")
    named = (
        [tools.get(one, "") for one in using if isinstance(one, str)]
        if isinstance(using, list)
        else []
    )
    return Heading(
        format="spdx3-json",
        format_version=version,
        tool=", ".join(filter(None, named)),
        made_at=moment(made.get("created")),
        subject=word(firsts.get("SpdxDocument", {}).get("name"))
        or word(firsts.get("software_Sbom", {}).get("name")),
    )


def _package(element: dict[str, Any], place: str, found: Gathering) -> None:
    get = element.get
    name, version = get("name"), get("software_packageVersion")
    purl = get("software_packageUrl") or _purl_among(get("externalIdentifier"))
    if not purl:
        purpose = get("software_primaryPurpose")
        if purpose == _OPERATING_SYSTEM and found.distribution(place, name, version):
            return
        if isinstance(purpose, str) and purpose in _NO_PACKAGES:
            found.pass_over(place)
            return
    found.add(place, purl, name, version, *hints.source_of_info(get("software_sourceInfo")))


def _purl_among(identifiers: Any) -> Any:
    if isinstance(identifiers, list):
        for one in identifiers:
            if isinstance(one, dict) and word(one.get("externalIdentifierType")) in _PURL:
                return one.get("identifier")
    return None


def _identifier(element: dict[str, Any]) -> str:
    return word(element.get("spdxId", element.get("@id")))


def _check(document: dict[str, Any], version: str, found: Gathering) -> None:
    known = schema_checks.versions("spdx-3")
    if version in known:
        schema_checks.check(document, "spdx-3", version, found)
        return
    found.complain(
        "/@graph",
        f"specVersion {shown(version)} is not a version whose schema is known here, so the schema"
        f" was not checked; known are {', '.join(known)}",
    )
