"""Is what came what its publisher says it is? Digests, and signatures over them.

Three things may tell: the head of the answer (`Repr-Digest`, RFC 9530, and `x-goog-hash`, which
OSV's storage sends), a file of digests beside it as `sha256sum` writes them, and a signature over
that file. The first only tells damage on the way; only the last tells who.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tidegate.engines.formats.detached import (
    LARGEST_SIGNATURE,
    DetachedSignatureError,
    check,
)

LARGEST_SIGNATURE_FILE: Final = 2 * LARGEST_SIGNATURE
"""Bytes, as it comes: the signature itself or its base64."""

_LINE: Final = re.compile(rb"([0-9a-fA-F]{64})(?:[ \t]+\*?([^\r\n]*))?")
_REPR_DIGEST: Final = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]{1,64}):")
_GOOGLE_MD5: Final = re.compile(r"(?:^|[,\s])md5=([A-Za-z0-9+/=]{1,32})")


class DigestError(ValueError):
    """What came is not what its digest or signature says; one sentence says which."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature over a file of digests, and whose it must be."""

    address: str
    """Where the signature is: its bytes, or their base64. As `engines/formats/detached.py`
    takes it."""
    public_key: bytes
    """In PEM."""


class Hashes:
    """The digests of what is coming."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of what came so far, in hex."""
        return self._sha256.hexdigest()

    def update(self, piece: bytes) -> None:
        """Take a piece in."""
        self._sha256.update(piece)
        self._md5.update(piece)

    def check(self, headers: Mapping[str, str]) -> None:
        """Compare with what the head of the answer says, where it says anything.

        Raises:
            DigestError: it is another one.
        """
        said = (
            (_REPR_DIGEST.search(headers.get("Repr-Digest", "")), self._sha256.digest()),
            (_GOOGLE_MD5.search(headers.get("x-goog-hash", "")), self._md5.digest()),
        )
        for match, came in said:
            if match and _decoded(match[1]) != came:
                raise DigestError("it was damaged on its way: its server names another digest")

    def expect(self, sha256: str) -> None:
        """Compare with a SHA-256 in hex.

        Raises:
            DigestError: it is another one.
        """
        if sha256 != self.sha256:
            raise DigestError(f"SHA-256 {self.sha256} came, {sha256} was promised")


def promised(content: bytes, name: str) -> str:
    """Return the SHA-256, in hex, that a file of digests promises for a file.

    Args:
        content: one digest, or lines as `sha256sum` writes them.
        name: the file's; without folders.

    Raises:
        DigestError: it promises nothing for it.
    """
    found = [_LINE.fullmatch(line.strip()) for line in content.splitlines() if line.strip()]
    lines = [(match[1].decode().lower(), match[2]) for match in found if match]
    if len(found) == 1 and len(lines) == 1 and not lines[0][1]:
        return lines[0][0]
    mine = {digest for digest, named in lines if named and _last(named) == name.encode()}
    if len(mine) != 1:
        raise DigestError(f"the file of digests has no line of its own for {name[:100]!r}")
    return mine.pop()


def check_signature(content: bytes, signature: bytes, signed: Signed) -> None:
    """Check a signature over a file of digests.

    Raises:
        DigestError: it is not good.
    """
    try:
        plain = _decoded(signature.decode("ascii")) or signature
    except UnicodeDecodeError:
        plain = signature
    try:
        check(content, plain, signed.public_key)
    except DetachedSignatureError as error:
        raise DigestError(f"the signature over its digest is not good: {error}") from error


def _decoded(text: str) -> bytes:
    """Return what a text in base64 is; nothing if it is none."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return b""


def _last(name: bytes) -> bytes:
    return name.strip().rpartition(b"/")[2]
