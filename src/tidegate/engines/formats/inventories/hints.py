"""Where the producers of SBOMs hide of which source package a binary package was built.

Three of four binary packages of Debian have another name than their source package, under which
advisories speak of them. Syft writes it into the package URL, where it stays. Trivy writes it into
`sourceInfo` of SPDX and into properties of CycloneDX; Syft's properties hold it once more.
"""

from __future__ import annotations

import re
from typing import Any, Final

from tidegate.engines.formats.inventories.components import Component

# From Trivy's SPDX: "built package from: glibc 2.36-9+deb12u1".
_BUILT_FROM: Final = "built package from:"

# From Syft, for RPM: "glibc-2.28-225.el8.src.rpm".
_SOURCE_RPM = re.compile(r"(?P<name>[^/\s]+)-(?P<version>[^-/\s]+-[^-/\s]+)\.(?:no)?src\.rpm")

_TRIVY: Final = "aquasecurity:trivy:"
_SYFT: Final = "syft:metadata:"
_SYFT_DISTRO: Final = "syft:distro:"
_WANTED: Final = (_TRIVY, _SYFT, _SYFT_DISTRO)
_LONGEST_TEXT: Final = 1_024
_LONGEST_LOOK: Final = 1_000
"""Properties of one component that are looked at."""


def source_of_info(info: Any) -> tuple[str, str]:
    """Return the source package's name and version after `sourceInfo`; empty where untold."""
    if not isinstance(info, str):
        return "", ""
    before, found, rest = info.partition(_BUILT_FROM)
    if not found or before.strip():
        return "", ""
    words = rest[:2_048].split()
    if not 1 <= len(words) <= 2:
        return "", ""
    return words[0], words[1] if len(words) == 2 else ""


def properties(listed: Any) -> dict[str, str]:
    """Return the properties of a component that are looked at here, by name."""
    if not isinstance(listed, list):
        return {}
    found: dict[str, str] = {}
    for one in listed[:_LONGEST_LOOK]:
        if isinstance(one, dict):
            name, value = one.get("name"), one.get("value")
            if isinstance(name, str) and isinstance(value, str) and name.startswith(_WANTED):
                found.setdefault(name, value)
    return found


def source_of_properties(found: dict[str, str]) -> tuple[str, str]:
    """Return the source package's name and version after `properties`; empty where untold."""
    if name := found.get(f"{_TRIVY}SrcName"):
        version = found.get(f"{_TRIVY}SrcVersion", "")
        release = found.get(f"{_TRIVY}SrcRelease", "")
        epoch = found.get(f"{_TRIVY}SrcEpoch", "")
        if version and release:
            version = f"{version}-{release}"
        if version and epoch not in ("", "0"):
            version = f"{epoch}:{version}"
        return name, version
    if name := found.get(f"{_SYFT}source"):
        return name, found.get(f"{_SYFT}sourceVersion", "")
    if rpm := _SOURCE_RPM.fullmatch(found.get(f"{_SYFT}sourceRpm", "")[:_LONGEST_TEXT]):
        return rpm["name"], rpm["version"]
    return "", ""


def told_by_silence(components: list[Component], tool: str) -> list[Component]:
    """Return components with the sources that a producer tells by leaving them out.

    Syft names the source of a Debian package (`upstream`) only where it has another name; so where
    it names none, the package has its source's name.
    """
    if "syft" not in tool.lower():
        return components
    return [
        one._replace(source_name=one.name)
        if one.purl.startswith("pkg:deb/") and not one.source_name and "upstream=" not in one.purl
        else one
        for one in components
    ]


def distribution_of_properties(found: dict[str, str]) -> tuple[str, str]:
    """Return a distribution's identifier and its release after Syft's properties."""
    return found.get(f"{_SYFT_DISTRO}id", ""), found.get(f"{_SYFT_DISTRO}versionID", "")
