"""The regular files of a tar archive, read forwards, and refused where anything is odd.

Python's own reader ends without a word where a header is damaged in the middle, and keeps every
header in memory. An archive that is cut short is not a shorter feed; so the few forms that
publishers use are read here: ustar (POSIX.1-1988), pax (POSIX.1-2001) and GNU's long names.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import IO, Final

from tidegate.engines.feeds.editions import EditionError

_BLOCK: Final = 512
_HEADER_BYTES: Final = 32 << 10
"""Longest extended header; real ones hold a path and a commit."""
_PIECE: Final = 1 << 16
_NO_CONTENT: Final = (
    tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.DIRTYPE,
    tarfile.FIFOTYPE,
)  # fmt: skip


def is_tar(head: bytes) -> bool:
    """Say whether the first 512 bytes of a file are those of a tar archive."""
    return head[257:262] == b"ustar"


class Member:
    """A member of the archive; what of it is not read is skipped."""

    def __init__(self, name: str, size: int, stream: IO[bytes]) -> None:
        self.name = name
        self.size = size
        self._stream = stream
        self._left = size
        self._padding = -size % _BLOCK

    def read(self) -> bytes:
        """Return the content, which the caller has found to be small enough."""
        content = _exactly(self._stream, self._left)
        self._left = 0
        return content

    def skip(self) -> None:
        """Go to the end of the member."""
        left = self._left + self._padding
        while left:
            left -= len(_exactly(self._stream, min(left, _PIECE)))
        self._left = self._padding = 0


def members(stream: IO[bytes]) -> Iterator[Member | None]:
    """Yield the regular files, and None for each member that is none.

    Raises:
        EditionError: the archive is damaged, cut short, or has headers that nobody needs.
    """
    name, size = "", -1
    while any(block := _exactly(stream, _BLOCK)):
        header = _header(block)
        length = size if size >= 0 else header.size
        member = Member(name or header.name, length, stream)
        if header.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
            name, size = _extended(_small(member), name, size)
        elif header.type == tarfile.GNUTYPE_LONGNAME:
            name = _small(member).rstrip(b"\0").decode("utf-8", "replace")
        elif header.type in (tarfile.XGLTYPE, tarfile.GNUTYPE_LONGLINK):
            _small(member)
        elif header.type in tarfile.REGULAR_TYPES and header.type != tarfile.GNUTYPE_SPARSE:
            yield member
            member.skip()
            name, size = "", -1
        elif header.type in _NO_CONTENT:
            yield None
            name, size = "", -1
        else:
            raise EditionError(f"it holds a member of a kind ({header.type!r}) that no feed needs")
    while rest := stream.read(_PIECE):
        if rest.strip(b"\0"):
            raise EditionError("it is a damaged tar archive: something comes after its end")


def _header(block: bytes) -> tarfile.TarInfo:
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "replace")
    except (tarfile.HeaderError, ValueError) as error:
        raise EditionError(f"it is a damaged tar archive: {error}") from error
    if header.size < 0:
        raise EditionError("it is a damaged tar archive: a member is smaller than nothing")
    return header


def _small(member: Member) -> bytes:
    if member.size > _HEADER_BYTES:
        raise EditionError("a header in it is larger than any header needs to be")
    content = member.read()
    member.skip()
    return content


def _extended(content: bytes, name: str, size: int) -> tuple[str, int]:
    """Return the name and size that an extended header gives. From: pax, "Extended Header"."""
    at = 0
    while at < len(content):
        digits, space, _ = content[at : at + 20].partition(b" ")
        if not space or not digits.isdigit() or int(digits) <= len(digits) + 1:
            raise EditionError("it is a damaged tar archive: an extended header makes no sense")
        record = content[at + len(digits) + 1 : at + int(digits)]
        key, _, value = record.removesuffix(b"\n").partition(b"=")
        if key.startswith(b"GNU.sparse"):
            raise EditionError("it holds a sparse file, which no feed needs")
        if key == b"path":
            name = value.decode("utf-8", "replace")
        elif key == b"size":
            if not value.isdigit() or len(value) > 18:
                raise EditionError("it is a damaged tar archive: a size is no number")
            size = int(value)
        at += int(digits)
    return name, size


def _exactly(stream: IO[bytes], size: int) -> bytes:
    pieces = []
    left = size
    while left:
        piece = stream.read(min(left, _PIECE))
        if not piece:
            raise EditionError("it is a tar archive that is cut short; copy the whole file again")
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
