"""SPDX 2 in tag-value form: what does it say that is installed.

A line is `Tag: value`; a value between `<text>` and `</text>` may take several. A package begins
with `PackageName`, and ends where a file, a snippet or the next package begins. No schema exists
for this form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.inventories import hints
from tidegate.engines.formats.inventories.gathering import Gathering, Heading, moment
from tidegate.engines.formats.inventories.spdx_json import (
    NO_PACKAGES,
    OPERATING_SYSTEM,
    none_of,
    tool_of,
)

_LINE = re.compile(r"(?P<tag>[A-Za-z0-9]{1,60}):[ \t]*(?P<value>.*)")
_PURL = re.compile(r"PACKAGE[-_]MANAGER[ \t]+purl[ \t]+(?P<purl>\S+)")
_OTHERS: Final = frozenset({"FileName", "SnippetSPDXID", "LicenseID", "Relationship", "Annotator"})
_ONCE: Final = frozenset(
    {
        "PackageVersion",
        "SPDXID",
        "PackageSourceInfo",
        "PrimaryPackagePurpose",
    }
)


def is_spdx_tags(text: str) -> bool:
    """Say whether a text is meant as an SPDX document in tag-value form."""
    return re.search(r"^SPDXVersion:[ \t]*SPDX-", text[:65_536], re.MULTILINE) is not None


def read_spdx_tags(text: str, found: Gathering) -> Heading:
    """Read a document; what it says of itself is returned, the rest is gathered."""
    heading: dict[str, str] = {}
    creators: list[str] = []
    package: dict[str, str] | None = None
    for number, tag, value in _tags(text, found):
        if tag == "PackageName":
            _take(package, found)
            package = {"name": value, "line": f"line {number}"}
        elif tag in _OTHERS:
            _take(package, found)
            package = None
        elif tag == "ExternalRef" and package is not None:
            if match := _PURL.match(value):
                package.setdefault("purl", match["purl"])
        elif package is not None and tag in _ONCE:
            package.setdefault(tag, value)
        elif tag == "Creator" and len(creators) < 20:
            creators.append(value)
        elif package is None:
            heading.setdefault(tag, value)
    _take(package, found)
    return Heading(
        format="spdx-tag-value",
        format_version=heading.get("SPDXVersion", "").removeprefix("SPDX-"),
        tool=tool_of(creators),
        made_at=moment(heading.get("Created")),
        subject=heading.get("DocumentName", ""),
    )


def _tags(text: str, found: Gathering) -> Iterator[tuple[int, str, str]]:
    """Give each tag with the number of its line and its value."""
    begun: tuple[int, str, list[str]] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        if begun is not None:
            before, end, _ = line.partition("</text>")
            begun[2].append(before)
            if end:
                yield begun[0], begun[1], "\n".join(begun[2])
                begun = None
            continue
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            found.complain(
                f"line {number}", f"{shown(line)} is not a tag; write it like PackageName: glibc"
            )
            continue
        value = match["value"]
        if value.startswith("<text>"):
            value, end, _ = value.removeprefix("<text>").partition("</text>")
            if not end:
                begun = (number, match["tag"], [value])
                continue
        yield number, match["tag"], value
    if begun is not None:
        found.complain(f"line {begun[0]}", "<text> is never closed; what follows was not read")


def _take(package: dict[str, str] | None, found: Gathering) -> None:
    if package is None:
        return
    place = package.get("SPDXID") or package["line"]
    name, purl = package["name"], package.get("purl", "")
    version = none_of(package.get("PackageVersion", ""))
    if not purl:
        purpose = package.get("PrimaryPackagePurpose", "")
        if purpose in OPERATING_SYSTEM and found.distribution(place, name, version):
            return
        if purpose in NO_PACKAGES:
            found.pass_over(place)
            return
    source = hints.source_of_info(package.get("PackageSourceInfo"))
    found.add(place, purl, name, version, *source)
