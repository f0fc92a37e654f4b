"""The order of Semantic Versioning 2.0 (section 11): npm, crates.io, Go, Hex, Swift.

Build metadata does not count. Their registries take nothing but SemVer, so they share one order;
what tools write around it is let pass: a `v` or `=` before it, missing minor and patch numbers,
and for Go the toolchain's own words (`go1.21rc2` is `1.21.0-rc.2`, as Go's vulnerability database
writes it). `+incompatible` is build metadata. More than three numbers are not SemVer.
"""

from __future__ import annotations

import re
from typing import Final

from tidegate.engines.matching.versions.encoding import UnparsableVersionError, number, shown

_VERSION: Final = re.compile(
    r"[v=]{0,2}([0-9]+)(?:\.([0-9]+)(?:\.([0-9]+))?)?"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+[0-9A-Za-z.-]*)?"
)
_TOOLCHAIN: Final = re.compile(r"(?:go)?([0-9]+\.[0-9]+(?:\.[0-9]+)?)(?:(alpha|beta|rc)([0-9]+))?")
_NUMBER, _WORD = b"\x01", b"\x02"
RELEASED: Final = b"\x03"
"""What stands in place of a pre-release, above all of them."""


def key(version: str) -> bytes:
    """Return the key; raises `UnparsableVersionError` for what is no SemVer."""
    match = _VERSION.fullmatch(version)
    if match is None:
        raise UnparsableVersionError(f"{shown(version)} is no semantic version")
    major, minor, patch, stage = match.groups("")
    begun = number(major) + number(minor) + number(patch)
    return begun + (prerelease(stage) if stage else RELEASED)


def go_key(version: str) -> bytes:
    """Return the key of a Go module's or the toolchain's version."""
    match = _TOOLCHAIN.fullmatch(version)
    if match is None:
        return key(version)
    released, word, count = match.groups()
    return key(f"{released}-{word}.{count}" if word else released)


def prerelease(stage: str) -> bytes:
    """Return the bytes of dot-separated identifiers; all of them stand before `RELEASED`."""
    return b"".join(
        _NUMBER + number(one) if one.isdigit() else _WORD + one.encode("ascii") + b"\x00"
        for one in stage.split(".")
    )
