"""Zip files that are the same for the same members, and can be changed without packing all anew.

A member that stays is copied as it is packed, in runs, by the kernel where it can; only what is new
is packed. What grows with the number of members is the directory at the end (about 80 bytes each)
and the copying itself.

The members stand in the order of their names and bear one date, 1980-01-01. Only files that were
written here are read; anything else is told by `ArchiveError` and has to be made anew.

From: APPNOTE.TXT 6.3.10, PKWARE, sections 4.3 and 4.4.
"""

from __future__ import annotations

import os
import struct
import zlib
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_OFFSET: Final = struct.Struct("<I")
_OFFSET_AT: Final = 42
"""Where an entry of the directory says where its member lies."""
_END: Final = struct.Struct("<4s4H2IH")
_END64: Final = struct.Struct("<4sQ2H2I4Q")
_LOCATOR: Final = struct.Struct("<4sIQI")

_LOCAL_MARK: Final = b"PK\x03\x04"
_CENTRAL_MARK: Final = b"PK\x01\x02"
_END_MARK: Final = b"PK\x05\x06"
_END64_MARK: Final = b"PK\x06\x06"
_LOCATOR_MARK: Final = b"PK\x06\x07"

_NEEDED: Final = 20
_MADE_BY_UNIX: Final = 3 << 8 | _NEEDED
_NEEDED64: Final = 45
_NAMES_ARE_UTF8: Final = 1 << 11
_DEFLATED: Final = 8
_DATE: Final = 1 << 5 | 1
"""1980-01-01, as MS-DOS counts."""
_MODE: Final = 0o100644 << 16
_FEW: Final = 0xFFFF
_SMALL: Final = 0xFFFFFFFF


class ArchiveError(Exception):
    """An archive cannot be read or written here; the message says why."""


@dataclass(frozen=True, slots=True)
class _Directory:
    """The directory of an archive: its bytes, and what stands where in them."""

    raw: bytes = b""
    names: list[bytes] = field(default_factory=list)
    """Sorted."""
    places: list[int] = field(default_factory=list)
    """Where the entry of each name begins, and where the last one ends."""
    start: int = 0
    """Of the directory in the file, which is where the last member ends."""

    def data_start(self, number: int) -> int:
        """Return where a member lies in the file; the end of all for the number after the last."""
        if number == len(self.names):
            return self.start
        found: int = _OFFSET.unpack_from(self.raw, self.places[number] + _OFFSET_AT)[0]
        return found

    def moved(self, first: int, last: int, by: int) -> bytes:
        """Return the entries of members that lie so many bytes further on."""
        begin = self.places[first]
        entries = bytearray(self.raw[begin : self.places[last]])
        if by:
            for place in self.places[first:last]:
                at = place - begin + _OFFSET_AT
                _OFFSET.pack_into(entries, at, _OFFSET.unpack_from(entries, at)[0] + by)
        return bytes(entries)


def write_archive(out: BinaryIO, members: Mapping[str, bytes], old: Path | None = None) -> None:
    """Write an archive: what `old` holds, with these members put in or replaced.

    Raises:
        ArchiveError: `old` was not written here, or it would be larger than 4 GiB.
        OSError: `old` cannot be read, or `out` not written.
    """
    new = {name.encode(): content for name, content in members.items()}
    if old is None:
        _write(out, new, _Directory(places=[0]), None)
        return
    with old.open("rb") as file:
        _write(out, new, _directory(file), file)


def _write(out: BinaryIO, new: dict[bytes, bytes], kept: _Directory, old: BinaryIO | None) -> None:
    entries: list[bytes] = []
    at = here = 0
    count = len(kept.names)

    def keep(until: int) -> None:
        nonlocal at
        start, end = kept.data_start(here), kept.data_start(until)
        if old is not None and until > here:
            if at + end - start > _SMALL:
                raise ArchiveError("an archive beyond 4 GiB is not written; split its ecosystem")
            entries.append(kept.moved(here, until, at - start))
            _copy(old, out, start, end - start)
            at += end - start

    for name, content in sorted(new.items()):
        place = bisect_left(kept.names, name, here)
        keep(place)
        here = place
        if place < len(kept.names) and kept.names[place] == name:
            here, count = place + 1, count - 1
        local, entry = _packed(name, content, at)
        out.write(local)
        entries.append(entry)
        at, count = at + len(local), count + 1
    keep(len(kept.names))
    if at > _SMALL:
        raise ArchiveError("an archive beyond 4 GiB is not written; split its ecosystem")
    directory = b"".join(entries)
    out.write(directory + _end(count, len(directory), at))


def _packed(name: bytes, content: bytes, at: int) -> tuple[bytes, bytes]:
    """Return a member as it lies in the file at `at`, and its entry in the directory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    sizes = zlib.crc32(content), len(packed), len(content), len(name)
    local = _LOCAL.pack(
        _LOCAL_MARK, _NEEDED, _NAMES_ARE_UTF8, _DEFLATED, 0, _DATE, *sizes, 0
    )  # fmt: skip
    entry = _CENTRAL.pack(
        _CENTRAL_MARK, _MADE_BY_UNIX, _NEEDED, _NAMES_ARE_UTF8, _DEFLATED, 0, _DATE,
        *sizes, 0, 0, 0, 0, _MODE, at,
    )  # fmt: skip
    return local + name + packed, entry + name


def _end(count: int, length: int, at: int) -> bytes:
    few = min(count, _FEW)
    end = _END.pack(_END_MARK, 0, 0, few, few, length, at, 0)
    if count < _FEW:
        return end
    wide = _END64.pack(
        _END64_MARK, _END64.size - 12, _NEEDED64, _NEEDED64, 0, 0, count, count, length, at
    )
    return wide + _LOCATOR.pack(_LOCATOR_MARK, 0, at + length, 1) + end


def _directory(file: BinaryIO) -> _Directory:
    """Read what an archive of ours holds."""
    try:
        size = file.seek(0, os.SEEK_END)
        mark, _, _, _, count, length, start, comment = _END.unpack(_tail(file, size, _END.size))
        if mark != _END_MARK or comment:
            raise ArchiveError("it does not end as an archive does that was written here")
        if count == _FEW:
            wide = _tail(file, size, _END64.size + _LOCATOR.size + _END.size)
            count = _END64.unpack_from(wide)[7]
        file.seek(start)
        raw = file.read(length)
    except struct.error as error:
        raise ArchiveError("it is cut short") from error
    names, places, at = [], [0], 0
    # Of each entry only its name is looked at: there may be a hundred thousand.
    while at < len(raw):
        begin = at + _CENTRAL.size
        if not raw.startswith(_CENTRAL_MARK, at) or any(raw[at + 30 : at + 34]):
            raise ArchiveError("its directory is not as it is written here")
        at = begin + int.from_bytes(raw[at + 28 : at + 30], "little")
        names.append(raw[begin:at])
        places.append(at)
    if at != length or len(names) != count or names != sorted(set(names)):
        raise ArchiveError("its directory is not as it is written here")
    return _Directory(raw, names, places, start)


def _tail(file: BinaryIO, size: int, length: int) -> bytes:
    file.seek(max(0, size - length))
    return file.read(length)


def _copy(old: BinaryIO, out: BinaryIO, start: int, left: int) -> None:
    out.flush()
    while left:
        sent = os.sendfile(out.fileno(), old.fileno(), start, min(left, 1 << 30))
        if not sent:
            raise ArchiveError("it is cut short")
        start, left = start + sent, left - sent
    # The kernel moved the file's end; what is written through Python goes on from there.
    out.seek(0, os.SEEK_END)
