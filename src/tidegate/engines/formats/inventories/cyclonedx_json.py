"""CycloneDX in JSON, versions 1.2 to 1.7 (ECMA-424): what does it say that is installed.

Components may hold components; all count. So does what the document describes, if it has a package
URL: the product itself can be affected. What is only told of a component's descent (`pedigree`),
its making (`formulation`) or its services is not installed.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Final

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.inventories import hints, schema_checks
from tidegate.engines.formats.inventories.gathering import Gathering, Heading, moment, word

NO_PACKAGES: Final = frozenset({"file", "data", "cryptographic-asset"})
"""Types of components that are nothing an advisory speaks of, unless they have a package URL."""

OPERATING_SYSTEM: Final = "operating-system"

_DEPTH: Final = "is nested deeper than {} components; what is below was left out"


def is_cyclonedx(document: dict[str, Any]) -> bool:
    """Say whether a JSON object is meant as a CycloneDX document."""
    said = word(document.get("bomFormat")).lower(), word(document.get("$schema")).lower()
    return (
        said[0] == "cyclonedx"
        or "cyclonedx.org" in said[1]
        or ("specVersion" in document and "components" in document)
    )


def read_cyclonedx(document: dict[str, Any], found: Gathering) -> Heading:
    """Read a CycloneDX document; what it says of itself is returned, the rest is gathered."""
    version = word(document.get("specVersion"))
    metadata = document.get("metadata")
    if not isinstance(metadata, dict):
        if metadata is not None:
            found.complain("/metadata", f"{shown(metadata)} is not an object; write {{...}}")
        metadata = {}
    described = metadata.get("component")
    if isinstance(described, dict):
        _distribution(described, "/metadata/component", found)
        if described.get("purl"):
            _components([described], "/metadata/component", found, is_list=False)
        elif described.get("components") is not None:
            _components(described["components"], "/metadata/component/components", found)
    else:
        described = {}
    if "components" in document:
        _components(document["components"], "/components", found)
    _check(document, version, found)
    return Heading(
        format="cyclonedx-json",
        format_version=version,
        tool=tool_of(metadata.get("tools")),
        made_at=moment(metadata.get("timestamp")),
        subject=" ".join(filter(None, (_full_name(described), word(described.get("version"))))),
    )


def _components(top: Any, place: str, found: Gathering, *, is_list: bool = True) -> None:
    waiting = deque([(top, place, 1)])
    while waiting:
        listed, prefix, depth = waiting.popleft()
        if not isinstance(listed, list):
            found.complain(prefix, f"{shown(listed)} is not a list; write [...]")
            continue
        if depth > found.limits.depth:
            found.complain(prefix, _DEPTH.format(found.limits.depth))
            continue
        for index, component in enumerate(listed):
            where = f"{prefix}/{index}" if is_list or depth > 1 else prefix
            if not isinstance(component, dict):
                found.complain(where, f"{shown(component)} is not a component; write {{...}}")
                continue
            inner = component.get("components")
            if inner:
                waiting.append((inner, f"{where}/components", depth + 1))
            _component(component, where, found)


def _component(component: dict[str, Any], place: str, found: Gathering) -> None:
    get = component.get
    purl = get("purl")
    if not purl:
        kind = get("type")
        if kind == OPERATING_SYSTEM and _distribution(component, place, found):
            return
        if type(kind) is str and kind in NO_PACKAGES:
            found.pass_over(place)
            return
    listed = get("properties")
    source = ("", "")
    if listed:
        source = hints.source_of_properties(hints.properties(listed))
    group, name = get("group"), get("name")
    if group and type(group) is str and type(name) is str:
        name = f"{group}/{name}"
    found.add(place, purl, name, get("version"), *source)


def _distribution(component: dict[str, Any], place: str, found: Gathering) -> bool:
    """Take the release of a distribution, if a component tells of one."""
    told = hints.distribution_of_properties(hints.properties(component.get("properties")))
    if all(told):
        return found.distribution(place, *told)
    if component.get("type") == OPERATING_SYSTEM:
        return found.distribution(place, component.get("name"), component.get("version"))
    return False


def _check(document: dict[str, Any], version: str, found: Gathering) -> None:
    known = schema_checks.versions("cyclonedx")
    if version in known:
        schema_checks.check(document, "cyclonedx", version, found)
        return
    found.complain(
        "/specVersion",
        f"{shown(document.get('specVersion'))} is not a version whose schema is known here, so the"
        f" schema was not checked; known are {', '.join(known)}",
    )


def tool_of(tools: Any) -> str:
    """Return the names and versions of what made a document; 1.5 changed the list's form."""
    if isinstance(tools, dict):
        tools = tools.get("components")
    if not isinstance(tools, list):
        return ""
    named = [tool for tool in tools[:5] if isinstance(tool, dict)]
    return ", ".join(
        " ".join(filter(None, (word(tool.get("name")), word(tool.get("version")))))
        for tool in named
    )


def _full_name(component: dict[str, Any]) -> str:
    return "/".join(filter(None, (word(component.get("group")), word(component.get("name")))))
