"""The order of Debian and Ubuntu: Debian policy 5.6.12, and dpkg's `verrevcmp`.

`[epoch:]upstream[-revision]`, of which the last two are read by turns as words and numbers. In a
word `~` stands before its end, the end before letters, and letters before all other signs. A
missing epoch or revision is 0. Of a version that begins with a letter dpkg only warns, and orders
it; so do we. A sign that policy does not allow, or an empty revision, has no place.
"""

from __future__ import annotations

import re
from typing import Final

from tidegate.engines.matching.versions.encoding import UnparsableVersionError, number, shown

_VERSION: Final = re.compile(r"(?:([0-9]+):)?([A-Za-z0-9.+~:-]+?)(?:-([A-Za-z0-9.+~]+))?")
_DIGITS: Final = re.compile(r"([0-9]+)")
_END: Final = b"\x02"
_ORDER: Final = {ord("~"): 0x01} | {ord(sign): 0x80 | ord(sign) for sign in ".+:-"}
_ZERO_AND_END: Final = number("") + _END
_NO_EPOCH: Final = number("")


def key(version: str) -> bytes:
    """Return the key; raises `UnparsableVersionError` for what dpkg rejects."""
    match = _VERSION.fullmatch(version)
    if match is None or version.endswith("-"):
        raise UnparsableVersionError(f"{shown(version)} is no version of a Debian package")
    epoch, upstream, revision = match.groups("")
    if ":" in upstream and not epoch:
        raise UnparsableVersionError(f"the epoch of {shown(version)} is no number")
    begun = number(epoch) if epoch else _NO_EPOCH
    return begun + _part(upstream) + (_part(revision) if revision else _ZERO_AND_END)


def _part(text: str) -> bytes:
    words_and_numbers = _DIGITS.split(text)
    encoded = [
        number(one) if place % 2 else one.translate(_ORDER).encode("latin-1")
        for place, one in enumerate(words_and_numbers)
    ]
    encoded.append(_ZERO_AND_END if words_and_numbers[-1] else _END)
    return b"".join(encoded)
