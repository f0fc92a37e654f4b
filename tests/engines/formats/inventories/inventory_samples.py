"""Small inventories of our own, and how they are read in these tests."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tidegate.engines.formats.inventories.components import Component, Inventory
from tidegate.engines.formats.inventories.reading import InventoryError, read_inventory

GLIBC = "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12"


def cyclonedx(*components: Any, version: str = "1.6", **more: Any) -> dict[str, Any]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "version": 1,
        "components": list(components),
        **more,
    }


def library(name: str, version: str = "1.0", **more: Any) -> dict[str, Any]:
    purl = f"pkg:npm/{name}@{version}"
    return {"type": "library", "name": name, "version": version, "purl": purl, **more}


def spdx(*packages: Any, version: str = "2.3", **more: Any) -> dict[str, Any]:
    return {
        "spdxVersion": f"SPDX-{version}",
        "SPDXID": "SPDXRef-DOCUMENT",
        "dataLicense": "CC0-1.0",
        "name": "an image",
        "documentNamespace": "https://example.org/image",
        "creationInfo": {"created": "2026-11-26T10:00:00Z", "creators": ["Tool: maker-1.2"]},
        "packages": list(packages),
        **more,
    }


def package(
    name: str, version: str = "1.0", purl: str | None = None, **more: Any
) -> dict[str, Any]:
    located = f"pkg:npm/{name}@{version}" if purl is None else purl
    reference = {
        "referenceCategory": "PACKAGE-MANAGER",
        "referenceType": "purl",
        "referenceLocator": located,
    }
    return {
        "SPDXID": f"SPDXRef-{name}",
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "externalRefs": [reference],
        **more,
    }


SPDX3_CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"


def spdx3(*elements: Any) -> dict[str, Any]:
    person = {
        "type": "Person",
        "spdxId": "https://example.org/me",
        "name": "me",
        "creationInfo": "_:made",
    }
    tool = {
        "type": "Tool",
        "spdxId": "https://example.org/tool",
        "name": "maker 1.2",
        "creationInfo": "_:made",
    }
    made = {
        "type": "CreationInfo",
        "@id": "_:made",
        "specVersion": "3.0.1",
        "created": "2026-11-26T10:00:00Z",
        "createdBy": ["https://example.org/me"],
        "createdUsing": ["https://example.org/tool"],
    }
    return {"@context": SPDX3_CONTEXT, "@graph": [made, person, tool, *elements]}


def element(name: str, version: str = "1.0", **more: Any) -> dict[str, Any]:
    return {
        "type": "software_Package",
        "spdxId": f"https://example.org/{name}",
        "creationInfo": "_:made",
        "name": name,
        "software_packageVersion": version,
        "software_packageUrl": f"pkg:npm/{name}@{version}",
        **more,
    }


def read(document: Any, name: str = "sbom.json", **more: Any) -> Inventory:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_inventory(raw, name, **more)


def refusal(raw: bytes, name: str = "sbom.json", **more: Any) -> str:
    with pytest.raises(InventoryError) as caught:
        read_inventory(raw, name, **more)
    return str(caught.value)


def the_component(inventory: Inventory) -> Component:
    (component,) = inventory.components
    return component


def places(inventory: Inventory) -> list[str]:
    return [one.place for one in inventory.not_understood]


def words(inventory: Inventory) -> str:
    return "\n".join(f"{one.place}: {one.words}" for one in inventory.not_understood)
