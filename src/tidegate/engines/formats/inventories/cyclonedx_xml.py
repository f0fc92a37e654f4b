"""CycloneDX in XML, versions 1.0 to 1.7: what does it say that is installed.

XML of unknown origin is dangerous by itself. A document type declaration is refused before the
parser sees it, and with it every entity; the encoding is UTF-8 and no other, so that there is one
reading of the first bytes; nothing is fetched; depth and size stay within libxml2's bounds.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Final

from lxml import etree

from tidegate.engines.formats.documents import Fault, shown
from tidegate.engines.formats.inventories import hints, xml_schema_checks
from tidegate.engines.formats.inventories.cyclonedx_json import (
    NO_PACKAGES,
    OPERATING_SYSTEM,
)
from tidegate.engines.formats.inventories.gathering import Gathering, Heading, moment
from tidegate.engines.formats.inventories.refusals import InventoryError

_NAMESPACE: Final = "http://cyclonedx.org/schema/bom/"

# What may stand before the first element. Each alternative begins differently, and ends at once.
_PROLOG = re.compile(rb"(?:\s++|<\?(?:(?!\?>).)*+\?>|<!--(?:(?!-->).)*+-->)*+", re.DOTALL)

Element = etree._Element  # noqa: SLF001 - lxml has no public name for it


def read_cyclonedx_xml(raw: bytes, found: Gathering) -> Heading:
    """Read a CycloneDX document; what it says of itself is returned, the rest is gathered.

    Raises `InventoryError` if it is not XML, declares a document type, or is another document.
    """
    root = _parsed(raw, found)
    namespace, _, local = root.tag.removeprefix("{").rpartition("}")
    if local != "bom" or not namespace.startswith(_NAMESPACE):
        raise InventoryError(
            found.source,
            Fault(
                "",
                f"is XML with the root {shown(root.tag, 100)}, which is not read here; hand in"
                " CycloneDX, or SPDX as JSON",
            ),
        )
    version = namespace.removeprefix(_NAMESPACE)
    prefix = f"{{{namespace}}}"
    metadata = root.find(f"{prefix}metadata")
    tool, made, subject = "", "", ""
    if metadata is not None:
        made = _text(metadata, f"{prefix}timestamp") or ""
        tool = _tools(metadata, prefix)
        described = metadata.find(f"{prefix}component")
        if described is not None:
            name = _full_name(described, prefix)
            subject = " ".join(filter(None, (name, _text(described, f"{prefix}version"))))
            _distribution(described, prefix, _place(described), found)
            if _text(described, f"{prefix}purl"):
                _walk([described], prefix, found)
            elif (inner := described.find(f"{prefix}components")) is not None:
                _walk(inner, prefix, found)
    listed = root.find(f"{prefix}components")
    if listed is not None:
        _walk(listed, prefix, found)
    # Last, since it takes the tree apart.
    xml_schema_checks.check(root, version, found)
    return Heading("cyclonedx-xml", version, tool, moment(made), subject)


def _parsed(raw: bytes, found: Gathering) -> Element:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        fault = Fault("", f"not UTF-8 at byte {error.start + 1}; save it as UTF-8")
        raise InventoryError(found.source, fault) from error
    prolog = _PROLOG.match(raw)
    assert prolog is not None
    if raw[prolog.end() : prolog.end() + 2] == b"<!":
        raise InventoryError(
            found.source,
            Fault(
                "", "declares a document type, which can hide an entity bomb; take <!DOCTYPE out"
            ),
        )
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        fault = Fault("", f"not XML: {shown(str(error), 160)}; mend it there")
        raise InventoryError(found.source, fault) from error
    if root is None or not isinstance(root.tag, str) or root.getroottree().docinfo.internalDTD:
        raise InventoryError(found.source, Fault("", "not XML that is read here"))
    return root


def _walk(top: Element | list[Element], prefix: str, found: Gathering) -> None:
    tag, inner_tag = f"{prefix}component", f"{prefix}components"
    waiting: deque[tuple[Element | list[Element], int]] = deque([(top, 1)])
    while waiting:
        listed, depth = waiting.popleft()
        for component in listed:
            if component.tag != tag:
                continue
            inner = component.find(inner_tag)
            if inner is not None and depth < found.limits.depth:
                waiting.append((inner, depth + 1))
            elif inner is not None:
                found.complain(
                    _place(inner),
                    f"is nested deeper than {found.limits.depth} components; what is below was"
                    " left out",
                )
            _component(component, prefix, found)


def _component(component: Element, prefix: str, found: Gathering) -> None:
    told: dict[str, str] = {}
    listed: Element | None = None
    skip = len(prefix)
    for child in component:
        name = child.tag[skip:]
        if name in _READ:
            told.setdefault(name, (child.text or "").strip())
        elif name == "properties":
            listed = child
    purl = told.get("purl", "")
    place = component.get("bom-ref") or _place(component)
    if not purl:
        kind = component.get("type")
        if kind == OPERATING_SYSTEM and _distribution(component, prefix, place, found):
            return
        if kind in NO_PACKAGES:
            found.pass_over(place)
            return
    source = ("", "")
    if listed is not None:
        source = hints.source_of_properties(_properties(listed))
    name = told.get("name", "")
    if told.get("group") and name:
        name = f"{told['group']}/{name}"
    found.add(place, purl, name, told.get("version", ""), *source)


_READ: Final = frozenset({"group", "name", "version", "purl"})


def _distribution(component: Element, prefix: str, place: str, found: Gathering) -> bool:
    listed = component.find(f"{prefix}properties")
    if listed is not None:
        told = hints.distribution_of_properties(_properties(listed))
        if all(told):
            return found.distribution(place, *told)
    if component.get("type") != OPERATING_SYSTEM:
        return False
    return found.distribution(
        place, _text(component, f"{prefix}name"), _text(component, f"{prefix}version")
    )


def _properties(listed: Element) -> dict[str, str]:
    return hints.properties(
        [{"name": child.get("name"), "value": (child.text or "").strip()} for child in listed]
    )


def _tools(metadata: Element, prefix: str) -> str:
    tools = metadata.find(f"{prefix}tools")
    if tools is None:
        return ""
    inner = tools.find(f"{prefix}components")
    named = [
        " ".join(filter(None, (_text(one, f"{prefix}name"), _text(one, f"{prefix}version"))))
        for one in list(tools if inner is None else inner)[:5]
    ]
    return ", ".join(filter(None, named))


def _full_name(component: Element, prefix: str) -> str:
    words = (_text(component, f"{prefix}group"), _text(component, f"{prefix}name"))
    return "/".join(filter(None, words))


def _text(element: Element, tag: str) -> str | None:
    text = element.findtext(tag)
    return text.strip() if text else None


def _place(element: Element) -> str:
    return f"line {element.sourceline}"
