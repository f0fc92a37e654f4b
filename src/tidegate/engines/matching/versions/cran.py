"""The order of CRAN: R's `package_version`, numbers between `.` and `-`, without more to it.

Source: R's documentation of `numeric_version`. `1.0` stands before `1.0.0`; they are not equal.
"""

from __future__ import annotations

import re
from typing import Final

from tidegate.engines.matching.versions.encoding import UnparsableVersionError, number, shown

_VERSION: Final = re.compile(r"[0-9]+(?:[.-][0-9]+)*")


def key(version: str) -> bytes:
    """Return the key; raises `UnparsableVersionError` for what R rejects."""
    if _VERSION.fullmatch(version) is None:
        raise UnparsableVersionError(f"{shown(version)} is no version of an R package")
    return b"".join(map(number, version.replace("-", ".").split(".")))
