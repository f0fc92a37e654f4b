"""How an id is written in signs that are not seen.

An id of 64 bits and 32 bits that only the key's holder can make (HMAC-SHA256, RFC 2104, cut short)
are 24 hexadecimal digits. A digit is one of the 16 variation selectors, which show nothing behind a
space; the first one of a frame has a zero-width space before it. Frames follow one another, so any
24 marks in a row hold a whole one, wherever they begin.

From: https://www.unicode.org/reports/tr44/#Variation_Selector and
https://www.unicode.org/charts/PDF/UFE00.pdf
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

ID_BYTES: Final = 8
START: Final = "\u200b"
"""Zero-width space."""
DIGITS: Final = "".join(chr(0xFE00 + digit) for digit in range(16))
MARK: Final = re.compile(f"(?<= )({START}?)([{DIGITS}])")
"""One mark: whether a frame begins with it, and its digit."""

_TAG_BYTES: Final = 4
FRAME: Final = 2 * (ID_BYTES + _TAG_BYTES)
"""Digits in a frame."""


def id_of(key: bytes, name: str) -> bytes:
    """Return the id that stands for a name; only the key's holder can tell which."""
    return hmac.digest(key, b"name\0" + name.encode(), hashlib.sha256)[:ID_BYTES]


def frame_of(key: bytes, mark: bytes) -> str:
    """Return the digits of an id, with what shows that the key's holder has written them.

    Raises:
        ValueError: an id has `ID_BYTES` bytes.
    """
    if len(mark) != ID_BYTES:
        raise ValueError(f"an id has {ID_BYTES} bytes, not {len(mark)}")
    return (mark + _tag(key, mark)).hex()


def opened(key: bytes, digits: str) -> bytes | None:
    """Return the id of a frame; None if the key's holder has not written it."""
    content = bytes.fromhex(digits)
    mark, tag = content[:ID_BYTES], content[ID_BYTES:]
    return mark if hmac.compare_digest(tag, _tag(key, mark)) else None


def _tag(key: bytes, mark: bytes) -> bytes:
    return hmac.digest(key, b"mark\0" + mark, hashlib.sha256)[:_TAG_BYTES]
