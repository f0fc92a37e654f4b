"""Where does a CycloneDX document in XML break its published XSD? A list, bounded like the other.

libxml2 collects every violation before it tells the first one, and a hostile document has millions.
So the document is checked in pieces, each with the root around it: the frame without the long
sections, and these by so many entries. The search ends where enough is found. What an entry has to
share with others (a `bom-ref` that comes twice) does not show this way.

License identifiers are not checked, as in `schema_checks`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from importlib import resources
from typing import Any, Final

from lxml import etree

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.inventories.gathering import Gathering

_SCHEMAS: Final = resources.files("tidegate.engines.formats.inventories") / "schemas"
_VERSIONS: Final = ("1.4", "1.5", "1.6", "1.7")
_LICENSES: Final = "spdx.SNAPSHOT.xsd"
_ANY_LICENSE: Final = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
  targetNamespace="http://cyclonedx.org/schema/spdx">
  <xs:simpleType name="licenseId"><xs:restriction base="xs:string"/></xs:simpleType>
</xs:schema>"""

_LONG_SECTIONS: Final = ("components", "services", "dependencies", "vulnerabilities")
_PIECE_ENTRIES: Final = 100
_ENTRY_ELEMENTS: Final = 20_000
_ENOUGH: Final = 5_000
"""Violations after which the search ends."""

_NAMESPACE = re.compile(r"\{http://cyclonedx\.org/schema/bom/[0-9.]+\}")

_COMPILED: Final = threading.local()

Element = etree._Element  # noqa: SLF001 - lxml has no public name for it


def check(root: Element, version: str, found: Gathering) -> None:
    """List where a document breaks its schema; takes the document apart.

    Args:
        root: the element `bom`.
        version: that of its namespace.
        found: where it is listed.
    """
    if version not in _VERSIONS:
        found.complain(
            "line 1",
            f"{shown(version)} is not a version whose XML schema is known here, so the schema was"
            f" not checked; known are {', '.join(_VERSIONS)}",
        )
        return
    schema = _schema(version)
    told: dict[str, tuple[str, str, int]] = {}
    for piece in _pieces(root, found):
        if schema.validate(piece):
            continue
        for error in schema.error_log:  # type: ignore[attr-defined]  # not in the stubs
            words = _words(error.message)
            place, first, count = told.get(words, (f"line {error.line}", words, 0))
            told[words] = (place, first, count + 1)
        many = sum(count for _, _, count in told.values()) >= _ENOUGH
        if many or len(told) >= found.limits.schema_faults:
            break
    for place, words, count in list(told.values())[: found.limits.schema_faults]:
        others = f"; so do {count - 1:,} others" if count > 1 else ""
        found.complain(place, f"against the schema: {words}{others}")


def _pieces(root: Element, found: Gathering) -> Iterator[Element]:
    sections: list[tuple[Element, list[Element]]] = []
    for section in root:
        if etree.QName(section).localname in _LONG_SECTIONS:
            entries = list(section)
            for entry in entries:
                section.remove(entry)
            sections.append((section, entries))
    if _elements(root) > _ENTRY_ELEMENTS:
        found.complain("line 1", "is too large beside its components to be checked by the schema")
    else:
        yield root
    for section, entries in sections:
        for start in range(0, len(entries), _PIECE_ENTRIES):
            frame = _alike(root)
            part = _alike(section)
            frame.append(part)
            part.extend(entries[start : start + _PIECE_ENTRIES])
            if _elements(part) > _ENTRY_ELEMENTS:
                for entry in list(part):
                    if _elements(entry) > _ENTRY_ELEMENTS // _PIECE_ENTRIES:
                        part.remove(entry)
                        found.complain(
                            f"line {entry.sourceline}", "is too large to be checked by the schema"
                        )
            yield frame


def _alike(element: Element) -> Element:
    """Return an element with the same name and attributes, and nothing in it."""
    bare = etree.Element(element.tag, nsmap=element.nsmap)  # type: ignore[arg-type]
    for name, value in element.attrib.items():
        bare.set(name, value)
    return bare


def _elements(element: Element) -> int:
    return int(element.xpath("count(.//*)"))  # type: ignore[arg-type]  # a float, says XPath


def _schema(version: str) -> etree.XMLSchema:
    # Each thread has its own: a schema keeps the list of what it found wrong.
    made: dict[str, etree.XMLSchema] = _COMPILED.__dict__
    if version not in made:
        made[version] = _compiled(version)
    return made[version]


def _compiled(version: str) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    parser.resolvers.add(_AnyLicense())
    text = (_SCHEMAS / f"bom-{version}.SNAPSHOT.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(text, parser))


class _AnyLicense(etree.Resolver):
    """Gives, in place of the list of licenses, any text."""

    def resolve(  # type: ignore[override]  # the stubs leave the context out
        self,
        system_url: str,
        public_id: str,  # noqa: ARG002 - lxml gives it
        context: Any,
    ) -> Any:
        """Resolve what the schema imports, and nothing else."""
        if not system_url.endswith(_LICENSES):
            raise ValueError(system_url)
        return self.resolve_string(_ANY_LICENSE, context, base_url=system_url)


def _words(message: str) -> str:
    plain = _NAMESPACE.sub("", message[:2_000])
    return shown(plain, 200)
