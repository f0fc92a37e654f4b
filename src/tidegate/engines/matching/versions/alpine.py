"""The order of Alpine's packages, and of all that are built with apk: `version.c` of apk-tools 3.

`1.2.3a_rc1_p2~f00d-r4`: numbers, a letter, suffixes with numbers, a commit, a revision. A later
number that begins with 0 is compared as text, and stands before all that do not. Where one version
ends, the other is the greater one, unless it goes on with a suffix that means 'not yet'. Otherwise
the part that comes later in this list is the lesser one. What apk calls invalid has no place,
though apk compares some of that as well.
"""

from __future__ import annotations

import re
from typing import Final

from tidegate.engines.matching.versions.encoding import (
    UnparsableVersionError,
    high_number,
    number,
    shown,
)

_VERSION: Final = re.compile(
    r"([0-9]+)((?:\.[0-9]+)*)([a-z]?)"
    r"((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*)"
    r"(?:~([0-9a-fA-F]+))?(?:-r([0-9]+))?"
)
_SUFFIX: Final = re.compile(r"_([a-z]+)([0-9]*)")
# From the least to the greatest that may stand at one place.
_MARKS: Final = {"alpha": b"\x04", "beta": b"\x05", "pre": b"\x06", "rc": b"\x07"} | {
    "cvs": b"\x0c", "svn": b"\x0d", "git": b"\x0e", "hg": b"\x0f", "p": b"\x10",
}  # fmt: skip
_END, _REVISION, _COMMIT, _SUFFIX_NUMBER = b"\x08", b"\x09", b"\x0a", b"\x0b"
_ZERO: Final = b"\x80"
_ZERO_AND_MORE: Final = b"\x81"


def key(version: str) -> bytes:
    """Return the key; raises `UnparsableVersionError` for what apk calls invalid."""
    match = _VERSION.fullmatch(version)
    if match is None:
        raise UnparsableVersionError(f"{shown(version)} is no version of an Alpine package")
    first, numbers, letter, suffixes, commit, revision = match.groups("")
    encoded = [number(first)]
    if numbers:
        encoded += map(_later, numbers[1:].split("."))
    encoded.append(letter.encode("ascii"))
    for name, count in _SUFFIX.findall(suffixes):
        encoded.append(_MARKS[name])
        if count:
            encoded.append(_SUFFIX_NUMBER + number(count))
    if commit:
        encoded.append(_COMMIT + commit.encode("ascii") + b"\x00")
    if revision:
        encoded.append(_REVISION + number(revision))
    return b"".join(encoded) + _END


def _later(digits: str) -> bytes:
    if digits[0] != "0":
        return high_number(digits)
    if digits == "0":
        return _ZERO
    return _ZERO_AND_MORE + digits[1:].encode("ascii") + b"\x00"
