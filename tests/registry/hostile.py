"""Archives that no package is: each with the reason for which it must be refused.

All of their honest members lie in one folder, `package`, as in npm's tarballs.
"""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from tarfile import BLKTYPE, CHRTYPE, DIRTYPE, FIFOTYPE, LNKTYPE, SYMTYPE

from tests.registry.packages import Member, tar_of, zip_of

HONEST = Member("package/index.js", b"module.exports = 1;\n")


def _symlink(name: str, to: str) -> Member:
    return Member(name, type=SYMTYPE, link=to)


def _hard_link(name: str, to: str) -> Member:
    return Member(name, type=LNKTYPE, link=to)


def _tar(*members: Member) -> Callable[[], bytes]:
    return lambda: tar_of([HONEST, *members])


def _zip(*members: Member) -> Callable[[], bytes]:
    return lambda: zip_of([HONEST, *members])


def _header(kind: bytes, size: int) -> bytes:
    header = tarfile.TarInfo("package/file")
    header.type, header.size = kind, size
    return header.tobuf(tarfile.USTAR_FORMAT)


def _sparse_map_without_end() -> bytes:
    """A sparse file of the newest kind whose map is promised but never comes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("package/sparse")
        member.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
        member.size = 512
        archive.addfile(member, io.BytesIO(b"9" * 8 + b"\n" + b"1" * 503))
    return buffer.getvalue()[: -10240 + 512 * 4]


def _slow_pax_header() -> bytes:
    """Digits that Python's pattern for these headers goes over by the square of their number."""
    size = 1 << 20
    return gzip.compress(_header(b"x", size) + b"1" * size + bytes(1024))


def _pax_header_of_any_length() -> bytes:
    """A record that says that it is longer than memory."""
    record = b"99999999999999999999 path=package/a\n"
    return gzip.compress(_header(b"x", len(record)) + record.ljust(512, b"\0") + bytes(1024))


def _sparse_headers_without_end() -> bytes:
    """An old sparse file whose list of extents goes on and on."""
    header = bytearray(_header(b"S", 0))
    header[482] = 1
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    extents = (b"%011o\0" % 1) * 42
    return gzip.compress(bytes(header) + (extents + b"\1" + bytes(7)) * 4000)


def _encrypted_zip() -> bytes:
    content = bytearray(zip_of([HONEST]))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + place] |= 1
    return bytes(content)


def _lzma_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(HONEST.name, HONEST.content)
    return buffer.getvalue()


def _end(size: int, place: int, count: int = 1) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, place, 0)


def _directory_bomb() -> bytes:
    """A list of members of 17 MiB, more than any package's."""
    entry = b"PK\1\2" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"a"
    directory = entry * ((17 << 20) // len(entry))
    return b"PK\3\4" + directory + _end(len(directory), 4)


def _hidden_directory_bomb() -> bytes:
    """The same, with another end record inside of the real one, whose size looks small."""
    content = _directory_bomb()[:-22]
    fake_place = int.from_bytes(b"PK\5\6", "little")
    return content + _end(len(content) - 4, fake_place)


def _zip64_directory() -> bytes:
    """An end record that is small, and before it one of 64 bits that is not."""
    content = zip_of([HONEST])
    body, end = content[:-22], content[-22:]
    wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, 1 << 34, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(body), 1)
    return body + wide + locator + end


def _bomb_zip() -> bytes:
    """One deflated stream that 60 names in the directory share."""
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = raw.compress(bytes(4 << 20)) + raw.flush()
    crc = zlib.crc32(bytes(4 << 20))
    body, directory = b"", b""
    for number in range(60):
        name = b"package/%02d" % number
        common = struct.pack("<5H3L2H", 20, 0, 8, 0, 33, crc, len(data), 4 << 20, len(name), 0)
        directory += b"PK\1\2" + struct.pack("<H", 20) + common
        directory += struct.pack("<3H2L", 0, 0, 0, 0, len(body)) + name
        body += b"PK\3\4" + common + name + data
    return body + directory + _end(len(directory), len(body), 60)


TARS: dict[str, tuple[Callable[[], bytes], str]] = {
    "climbs": (_tar(Member("package/../../escaped", b"x")), "climbs"),
    "climbs at once": (_tar(Member("../escaped", b"x")), "climbs"),
    "climbs by a folder": (_tar(Member("package/../../folder", type=DIRTYPE)), "climbs"),
    "climbs with backslashes": (_tar(Member("package\\..\\..\\escaped", b"x")), "climbs"),
    "absolute": (_tar(Member("/escaped", b"x")), "absolute"),
    "absolute on Windows": (_tar(Member("C:/escaped", b"x")), "absolute"),
    "link out": (_tar(_symlink("package/link", "../../outside")), "leaves the archive"),
    "absolute link": (_tar(_symlink("package/link", "/etc/passwd")), "leaves the archive"),
    "file through a link": (
        _tar(_symlink("package/a", "../../outside"), Member("package/a/escaped", b"x")),
        "two members are called|leaves the archive",
    ),
    "link through a link": (
        _tar(_symlink("package/a", "../../outside"), _symlink("package/a/escaped", "x")),
        "file and a folder",
    ),
    "folder through a link": (
        _tar(_symlink("package/a", "../../outside"), _symlink("package/a/escaped/b", "x")),
        "file and a folder",
    ),
    "links in a circle": (
        _tar(_symlink("package/a", "b"), _symlink("package/b", "a")),
        "in a circle",
    ),
    "link by way of a link": (
        _tar(_symlink("package/a", "."), _symlink("package/b", "a/../../../outside")),
        "leaves the archive",
    ),
    "hard link out": (_tar(_hard_link("package/link", "../../outside/secret")), "climbs"),
    "absolute hard link": (_tar(_hard_link("package/link", "/etc/passwd")), "absolute"),
    "hard link to nothing": (_tar(_hard_link("package/link", "package/no")), "link to nothing"),
    "hard link to a link": (
        _tar(_symlink("package/a", "index.js"), _hard_link("package/link", "package/a")),
        "link to nothing",
    ),
    "character device": (_tar(Member("package/null", type=CHRTYPE)), "neither a file"),
    "block device": (_tar(Member("package/disk", type=BLKTYPE)), "neither a file"),
    "pipe": (_tar(Member("package/pipe", type=FIFOTYPE)), "neither a file"),
    "file and folder": (
        _tar(Member("package/a", b"x"), Member("package/a/b", b"x")),
        "file and a folder",
    ),
    "folder and file": (
        _tar(Member("package/a/b", b"x"), Member("package/a", b"x")),
        "file and a folder",
    ),
    "two of one name": (
        _tar(Member("package/a", b"one"), Member("package/a", b"two")),
        "two different members",
    ),
    "deep": (_tar(Member("package/" + "d/" * 400 + "f", b"x")), "not a path that a package"),
    "long": (_tar(Member("package/" + "/".join(["n" * 200] * 20), b"x")), "not a path"),
    "sparse map without an end": (_sparse_map_without_end, "sparse"),
    "sparse headers without an end": (_sparse_headers_without_end, "sparse"),
    "header of any length": (_pax_header_of_any_length, "damaged"),
    "slow header": (_slow_pax_header, "larger than any header"),
    "bomb": (lambda: gzip.compress(tar_of([Member("package/0", bytes(64 << 20))], "")), "times"),
    "broken off": (lambda: tar_of([Member("package/a", bytes(range(256)) * 64)])[:-40], "damaged"),
    "no archive": (lambda: b"<html>not found</html>" * 40, "damaged"),
    "nothing": (lambda: b"", "damaged"),
}
"""By what is wrong: makes the archive, and matches the reason of its refusal."""

ZIPS: dict[str, tuple[Callable[[], bytes], str]] = {
    "climbs": (_zip(Member("package/../../escaped", b"x")), "climbs"),
    "absolute": (_zip(Member("/escaped", b"x")), "absolute"),
    "link": (_zip(_symlink("package/link", "index.js")), "neither a file nor a folder"),
    "two of one name": (
        _zip(Member("package/a", b"one"), Member("package/a", b"two")),
        "two different members",
    ),
    "file and folder": (
        _zip(Member("package/a", b"x"), Member("package/a/b", b"x")),
        "file and a folder",
    ),
    "encrypted": (_encrypted_zip, "damaged"),
    "compressed with a dictionary of any size": (_lzma_zip, "compressed in a way"),
    "bomb": (_bomb_zip, "times"),
    "long list of members": (_directory_bomb, "list of members"),
    "long list of members, hidden": (_hidden_directory_bomb, "list of members"),
    "list of members in 64 bits": (_zip64_directory, "list of members"),
    "broken off": (lambda: zip_of([HONEST])[:-10], "list of members|damaged"),
}
"""The same for zip archives."""
