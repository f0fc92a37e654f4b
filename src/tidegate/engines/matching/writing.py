"""Is a version written as its ecosystem writes it? What two may write two ways, nobody compares.

An order lets pass what tools write around a version: `v1.2.6`, `=1.2.6`, `1.2.06`. Whoever reads an
advisory may not, and looks for the text that the registry has. So what is published is held to the
one form: of PEP 440 (PyPI), of Semantic Versioning 2.0 (npm, crates.io, Hex), of tags where the
ecosystem names versions by its tags (Go, Swift, GitHub Actions, Packagist). For the others there is
no such form; it has to be a version of theirs, in plain signs.
"""

from __future__ import annotations

import re
from typing import Final

from packaging.version import Version

from tidegate.engines.matching.ecosystems import Ecosystem
from tidegate.engines.matching.versions import Order, UnparsableVersionError, comparator

_PLAIN: Final = re.compile(r"[!-~]+")
_NUMBER: Final = r"(?:0|[1-9][0-9]*)"
_STAGE: Final = r"(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
_SEMVER: Final = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}{_STAGE}")
_TAG: Final = re.compile(rf"v?{_NUMBER}(?:\.{_NUMBER}){{0,3}}{_STAGE}")
_OF_RELEASES: Final = frozenset({"npm", "crates.io", "Hex"})
_OF_TAGS: Final = frozenset({"Go", "SwiftURL", "GitHub Actions"})


def is_as_written(ecosystem: Ecosystem, version: str) -> bool:
    """Say whether a version is one of the ecosystem's, and written as the ecosystem writes it."""
    if not _PLAIN.fullmatch(version):
        return False
    try:
        comparator(ecosystem.order)(version, version)
    except UnparsableVersionError:
        return False
    if ecosystem.order is Order.PYPI:
        return str(Version(version)) == version
    if ecosystem.name in _OF_RELEASES:
        return _SEMVER.fullmatch(version) is not None
    if ecosystem.name in _OF_TAGS:
        return _TAG.fullmatch(version) is not None
    return True
