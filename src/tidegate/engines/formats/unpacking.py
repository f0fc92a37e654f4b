"""Compressed streams: unpacked as they are read, and never further than a bound.

gzip, Zstandard, bzip2 and xz are recognised by their first bytes; anything else is passed on as
it is. A file may be several compressed members in a row. What was unpacked before a bound is
broken, or before the damage, is handed out first; then `UnpackingError` says what happened.
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from typing import IO, TYPE_CHECKING, Final, Protocol

import zstandard

from tidegate.engines.formats.reports import Bounds

if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK: Final = 64 << 10
_MOST_OUT: Final = 256 << 10
"""Bytes asked of a decompressor at once."""

_ZSTD_BITE: Final = 512
"""Bytes given to Zstandard at once. It cannot be told how much to give back, and four bytes may
become 128 KiB, so this holds one bite to 16 MiB."""

_WINDOW: Final = 128 << 20
"""Largest window, in bytes, that a Zstandard or xz stream may ask for; `zstd -19` and `xz -9`
stay below, `zstd --long=31` does not."""

_XZ_MEMORY: Final = _WINDOW + (8 << 20)


class UnpackingError(Exception):
    """A stream cannot be unpacked any further; one sentence says why, with the mend."""


class Counted(io.RawIOBase):
    """A stream that tells how far it has been read, for a progress bar.

    `position` is the offset, in bytes of the raw stream (before decompression), from where it
    stood at first. A SARIF document is read twice, first for its rules, so there it runs twice.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.position = 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say whether the stream beneath can go back."""
        return self._stream.seekable()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into a buffer, and count."""
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        self.position += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move in the stream beneath."""
        before = self._stream.tell()
        after = self._stream.seek(offset, whence)
        self.position += after - before
        return after

    def tell(self) -> int:
        """Return the offset in the stream beneath."""
        return self._stream.tell()


class _Member(Protocol):
    """One compressed member, read piece by piece; the shape of the modules `bz2` and `lzma`."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """A member of gzip (RFC 1952) in the shape of `_Member`."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)
        self._left = b""

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._left

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        piece = self._inner.decompress(self._left + data, max_length)
        self._left = self._inner.unconsumed_tail
        return piece


class _Zstd:
    """A frame of Zstandard (RFC 8878) in the shape of `_Member`."""

    def __init__(self) -> None:
        decompressor = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
        self._inner = decompressor.decompressobj(read_across_frames=False)
        self._left = b""

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._left

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data + self._left

    def decompress(self, data: bytes, max_length: int) -> bytes:
        left = memoryview(self._left + data)
        pieces: list[bytes] = []
        size = at = 0
        while at < len(left) and size < max_length and not self._inner.eof:
            pieces.append(self._inner.decompress(left[at : at + _ZSTD_BITE]))
            size += len(pieces[-1])
            at += _ZSTD_BITE
        self._left = bytes(left[at:])
        return b"".join(pieces)


def _xz() -> _Member:
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)


_KINDS: Final[tuple[tuple[bytes, str, Callable[[], _Member]], ...]] = (
    (b"\x1f\x8b", "gzip", _Gzip),
    (b"\x28\xb5\x2f\xfd", "Zstandard", _Zstd),
    (b"BZh", "bzip2", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\x00", "xz", _xz),
)
_LONGEST_MAGIC: Final = 6


def is_compressed(head: bytes) -> bool:
    """Say whether some first bytes are those of a stream that would be unpacked here."""
    return any(head.startswith(magic) for magic, _, _ in _KINDS)


class Unpacked(io.RawIOBase):
    """The bytes of a stream, unpacked if it is compressed, within bounds.

    Raises `UnpackingError` while reading; what was good before it has been read by then.
    """

    def __init__(self, stream: IO[bytes] | io.RawIOBase, bounds: Bounds) -> None:
        self._stream = stream
        self._bounds = bounds
        self._begin = stream.tell() if stream.seekable() else 0
        self._ahead = _read_up_to(stream, _LONGEST_MAGIC)
        self._taken = len(self._ahead)
        self._given = 0
        self._waiting = memoryview(b"")
        self._failure: UnpackingError | None = None
        self._kind = next((k for k in _KINDS if self._ahead.startswith(k[0])), None)
        self._member: _Member | None = self._kind[2]() if self._kind else None

    @property
    def compressed(self) -> bool:
        """Whether the stream is compressed."""
        return self._kind is not None

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say whether `seek` can go back: what is compressed cannot."""
        return self._kind is None and self._stream.seekable()

    def tell(self) -> int:
        """Return how many bytes have been read."""
        return self._given - len(self._waiting)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset, counted from where the stream stood at first."""
        if whence != io.SEEK_SET or not self.seekable():
            raise io.UnsupportedOperation("seek")
        self._stream.seek(self._begin + offset)
        self._ahead, self._waiting, self._failure = b"", memoryview(b""), None
        self._taken = self._given = offset
        return offset

    def head(self, size: int) -> bytes:
        """Return the first bytes, up to the end or what stops it, without taking them.

        To be called before anything is read.
        """
        pieces = [b""]
        have = 0
        try:
            while have < size and (piece := self._next_piece()):
                pieces.append(piece)
                have += len(piece)
        except UnpackingError:
            pass  # It is raised again when what came before it has been read.
        self._waiting = memoryview(b"".join(pieces))
        return bytes(self._waiting[:size])

    @property
    def failed(self) -> bool:
        """Whether what comes after the bytes at hand cannot be read."""
        return self._failure is not None

    def check(self) -> None:
        """Raise what stopped `head`, if anything did."""
        if self._failure is not None:
            raise self._failure

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read unpacked bytes into a buffer; 0 at the end."""
        if not self._waiting:
            self._waiting = memoryview(self._next_piece())
        size = min(len(buffer), len(self._waiting))
        buffer[:size] = self._waiting[:size]
        self._waiting = self._waiting[size:]
        return size

    def _next_piece(self) -> bytes:
        if self._failure is not None:
            raise self._failure
        piece = b""
        try:
            piece = self._unpack() if self._kind else self._pass_on()
        except UnpackingError as error:
            self._failure = error
            raise
        self._given += len(piece)
        over = self._given - self._most()
        if over > 0:
            # Up to the bound it is handed out; the next call says what happened.
            piece = piece[:-over]
            self._failure = self._too_much()
            if not piece:
                raise self._failure
        return piece

    def _most(self) -> int:
        most = self._bounds.unpacked_bytes
        if self._kind:
            most = min(most, max(self._bounds.ratio_floor, self._bounds.ratio * self._taken))
        return most

    def _too_much(self) -> UnpackingError:
        if self._most() == self._bounds.unpacked_bytes:
            return UnpackingError(
                f"holds more than {_size(self._bounds.unpacked_bytes)}; split it into files"
            )
        return UnpackingError(
            f"unpacks to more than {self._bounds.ratio} times its size;"
            " hand it in uncompressed, or split it into files"
        )

    def _pass_on(self) -> bytes:
        piece, self._ahead = self._ahead, b""
        return piece or self._read(_CHUNK)

    def _read(self, size: int) -> bytes:
        piece = self._stream.read(size) or b""
        self._taken += len(piece)
        return piece

    def _unpack(self) -> bytes:
        """Return the next unpacked bytes, or nothing at the end of the last member."""
        assert self._kind is not None
        _, name, _ = self._kind
        while self._member is not None:
            if self._member.eof:
                self._begin_next(self._member.unused_data)
                continue
            data = b""
            if self._member.needs_input:
                data, self._ahead = self._ahead or self._read(_CHUNK), b""
                if not data:
                    raise UnpackingError(f"is {name} cut short; copy the whole file again")
            try:
                piece = self._member.decompress(data, _MOST_OUT)
            except lzma.LZMAError as error:
                if "emory" in str(error):
                    raise UnpackingError(_WINDOW_TOO_LARGE) from error
                raise UnpackingError(f"is damaged {name}; copy the file again") from error
            except zstandard.ZstdError as error:
                if "memory" in str(error) or "window" in str(error).lower():
                    raise UnpackingError(_WINDOW_TOO_LARGE) from error
                raise UnpackingError(f"is damaged {name}; copy the file again") from error
            except (zlib.error, OSError, EOFError, ValueError) as error:
                raise UnpackingError(f"is damaged {name}; copy the file again") from error
            if piece:
                return piece
        return b""

    def _begin_next(self, rest: bytes) -> None:
        """Go on to the member that follows, over the zeros that may fill a block up."""
        assert self._kind is not None
        magic, name, begin = self._kind
        self._member = None
        rest = rest.lstrip(b"\0")
        while not rest and (piece := self._read(_CHUNK)):
            rest = piece.lstrip(b"\0")
        while rest and len(rest) < len(magic) and (piece := self._read(_CHUNK)):
            rest += piece
        if not rest:
            return
        if not rest.startswith(magic):
            raise UnpackingError(f"has other bytes after its end as {name}; cut them off")
        self._ahead = rest
        self._member = begin()


_WINDOW_TOO_LARGE: Final = (
    f"asks for more than {_WINDOW >> 20} MiB to be unpacked; compress it without --long or --ultra"
)


def _read_up_to(stream: IO[bytes] | io.RawIOBase, size: int) -> bytes:
    ahead = b""
    while len(ahead) < size and (piece := stream.read(size - len(ahead))):
        ahead += piece
    return ahead


def _size(number: int) -> str:
    for unit, shift in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if number >= 1 << shift:
            return f"{number / (1 << shift):.4g} {unit}"
    return f"{number} bytes"
