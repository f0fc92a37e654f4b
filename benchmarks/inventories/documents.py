"""Inventories to read: made up, always the same, with the members and sizes of real ones.

About 1.8 kB a component in CycloneDX and SPDX, as in the SBOMs of containers: hashes, licenses,
references, properties, CPEs. A tenth is repeated, and half are packages of a distribution.
"""

from __future__ import annotations

import hashlib
import json
import random
from typing import Any, Final

_TEXT: Final = "core http parser stream cache crypto json yaml event queue shell net io math"
_WORDS: Final = _TEXT.split()
_AT: Final = "2026-11-26T10:00:00Z"


def cyclonedx_json(count: int) -> bytes:
    """Return CycloneDX 1.6 as JSON."""
    components = [
        {
            "type": "library",
            "bom-ref": f"ref-{number}",
            "name": name,
            "version": version,
            "description": " ".join(_WORDS),
            "hashes": [
                {"alg": "SHA-256", "content": _digest(number)},
                {"alg": "SHA-512", "content": _digest(number) * 2},
            ],
            "licenses": [{"license": {"id": "MIT"}}],
            "cpe": f"cpe:2.3:a:{name}:{name}:{version}:*:*:*:*:*:*:*",
            "purl": purl,
            "externalReferences": [
                {"type": kind, "url": f"https://example.org/{name}/{kind}"}
                for kind in ("vcs", "website", "issue-tracker", "distribution")
            ],
            "properties": [
                {"name": f"maker:property:{word}", "value": f"{word} of {name}"}
                for word in _WORDS[:6]
            ]
            + [{"name": "aquasecurity:trivy:SrcName", "value": name}],
        }
        for number, (name, version, purl) in enumerate(_packages(count))
    ]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"timestamp": _AT, "component": {"type": "application", "name": "image"}},
        "components": components,
        "dependencies": [
            {"ref": f"ref-{number}", "dependsOn": [f"ref-{number + 1}"]}
            for number in range(count - 1)
        ],
    }
    return _json(document)


def cyclonedx_xml(count: int) -> bytes:
    """Return CycloneDX 1.6 as XML."""
    components = "\n".join(
        f'<component type="library" bom-ref="ref-{number}"><name>{name}</name>'
        f"<version>{version}</version><description>{' '.join(_WORDS)}</description><hashes>"
        f'<hash alg="SHA-256">{_digest(number)}</hash></hashes><licenses><license><id>MIT</id>'
        f"</license></licenses><purl>{purl.replace('&', '&amp;')}</purl><externalReferences>"
        f'<reference type="vcs"><url>https://example.org/{name}</url></reference>'
        '</externalReferences><properties><property name="aquasecurity:trivy:SrcName">'
        f"{name}</property></properties></component>"
        for number, (name, version, purl) in enumerate(_packages(count))
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"><metadata><timestamp>{_AT}'
        f"</timestamp></metadata><components>\n{components}\n</components></bom>"
    ).encode()


def spdx_json(count: int) -> bytes:
    """Return SPDX 2.3 as JSON."""
    packages = [
        {
            "SPDXID": f"SPDXRef-{number}",
            "name": name,
            "versionInfo": version,
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False,
            "sourceInfo": f"built package from: {name} {version}",
            "licenseConcluded": "MIT",
            "licenseDeclared": "MIT",
            "copyrightText": "NOASSERTION",
            "checksums": [{"algorithm": "SHA256", "checksumValue": _digest(number)}],
            "externalRefs": [
                {
                    "referenceCategory": "SECURITY",
                    "referenceType": "cpe23Type",
                    "referenceLocator": f"cpe:2.3:a:{word}:{name}:{version}:*:*:*:*:*:*:*",
                }
                for word in _WORDS[:4]
            ]
            + [
                {
                    "referenceCategory": "PACKAGE-MANAGER",
                    "referenceType": "purl",
                    "referenceLocator": purl,
                }
            ],
        }
        for number, (name, version, purl) in enumerate(_packages(count))
    ]
    relations = [
        {
            "spdxElementId": "SPDXRef-DOCUMENT",
            "relatedSpdxElement": f"SPDXRef-{number}",
            "relationshipType": "DESCRIBES",
        }
        for number in range(count)
    ]
    return _json(
        {
            "spdxVersion": "SPDX-2.3",
            "SPDXID": "SPDXRef-DOCUMENT",
            "dataLicense": "CC0-1.0",
            "name": "image",
            "documentNamespace": "https://example.org/image",
            "creationInfo": {"created": _AT, "creators": ["Tool: maker-1.2"]},
            "packages": packages,
            "relationships": relations,
        }
    )


def spdx_tags(count: int) -> bytes:
    """Return SPDX 2.3 as tag-value."""
    head = (
        "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\n"
        "DocumentName: image\nDocumentNamespace: https://example.org/image\n"
        f"Creator: Tool: maker-1.2\nCreated: {_AT}\n"
    )
    packages = "".join(
        f"\nPackageName: {name}\nSPDXID: SPDXRef-{number}\nPackageVersion: {version}\n"
        "PackageDownloadLocation: NOASSERTION\nFilesAnalyzed: false\n"
        f"PackageChecksum: SHA256: {_digest(number)}\n"
        f"PackageSourceInfo: <text>built package from: {name} {version}</text>\n"
        "PackageLicenseConcluded: MIT\nPackageLicenseDeclared: MIT\n"
        "PackageCopyrightText: NOASSERTION\n"
        f"ExternalRef: PACKAGE-MANAGER purl {purl}\n"
        f"Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-{number}\n"
        for number, (name, version, purl) in enumerate(_packages(count))
    )
    return (head + packages).encode()


def spdx3_json(count: int) -> bytes:
    """Return SPDX 3.0.1 as JSON-LD."""
    base = "https://example.org/image#"
    made = {
        "type": "CreationInfo",
        "@id": "_:made",
        "specVersion": "3.0.1",
        "created": _AT,
        "createdBy": [f"{base}me"],
    }
    person = {"type": "Person", "spdxId": f"{base}me", "creationInfo": "_:made", "name": "me"}
    packages = [
        {
            "type": "software_Package",
            "spdxId": f"{base}{number}",
            "creationInfo": "_:made",
            "name": name,
            "software_packageVersion": version,
            "software_packageUrl": purl,
            "software_downloadLocation": f"https://example.org/{name}",
            "software_copyrightText": "NOASSERTION",
            "software_sourceInfo": f"built package from: {name} {version}",
            "verifiedUsing": [
                {"type": "Hash", "algorithm": "sha256", "hashValue": _digest(number)}
            ],
        }
        for number, (name, version, purl) in enumerate(_packages(count))
    ]
    context = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
    return _json({"@context": context, "@graph": [made, person, *packages]})


def package_lock(count: int) -> bytes:
    """Return a `package-lock.json` of version 3."""
    packages = {
        f"node_modules/{name}-{number}": {
            "version": version,
            "resolved": f"https://registry.example.org/{name}/-/{name}-{version}.tgz",
            "integrity": f"sha512-{_digest(number)}",
            "license": "MIT",
            "dependencies": dict.fromkeys(_WORDS[:5], "^1.0.0"),
        }
        for number, (name, version, _) in enumerate(_packages(count))
    }
    return _json({"name": "shop", "lockfileVersion": 3, "packages": {"": {}, **packages}})


def uv_lock(count: int) -> bytes:
    """Return a `uv.lock`."""
    packages = "".join(
        f'[[package]]\nname = "{name}-{number}"\nversion = "{version}"\n'
        'source = { registry = "https://pypi.org/simple" }\ndependencies = [\n'
        + "".join(f'    {{ name = "{word}" }},\n' for word in _WORDS[:3])
        + "]\nwheels = [\n"
        + "".join(
            f'    {{ url = "https://example.org/{name}-{version}-{tag}.whl", hash = "sha256:'
            f'{_digest(number)}", size = 1000, upload-time = "{_AT}" }},\n'
            for tag in _WORDS
        )
        + "]\n\n"
        for number, (name, version, _) in enumerate(_packages(count))
    )
    return f'version = 1\nrequires-python = ">=3.11"\n\n{packages}'.encode()


def requirements(count: int) -> bytes:
    """Return a `requirements.txt` with digests."""
    return "".join(
        f"{name}-{number}=={version} \\\n    --hash=sha256:{_digest(number)}\n"
        for number, (name, version, _) in enumerate(_packages(count))
    ).encode()


def dpkg_status(count: int) -> bytes:
    """Return dpkg's status file."""
    return "".join(
        f"Package: {name}-{number}\nStatus: install ok installed\nPriority: optional\n"
        f"Section: libs\nInstalled-Size: 100\nMaintainer: me <me@example.org>\n"
        f"Architecture: amd64\nSource: {name}\nVersion: {version}-1+deb12u1\n"
        f"Depends: libc6 (>= 2.36)\nDescription: {' '.join(_WORDS)}\n {' '.join(_WORDS)}\n"
        f" {' '.join(_WORDS)}\nHomepage: https://example.org/{name}\n\n"
        for number, (name, version, _) in enumerate(_packages(count))
    ).encode()


def _packages(count: int) -> list[tuple[str, str, str]]:
    drawn = random.Random(6)
    packages: list[tuple[str, str, str]] = []
    for number in range(count):
        if packages and drawn.random() < 0.1:
            packages.append(drawn.choice(packages))
            continue
        name = f"{drawn.choice(_WORDS)}-{drawn.choice(_WORDS)}-{number // 3}"
        version = f"{drawn.randrange(20)}.{drawn.randrange(40)}.{drawn.randrange(9)}"
        purl = f"pkg:npm/{name}@{version}"
        if number % 2:
            purl = f"pkg:deb/debian/{name}@{version}?arch=amd64&distro=debian-12"
        packages.append((name, version, purl))
    return packages


def _digest(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, indent=2).encode()
