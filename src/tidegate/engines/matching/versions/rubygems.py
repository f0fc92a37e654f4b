"""The order of RubyGems: `Gem::Version#<=>` of RubyGems.

Runs of digits and runs of letters; letters stand before all numbers, and the end counts as endless
zeros. `-` means `.pre.`. Zeros at the end, and before the first letters, do not count.

Since the end is zeros, it is compared with what comes after them: zeros before letters make a
version the lesser one, zeros before another number the greater one. So a run of zeros is written
as one mark, with how many they are.
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
    r"\s*(?:[0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)\s*"
)
_SEGMENTS: Final = re.compile(r"[0-9]+|[a-zA-Z]+")
_ZEROS_BEFORE_LETTERS, _END, _ZEROS_BEFORE_NUMBER = b"\x7b", b"\x7c", b"\x7d"
_COMPLEMENT: Final = bytes(range(255, -1, -1))


def key(version: str) -> bytes:
    """Return the key; raises `UnparsableVersionError` for what RubyGems calls malformed."""
    if _VERSION.fullmatch(version) is None:
        raise UnparsableVersionError(f"{shown(version)} is no version of a gem")
    encoded, zeros, words = [], 0, False
    for segment in _SEGMENTS.findall(version.replace("-", ".pre.")):
        if segment[0].isdigit():
            digits = segment.lstrip("0")
            if not digits:
                zeros += 1
                continue
            if zeros:
                encoded.append(_ZEROS_BEFORE_NUMBER + _count(zeros).translate(_COMPLEMENT))
            encoded.append(high_number(digits))
        else:
            if zeros and words:
                encoded.append(_ZEROS_BEFORE_LETTERS + _count(zeros))
            encoded.append(segment.encode("ascii") + b"\x00")
            words = True
        zeros = 0
    return b"".join(encoded) + _END


def _count(zeros: int) -> bytes:
    return number(str(zeros))
