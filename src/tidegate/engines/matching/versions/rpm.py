"""The order of RPM: `rpmvercmp` and `parseEVR` of rpm (4.15 and later, with `~` and `^`).

`[epoch:]version[-release]`, the last two read as runs of digits and runs of letters; all other
signs only separate. `~` stands before the end, `^` after the end and before all that goes on.
Letters stand before digits. As in rpm, what is before a colon is an epoch only if it is all digits;
else the colon is one more separator. A missing release stands before every release.
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

_EVR: Final = re.compile(r"(?:([0-9]*):)?(.*?)(?:-([^-]*))?", re.ASCII | re.DOTALL)
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f-\xa0]")
_SEGMENTS: Final = re.compile(r"[0-9]+|[A-Za-z]+|[~^]")
_TILDE, _END, _CARET, _RELEASE = b"\x01", b"\x02", b"\x03", b"\x04"
_NO_EPOCH: Final = number("")


def key(version: str) -> bytes:
    """Return the key; raises `UnparsableVersionError` if it is empty, or has spaces or controls."""
    match = _EVR.fullmatch(version)
    if match is None or not match[2] or _FORBIDDEN.search(version):
        raise UnparsableVersionError(f"{shown(version)} is no version of an RPM")
    epoch, upstream, release = match.groups()
    begun = (number(epoch) if epoch else _NO_EPOCH) + _part(upstream)
    return begun if release is None else begun + _RELEASE + _part(release)


def _part(text: str) -> bytes:
    return b"".join(map(_segment, _SEGMENTS.findall(text))) + _END


def _segment(segment: str) -> bytes:
    if segment[0].isdigit():
        return high_number(segment)
    if segment == "~":
        return _TILDE
    if segment == "^":
        return _CARET
    return segment.encode("ascii") + b"\x00"
