"""The order of NuGet: SemVer 2.0 with a fourth number, and without regard to case.

Source: NuGet documentation, "Package versioning", and NuGet.Versioning's `VersionComparer`.
Missing numbers are 0, zeros in front do not count, and build metadata does not either.
"""

from __future__ import annotations

import re
from typing import Final

from tidegate.engines.matching.versions.encoding import UnparsableVersionError, number, shown
from tidegate.engines.matching.versions.semver import RELEASED, prerelease

_VERSION: Final = re.compile(
    r"([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:\.([0-9]+))?"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+[0-9A-Za-z.-]*)?"
)


def key(version: str) -> bytes:
    """Return the key; raises `UnparsableVersionError` for what NuGet rejects."""
    match = _VERSION.fullmatch(version)
    if match is None:
        raise UnparsableVersionError(f"{shown(version)} is no version of NuGet's")
    *numbers, stage = match.groups("")
    begun = b"".join(map(number, numbers))
    return begun + (prerelease(stage.lower()) if stage else RELEASED)
