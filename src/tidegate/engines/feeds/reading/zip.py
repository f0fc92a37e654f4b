"""The files of a zip archive, one by one, within bounds; nothing is written under their names.

The list of members stands at the end and is read whole, so it is looked at before Python's reader
is: a few bytes could otherwise ask for all of the memory. An archive that holds a single other
archive, as the CVE List's daily releases do, is read through: the inner one goes to a file without
a name.
"""

from __future__ import annotations

import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Final

from tidegate.engines.feeds.editions import EditionError
from tidegate.engines.feeds.reading.limits import Limits

MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06")
"""The first bytes of an archive, and of one without members."""

_PIECE: Final = 1 << 16
_END: Final = b"PK\x05\x06"
_END_64: Final = b"PK\x06\x06"
_TAIL_BYTES: Final = (1 << 16) + 22 + 20 + 56
"""The longest comment, the end record, the locator and the 64-bit end record before it."""
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Measure:
    """What came out of an archive so far, and what may.

    Args:
        limits: the edition's bounds.
        size: of the file, as it came.
    """

    def __init__(self, limits: Limits, size: int) -> None:
        self.limits = limits
        self._most = min(limits.unpacked_bytes, max(limits.ratio_floor, limits.ratio * size))
        self._bytes = 0
        self._members = 0

    def grow(self, size: int) -> None:
        """Count unpacked bytes."""
        self._bytes += size
        if self._bytes > self._most:
            raise EditionError("it unpacks to more than any feed of its size; that is no feed")

    def count(self) -> None:
        """Count a member, or a file of a folder."""
        self._members += 1
        if self._members > self.limits.members:
            raise EditionError(f"it holds more than {self.limits.members:,} files")


def members(
    stream: IO[bytes], wanted: Callable[[str], bool], measure: Measure, *, is_inner: bool = False
) -> Iterator[tuple[str, bytes | None]]:
    """Yield the name and content of each wanted file; None for one that is larger than a record.

    Raises:
        EditionError: the archive is damaged or dishonest.
    """
    with _refusing():
        _check_list(stream, measure.limits.directory_bytes)
        with zipfile.ZipFile(stream) as archive:
            for member in archive.infolist():
                measure.count()
                inner = not is_inner and member.filename.endswith(".zip")
                if member.is_dir() or not (inner or wanted(member.filename)):
                    continue
                if member.compress_type not in _METHODS:
                    raise EditionError("a member of it is compressed in a way that no feed is")
                with archive.open(member) as content:
                    if inner:
                        with _apart(content, measure) as apart:
                            yield from members(apart, wanted, measure, is_inner=True)
                    else:
                        yield member.filename, _content(content, measure)


def _content(content: IO[bytes], measure: Measure) -> bytes | None:
    pieces = []
    size = 0
    while piece := content.read(_PIECE):
        measure.grow(len(piece))
        size += len(piece)
        if size > measure.limits.record_bytes:
            return None
        pieces.append(piece)
    return b"".join(pieces)


@contextmanager
def _apart(content: IO[bytes], measure: Measure) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as apart:
        while piece := content.read(_PIECE):
            measure.grow(len(piece))
            apart.write(piece)
        apart.seek(0)
        yield apart


def _check_list(stream: IO[bytes], most: int) -> None:
    """Refuse an archive whose list of members alone would fill the memory.

    Whichever end record a reader takes for the real one, the list that it names is short.
    """
    stream.seek(0, os.SEEK_END)
    stream.seek(max(0, stream.tell() - _TAIL_BYTES))
    tail = stream.read(_TAIL_BYTES)
    stream.seek(0)
    if _END not in tail:
        raise EditionError("it is a zip archive that is cut short; copy the whole file again")
    for magic, at, size in ((_END, 12, 4), (_END_64, 40, 8)):
        begin = tail.find(magic)
        while begin >= 0:
            length = int.from_bytes(tail[begin + at : begin + at + size], "little")
            # All ones: the 64-bit record has the number.
            if length > most and not (magic == _END and length == 0xFFFFFFFF and _END_64 in tail):
                raise EditionError("its list of members is larger than any feed needs")
            begin = tail.find(magic, begin + 1)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except EditionError:
        raise
    except (
        zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, LookupError,
        ArithmeticError, RuntimeError, OSError,
    ) as error:  # fmt: skip
        # The last ones are what Python's reader raises, beside its own, for numbers and names
        # that make no sense, for encryption, and for methods that it does not know.
        raise EditionError(f"it is a damaged zip archive: {error}") from error
