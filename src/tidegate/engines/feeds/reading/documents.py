"""What lies in an edition's file or folder: one stream, or documents one after another.

What a file is, its first bytes tell: a zip or tar archive, or text, compressed or not. Text is a
document a line, or a single one. A folder is gone through in the order of its names, and no
symbolic link in it is followed.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from tidegate.engines.feeds.editions import EditionError
from tidegate.engines.feeds.reading import tar
from tidegate.engines.feeds.reading import zip as zips
from tidegate.engines.feeds.reading.limits import Limits
from tidegate.engines.feeds.reading.notes import Notes
from tidegate.engines.formats.documents import Fault, parse, shown
from tidegate.engines.formats.unpacking import Unpacked, UnpackingError

Wanted = Callable[[str], bool]
"""Says by a file's name, with the folders before it, whether it is a record."""

_PIECE: Final = 1 << 20
_HEAD: Final = 512
_LINES: Final = re.compile(r"\.jsonl(?:\.[a-z0-9]+)?\Z")
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_TOO_LARGE: Final = "is larger than any record may be"


class EditionFile:
    """A file or folder that is said to be an edition. Made by `opened`."""

    def __init__(self, path: Path, file: IO[bytes] | None, size: int, limits: Limits) -> None:
        self.name = path.name
        self._path = path
        self._file = file
        self._size = size
        self._limits = limits
        self._listed = hashlib.sha256()

    @classmethod
    @contextmanager
    def opened(cls, path: Path, limits: Limits) -> Iterator[EditionFile]:
        """Open a file or a folder; whatever goes wrong with it names it.

        Raises:
            EditionError: it is not there, too large, damaged, or changes while it is read.
        """
        try:
            if path.is_dir():
                yield cls(path, None, 0, limits)
                return
            flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
            with os.fdopen(os.open(path, flags), "rb") as file:
                before = os.fstat(file.fileno())
                if not stat.S_ISREG(before.st_mode):
                    raise EditionError("it is neither a file nor a folder")
                if before.st_size > limits.file_bytes:
                    raise EditionError(f"it is larger than {limits.file_bytes >> 20:,} MiB")
                yield cls(path, file, before.st_size, limits)
                after = os.fstat(file.fileno())
                if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                    raise EditionError("it changed while it was read; read it again")
        except EditionError as error:
            raise EditionError(f"{shown(path.name)} is refused: {error}") from error
        except UnpackingError as error:
            raise EditionError(f"{shown(path.name)} is refused: it {error}") from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise EditionError(f"{shown(path.name)} cannot be read: {reason}") from error

    def sha256(self) -> str:
        """Return the digest, in hex, of the whole file, or of the list of a folder's files."""
        if self._file is None:
            return self._listed.hexdigest()
        self._file.seek(0)
        digest = hashlib.sha256()
        while piece := self._file.read(_PIECE):
            digest.update(piece)
        return digest.hexdigest()

    def stream(self) -> IO[bytes]:
        """Return the bytes of the file, unpacked.

        Raises:
            EditionError: it is a folder. While reading, `UnpackingError`.
        """
        return io.BufferedReader(self._unpacked(), _PIECE)

    def whole(self) -> bytes:
        """Return all of the file's bytes, unpacked.

        Raises:
            EditionError: they are more than a record may have.
        """
        most = self._limits.record_bytes
        content = self.stream().read(most + 1)
        if len(content) > most:
            raise EditionError(f"it holds more than {most >> 20} MiB")
        return content

    def documents(self, wanted: Wanted, notes: Notes) -> Iterator[tuple[str, bytes]]:
        """Yield the place and the bytes of each document; what is too large is noted as refused.

        Raises:
            EditionError, UnpackingError: no more can be read.
        """
        if self._file is None:
            yield from self._of_folder(wanted, notes)
            return
        magic = self._file.read(len(zips.MAGIC[0]))
        self._file.seek(0)
        if magic in zips.MAGIC:
            measure = zips.Measure(self._limits, self._size)
            for name, content in zips.members(self._file, wanted, measure):
                if content is None:
                    notes.refuse(name, _TOO_LARGE)
                else:
                    yield name, content
            return
        unpacked = self._unpacked()
        stream = io.BufferedReader(unpacked, _PIECE)
        if tar.is_tar(unpacked.head(_HEAD)):
            yield from self._of_tar(stream, wanted, notes)
        else:
            yield from self._of_text(stream, notes)

    def _unpacked(self) -> Unpacked:
        if self._file is None:
            raise EditionError("it is a folder; name the file in it")
        self._file.seek(0)
        return Unpacked(self._file, self._limits.bounds)

    def _of_tar(
        self, stream: IO[bytes], wanted: Wanted, notes: Notes
    ) -> Iterator[tuple[str, bytes]]:
        measure = zips.Measure(self._limits, self._size)
        for member in tar.members(stream):
            measure.count()
            if member is None or not wanted(member.name):
                continue
            if member.size > self._limits.record_bytes:
                notes.refuse(member.name, _TOO_LARGE)
            else:
                yield member.name, member.read()

    def _of_text(self, stream: IO[bytes], notes: Notes) -> Iterator[tuple[str, bytes]]:
        """Yield a document a line; if the first line is none, the whole is one document."""
        most = self._limits.record_bytes
        number = 0
        are_lines = _LINES.search(self.name.lower()) is not None
        while line := stream.readline(most + 1):
            number += 1
            place = f"line {number}"
            if not line.strip():
                continue
            if not are_lines and isinstance(_parsed(line, self._limits), Fault):
                whole = line + stream.read(most + 1 - len(line))
                if len(whole) > most:
                    raise EditionError("it is neither a document, nor one a line, nor an archive")
                yield self.name, whole
                return
            are_lines = True
            if len(line) > most:
                notes.refuse(place, _TOO_LARGE)
                while line and not line.endswith(b"\n"):
                    line = stream.readline(most)
                continue
            yield place, line

    def _of_folder(self, wanted: Wanted, notes: Notes) -> Iterator[tuple[str, bytes]]:
        measure = zips.Measure(self._limits, 0)
        for path in self._files(self._path, measure, 0):
            name = path.relative_to(self._path).as_posix()
            if not wanted(name):
                continue
            with path.open("rb") as file:
                content = file.read(self._limits.record_bytes + 1)
            self._listed.update(f"{hashlib.sha256(content).hexdigest()}  {name!r}\n".encode())
            if len(content) > self._limits.record_bytes:
                notes.refuse(name, _TOO_LARGE)
            else:
                yield name, content

    def _files(self, folder: Path, measure: zips.Measure, depth: int) -> Iterator[Path]:
        if depth > self._limits.folder_depth:
            raise EditionError(f"its folders are more than {self._limits.folder_depth} deep")
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            measure.count()
            if entry.is_dir(follow_symlinks=False):
                yield from self._files(Path(entry.path), measure, depth + 1)
            elif entry.is_file(follow_symlinks=False):
                yield Path(entry.path)


def parsed(raw: bytes, place: str, notes: Notes) -> dict[str, object] | None:
    """Return the object that a document is; None, and noted as refused, for one that is none."""
    if holds_nul(raw):
        notes.refuse(place, "holds a NUL character, which no database keeps")
        return None
    found = _parsed(raw, notes.limits)
    if isinstance(found, Fault):
        notes.refuse(place, f"{found.field} {found.reason}".strip())
        return None
    return found


def holds_nul(raw: bytes) -> bool:
    """Say whether a JSON document holds a NUL character, which PostgreSQL cannot keep."""
    # The plain look is some hundred times as quick, and nearly always enough.
    return b"\\u0000" in raw and _NUL.search(raw) is not None


def _parsed(raw: bytes, limits: Limits) -> dict[str, object] | Fault:
    document = parse(
        raw,
        max_bytes=limits.record_bytes,
        max_depth=limits.record_depth,
        max_values=limits.record_values,
        max_text=limits.record_bytes,
    )
    if isinstance(document, Fault):
        return document
    if not isinstance(document.value, dict):
        return Fault("", f"{shown(document.value)} is not an object; write {{...}}")
    return document.value
