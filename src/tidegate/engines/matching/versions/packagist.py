"""The order of Packagist: versions as composer/semver normalises them, compared as PHP does.

Source: `VersionParser::normalize` of composer/semver, and PHP's `version_compare`. Versions have
four numbers, or are dates; then a stability (`dev` < `alpha` < `beta` < `RC` < none < `patch`) with
numbers of its own, and `-dev`. `2.x-dev` is a branch that stands after all of 2. A branch by name
(`dev-main`) is no version: PHP would place it before all of them, which would be a guess.
"""

from __future__ import annotations

import re
from typing import Final

from tidegate.engines.matching.versions.encoding import (
    UnparsableVersionError,
    high_number,
    shown,
)

_STAGE: Final = (
    r"[._-]?(?:(?P<stage>stable|beta|b|rc|alpha|a|patch|pl|p)(?P<counts>(?:[.-]?[0-9]++)*+))?"
    r"(?P<dev>[.-]?dev)?"
)
_NUMBERED: Final = re.compile(r"v?([0-9]{1,5})(\.[0-9]+)?(\.[0-9]+)?(\.[0-9]+)?" + _STAGE)
_DATED: Final = re.compile(r"v?([0-9]{4}(?:[.:-]?[0-9]{2}){1,6}(?:[.:-]?[0-9]{1,3}){0,2})" + _STAGE)
_BRANCH: Final = re.compile(
    r"v?([0-9]+)(?:\.([0-9]+|[x*]))?(?:\.([0-9]+|[x*]))?(?:\.([0-9]+|[x*]))?[.-]?dev"
)
_FLAG: Final = re.compile(r"@(?:stable|rc|beta|alpha|dev)$")
_BUILD: Final = re.compile(r"^([^,\s+]+)\+\S+$")
_DIGITS: Final = re.compile(r"[0-9]+")
_ANY: Final = "9999999"
# Numbers, from 0x83 to 0xBF, stand between the end and a patch.
_DEV, _END = b"\x04", b"\x08"
_STAGES: Final = {
    "alpha": b"\x05", "a": b"\x05", "beta": b"\x06", "b": b"\x06", "rc": b"\x07",
    "patch": b"\xc0", "pl": b"\xc0", "p": b"\xc0",
}  # fmt: skip


def key(version: str) -> bytes:
    """Return the key; raises `UnparsableVersionError` for what Composer calls invalid."""
    text = _BUILD.sub(r"\1", _FLAG.sub("", version.strip().lower()))
    if match := _NUMBERED.fullmatch(text):
        numbers = [(part or "0").lstrip(".") for part in match.groups()[:4]]
        return _joined(numbers) + _stage(match)
    if match := _DATED.fullmatch(text):
        return _joined(_DIGITS.findall(match[1])) + _stage(match)
    if match := _BRANCH.fullmatch(text):
        numbers = [_ANY if part in (None, "x", "*") else part for part in match.groups()]
        return _joined(numbers) + _DEV + _END
    if text.startswith("dev-"):
        raise UnparsableVersionError(f"{shown(version)} is a branch, and no version")
    raise UnparsableVersionError(f"{shown(version)} is no version of Composer's")


def _joined(numbers: list[str]) -> bytes:
    return b"".join(map(high_number, numbers))


def _stage(match: re.Match[str]) -> bytes:
    stage, counts, dev = match["stage"], match["counts"], match["dev"]
    if stage == "stable":
        return _END
    encoded = _STAGES[stage] + _joined(_DIGITS.findall(counts or "")) if stage else b""
    return encoded + (_DEV if dev else b"") + _END
