"""The order of PyPI: PEP 440, as the packaging library reads it.

Release (zeros at its end do not count), then pre-release, post-release and development release,
then the local part. What PEP 440 rejects, such as `2004d` or `0.2.0-n653`, has no place.
"""

from __future__ import annotations

import re
from typing import Final

from packaging.version import InvalidVersion, Version

from tidegate.engines.matching.versions.encoding import UnparsableVersionError, number, shown

_PLAIN: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_NO_EPOCH: Final = number("")
_ZERO: Final = number("")
_END_OF_RELEASE: Final = b"\x00"
_DEVELOPMENT, _FINAL, _POST = b"\x01", b"\x05", b"\x06"
_PRE: Final = {"a": b"\x02", "b": b"\x03", "rc": b"\x04"}
_UNFINISHED, _FINISHED = b"\x01", b"\x02"
_WORD, _NUMBER = b"\x01", b"\x02"


def key(version: str) -> bytes:
    """Return the key; raises `UnparsableVersionError` for what PEP 440 rejects."""
    if _PLAIN.fullmatch(version):
        return _NO_EPOCH + _release(version.split(".")) + _FINAL
    try:
        parsed = Version(version)
    except InvalidVersion as error:
        raise UnparsableVersionError(f"{shown(version)} is no version of PEP 440") from error
    begun = number(str(parsed.epoch)) + _release([str(one) for one in parsed.release])
    return begun + _stage(parsed) + _local(parsed)


def _release(parts: list[str]) -> bytes:
    encoded = [number(part) for part in parts]
    while encoded and encoded[-1] == _ZERO:
        encoded.pop()
    return b"".join(encoded) + _END_OF_RELEASE


def _stage(version: Version) -> bytes:
    post = b"" if version.post is None else _POST + number(str(version.post))
    dev = _FINISHED if version.dev is None else _UNFINISHED + number(str(version.dev))
    if version.pre is not None:
        word, count = version.pre
        return _PRE[word] + number(str(count)) + (post or _FINAL) + dev
    if version.post is not None:
        return post + dev
    return _FINAL if version.dev is None else _DEVELOPMENT + dev


def _local(version: Version) -> bytes:
    if version.local is None:
        return b""
    return b"".join(
        _NUMBER + number(part) if part.isdigit() else _WORD + part.encode("ascii") + b"\x00"
        for part in version.local.split(".")
    )
