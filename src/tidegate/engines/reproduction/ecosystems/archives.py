"""Unpacking archives that somebody else made, without ever leaving the folder they belong in.

Nothing is trusted but bytes: an archive is refused as a whole when one of its names is absolute or
climbs, when a link leaves it, when two different things want one name, when it holds devices, and
when it is more, or more compressed, or takes longer, than a package honestly does. Owners, times,
setuid and other modes are not taken over. Symbolic links are made last, after all files, and never
below each other, so that nothing is ever written through one.
"""

from __future__ import annotations

import bz2
import gzip
import os
import stat
import struct
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NoReturn, Self

from tidegate.engines.reproduction.packages import PackageError

_PIECE = 1 << 16
_PATH_BYTES = 2048
_PATH_DEPTH = 100
_HEADER_BYTES = 32 << 10
"""Longest extended header of a tar member; real ones hold a path and a few numbers. Python before
3.11.10 takes time by the square of it (CVE-2024-6232): a second for this, a quarter of an hour for
a mebibyte."""
_DIRECTORY_BYTES = 16 << 20
"""Longest central directory of a zip; 50,000 entries with long names need less."""
_ZIP_END, _ZIP64_LOCATOR = b"PK\x05\x06", b"PK\x06\x07"
_ZIP_END_BYTES, _ZIP64_LOCATOR_BYTES = 22, 20
_ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """What an honest package stays under."""

    entries: int = 50_000
    """Files, links and folders, those counted that only stand in the path of another."""
    total_bytes: int = 1 << 30
    ratio: int = 250
    """How many bytes may come out for each byte of the archive, beyond the first 32 MiB."""
    ratio_free_bytes: int = 32 << 20
    seconds: float = 120.0


class ArchiveError(PackageError):
    """An archive is not unpacked: it is damaged, or it is an attack."""


Place = Callable[[str], str | None]
"""Maps a path in the archive to a path in the tree, or to None for what is left out."""


def unpack(
    archive: Path,
    into: Path,
    place: Place | None = None,
    limits: UnpackLimits | None = None,
    name: str = "",
) -> None:
    """Unpack a tar (plain, gzip, bzip2) or zip archive, told apart by content, into a folder.

    Args:
        archive: the file.
        into: an existing empty folder; on errors it holds a part and must be thrown away.
        place: where each member goes; everything as it is by default.
        limits: bounds.
        name: how messages call the archive; its file name by default.

    Raises:
        ArchiveError: the archive is damaged or dishonest. The message names it and the reason.
    """
    name = name or archive.name
    with _refusing(name), archive.open("rb") as stream:
        tree = _Tree(into, place or (lambda path: path), limits or UnpackLimits())
        tree.archive_bytes = archive.stat().st_size
        magic = stream.read(4)
        stream.seek(0)
        if magic == b"PK\x03\x04":
            _unpack_zip(stream, tree)
        elif magic[:2] == b"\x1f\x8b":
            _unpack_tar(gzip.GzipFile(fileobj=stream), tree)
        elif magic[:3] == b"BZh":
            _unpack_tar(bz2.BZ2File(stream), tree)
        else:
            _unpack_tar(stream, tree)
        tree.finish()


def without_first_folder(path: str) -> str | None:
    """Drop the one folder that everything lies in: the rule of npm's own client."""
    return path.partition("/")[2] or None


def member_path(name: str) -> str:
    """Return a member's name as a clean relative path, `""` for the archive's root itself.

    Raises:
        ArchiveError: the name is absolute, climbs, holds what no path may, or is longer or deeper
            than that of any package's file.
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    shown = name if len(name) < 100 else name[:100] + "..."
    if name.startswith("/") or (len(name) > 1 and name[1] == ":" and name[0].isalpha()):
        raise ArchiveError(f"the name {shown!r} is absolute")
    if ".." in parts or ".." in name.split("\\"):
        raise ArchiveError(f"the name {shown!r} climbs out of its folder")
    try:
        encoded = os.fsencode(name)
    except UnicodeEncodeError:
        raise ArchiveError(f"the name {shown!r} is no text") from None
    if b"\0" in encoded or len(encoded) > _PATH_BYTES or len(parts) > _PATH_DEPTH:
        raise ArchiveError(f"the name {shown!r} is not a path that a package needs")
    return "/".join(parts)


@dataclass(slots=True)
class _Tree:
    """The folder that is being filled, and what has come into it so far."""

    root: Path
    place: Place
    limits: UnpackLimits
    archive_bytes: int = 0
    entries: int = 0
    total: int = 0
    links: list[tuple[Path, str]] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def where(self, name: str) -> Path | None:
        """Count a member in and return where it goes."""
        self._count()
        path = member_path(name)
        placed = self.place(path) if path else None
        return self.root / member_path(placed) if placed else None

    def grow(self, size: int) -> None:
        """Count unpacked bytes in."""
        self.total += size
        if self.total > self.limits.total_bytes:
            raise ArchiveError(f"it unpacks to more than {self.limits.total_bytes >> 20} MiB")
        fair = self.limits.ratio_free_bytes + self.limits.ratio * self.archive_bytes
        if self.total > fair:
            raise ArchiveError(f"it unpacks to more than {self.limits.ratio} times its size")
        if time.monotonic() - self.started > self.limits.seconds:
            raise ArchiveError(f"it takes longer than {self.limits.seconds:g} s to unpack")

    def _count(self) -> None:
        self.entries += 1
        if self.entries > self.limits.entries:
            raise ArchiveError(f"it holds more than {self.limits.entries} files")

    def folder(self, path: Path) -> None:
        for above in reversed([path, *path.parents]):
            if above == self.root or self.root not in above.parents:
                continue
            try:
                above.mkdir()
            except FileExistsError:
                # Not `is_dir`, which follows a link to wherever it leads.
                if not stat.S_ISDIR(above.lstat().st_mode):
                    raise ArchiveError(f"{self._shown(above)!r} is a file and a folder") from None
            else:
                self._count()
                above.chmod(0o755)

    def file(self, path: Path, content: IO[bytes], *, executable: bool) -> None:
        self.folder(path.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            descriptor = os.open(path, flags, 0o600)
        except FileExistsError:
            if not path.is_file():
                raise ArchiveError(f"{self._shown(path)!r} is a file and a folder") from None
            self._same(path, content)
            return
        with os.fdopen(descriptor, "wb") as file:
            while piece := content.read(_PIECE):
                file.write(piece)
            os.fchmod(descriptor, 0o755 if executable else 0o644)

    def copy(self, path: Path, source: Path | None) -> None:
        """Make a hard link's file: a copy of one that came before it."""
        if source is None or source.is_symlink() or not source.is_file():
            raise ArchiveError(f"{self._shown(path)!r} is a link to nothing in the archive")
        with source.open("rb") as content:
            self.grow(source.stat().st_size)
            self.file(path, content, executable=os.access(source, os.X_OK))

    def link(self, path: Path, to: str) -> None:
        if to.startswith("/") or "\0" in to:
            raise ArchiveError(f"the link {self._shown(path)!r} leaves the archive")
        self.links.append((path, to))

    def finish(self) -> None:
        """Make the symbolic links, and let none of them lead out or nowhere."""
        for path, to in self.links:
            self.folder(path.parent)
            if path.is_symlink() or path.exists():
                raise ArchiveError(f"two members are called {self._shown(path)!r}")
            path.symlink_to(to)
        root = self.root.resolve()
        for path, _ in self.links:
            try:
                end = path.resolve()
            except (OSError, RuntimeError):
                raise ArchiveError(f"the link {self._shown(path)!r} leads in a circle") from None
            if root not in (end, *end.parents):
                raise ArchiveError(f"the link {self._shown(path)!r} leaves the archive")
        for path, _ in self.links:
            if not path.exists():
                path.unlink()

    def _same(self, path: Path, content: IO[bytes]) -> None:
        """Let a member come twice only if both are the same, as a few old archives have it."""
        with path.open("rb") as first:
            while True:
                ours, theirs = first.read(_PIECE), content.read(_PIECE)
                if ours != theirs:
                    raise ArchiveError(f"two different members are called {self._shown(path)!r}")
                if not ours:
                    return

    def _shown(self, path: Path) -> str:
        return str(path.relative_to(self.root))


class _Counted:
    """A decompressor's output that counts before it is used: header bombs are bombs too."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile | bz2.BZ2File, tree: _Tree) -> None:
        self._stream = stream
        self._tree = tree

    def read(self, size: int) -> bytes:
        piece = self._stream.read(size)
        self._tree.grow(len(piece))
        return piece


class _Member(tarfile.TarInfo):
    """A tar header that is refused before its extensions can do harm.

    An oversized one would be read into memory, and the maps of sparse files, which no package
    needs, make Python read without a bound, or for ever where the archive ends too early.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        member = super().frombuf(buf, encoding, errors)
        plain = (*tarfile.REGULAR_TYPES, tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.DIRTYPE)
        if member.type not in plain and member.size > _HEADER_BYTES:
            raise ArchiveError("a header in it is larger than any header needs to be")
        return member

    def _refuse_sparse(self, *_: Any) -> NoReturn:
        raise ArchiveError("it holds a sparse file")

    # The names are those of Python's own methods; should they change, the time bound still holds.
    _proc_sparse = _proc_gnusparse_00 = _proc_gnusparse_01 = _proc_gnusparse_10 = _refuse_sparse


def _unpack_tar(stream: IO[bytes] | gzip.GzipFile | bz2.BZ2File, tree: _Tree) -> None:
    counted = _Counted(stream, tree)
    # Stream mode reads forward only; nothing in a header can send it somewhere else.
    with tarfile.open(fileobj=counted, mode="r|", tarinfo=_Member) as members:  # type: ignore[call-overload]
        for member in members:
            _unpack_tar_member(members, member, tree)


def _unpack_tar_member(members: tarfile.TarFile, member: tarfile.TarInfo, tree: _Tree) -> None:
    path = tree.where(member.name)
    if path is None:
        return
    if member.isdir():
        tree.folder(path)
    elif member.issym():
        tree.link(path, member.linkname)
    elif member.islnk():
        source = tree.place(member_path(member.linkname))
        tree.copy(path, tree.root / member_path(source) if source else None)
    elif member.isreg() and not member.issparse():
        content = members.extractfile(member)
        assert content is not None  # it is a regular file
        tree.file(path, content, executable=bool(member.mode & 0o111))
    else:
        raise ArchiveError(f"{member.name!r} is neither a file, a folder nor a link")


def _unpack_zip(stream: IO[bytes], tree: _Tree) -> None:
    _check_directory(stream)
    with zipfile.ZipFile(stream) as members:
        for member in members.infolist():
            path = tree.where(member.filename)
            if path is None:
                continue
            mode = member.external_attr >> 16
            if member.is_dir():
                tree.folder(path)
            elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                raise ArchiveError(f"{member.filename!r} is neither a file nor a folder")
            elif member.compress_type not in _ZIP_METHODS:
                raise ArchiveError(f"{member.filename!r} is compressed in a way that no package is")
            else:
                with members.open(member) as content:
                    counted = _Counted(content, tree)
                    tree.file(path, counted, executable=bool(mode & 0o111))  # type: ignore[arg-type]


def _check_directory(stream: IO[bytes]) -> None:
    """Refuse a zip whose list of members alone would fill the memory.

    Whichever end record a reader takes for the real one, its list is short, and no 64-bit record
    stands before it that would say otherwise.
    """
    stream.seek(0, os.SEEK_END)
    start = max(0, stream.tell() - (1 << 16) - _ZIP_END_BYTES - _ZIP64_LOCATOR_BYTES)
    stream.seek(start)
    tail = stream.read()
    stream.seek(0)
    end = tail.find(_ZIP_END)
    if end < 0:
        raise ArchiveError("its list of members is missing")
    while end >= 0:
        size = int.from_bytes(tail[end + 12 : end + 16], "little")
        locator = tail[max(0, end - _ZIP64_LOCATOR_BYTES) :].startswith(_ZIP64_LOCATOR)
        if size > _DIRECTORY_BYTES or locator:
            raise ArchiveError("its list of members is larger than a package needs")
        end = tail.find(_ZIP_END, end + 1)


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """Give every refusal the archive's name, and turn damage into refusals."""
    try:
        yield
    except ArchiveError as refusal:
        raise ArchiveError(f"{name} is refused: {refusal}") from None
    except (
        tarfile.TarError, zipfile.BadZipFile, zlib.error, struct.error, gzip.BadGzipFile, EOFError,
        ValueError, LookupError, ArithmeticError, RuntimeError,
    ) as error:  # fmt: skip
        # The last ones are what Python's readers raise, beside their own, for numbers and names
        # that make no sense, for encryption, and for methods that they do not know.
        raise ArchiveError(f"{name} is damaged: {error}") from error
    except OSError as error:
        raise ArchiveError(f"{name} cannot be unpacked: {error.strerror or error}") from error
