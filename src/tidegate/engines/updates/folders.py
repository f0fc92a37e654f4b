"""The updates as a folder of plain files, which any web server can serve and any stick can carry.

    metadata/timestamp.json                       the only file that is ever replaced
    metadata/1.root.json, 7.snapshot.json, 3.bin-0a4.json, ...
    targets/advisories/DIGEST.TG-2026-k3m9q2x4.json
    targets/changes/DIGEST.latest.json

A file is there whole or not at all. What a new state needs is written first and flushed, the
timestamp last; whoever is killed in between leaves the old state, with all of its files. A file's
time of change is when it was published, and, once it is not current any more, when that ended: that
is how `sweep` knows which ones nobody reads now.

From: TUF specification 1.0.31, 6.2 (consistent snapshots), 6.2.1 (writing them).
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from tidegate.engines.formats.files import flush_folder, write_new
from tidegate.engines.updates.errors import RepositoryError

METADATA: Final = "metadata"
TARGETS: Final = "targets"
TIMESTAMP: Final = "timestamp.json"

_LOCK: Final = ".lock"
_VERSIONED: Final = re.compile(r"([1-9][0-9]{0,9})\.([a-z0-9-]+)\.json")


class UpdateFolder:
    """The files of one repository. What it reads is believed nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._unflushed: set[Path] = set()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else write here at the same time, in this process or another; they wait.

        Raises:
            RepositoryError: nothing can be written there.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(self.path / _LOCK, flags, 0o600)
        except OSError as error:
            raise RepositoryError(
                f"{self.path} cannot be written: {error.strerror}; check the folder and its owner"
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @property
    def is_made(self) -> bool:
        """Whether there is a state that clients read."""
        return (self.path / METADATA / TIMESTAMP).is_file()

    def read_metadata(self, role: str, version: int) -> bytes:
        """Return the bytes of one version of a role.

        Raises:
            RepositoryError: it is not there.
        """
        return self._read(self.path / METADATA / f"{version}.{role}.json")

    def stamp(self, role: str, version: int) -> tuple[int, int]:
        """Return what tells the file of a version from another one that had its name before.

        Raises:
            RepositoryError: it is not there.
        """
        place = self.path / METADATA / f"{version}.{role}.json"
        try:
            found = place.stat()
        except OSError as error:
            raise _unreadable(place, error) from error
        return found.st_ino, found.st_mtime_ns

    def read_timestamp(self) -> bytes:
        """Return the bytes of the timestamp.

        Raises:
            RepositoryError: there is none.
        """
        return self._read(self.path / METADATA / TIMESTAMP)

    def read_target(self, path: str, sha256: str) -> bytes:
        """Return the bytes of a target.

        Raises:
            RepositoryError: it is not there.
        """
        return self._read(self._target(path, sha256))

    def newest_root(self) -> int:
        """Return the highest version of a root in the folder; 0 if there is none."""
        version = 0
        while (self.path / METADATA / f"{version + 1}.root.json").is_file():
            version += 1
        return version

    def free_version(self, role: str, after: int) -> int:
        """Return the next version of a role that no file has.

        One that was written before somebody was killed is passed over: a mirror may have it.
        """
        version = after + 1
        while (self.path / METADATA / f"{version}.{role}.json").exists():
            version += 1
        return version

    def write_metadata(self, role: str, version: int, raw: bytes, at: datetime) -> None:
        """Write one version of a role. Raises `OSError`."""
        self._write(self.path / METADATA / f"{version}.{role}.json", raw, at)

    def write_target(self, path: str, sha256: str, raw: bytes, at: datetime) -> None:
        """Write a target; one that is there already, whole, only becomes current again.

        Raises `OSError`.
        """
        place = self._target(path, sha256)
        if place.is_file() and place.stat().st_size == len(raw):
            _touch(place, at)
        else:
            self._write(place, raw, at)

    def retire(self, at: datetime, *, role: str = "", version: int = 0) -> None:
        """Take down that a version of a role is not current from `at` on."""
        _touch(self.path / METADATA / f"{version}.{role}.json", at)

    def retire_target(self, path: str, sha256: str, at: datetime) -> None:
        """Take down that a target is not current from `at` on."""
        _touch(self._target(path, sha256), at)

    def write_timestamp(self, raw: bytes, at: datetime) -> None:
        """Make what was written the current state. Raises `OSError`; then it is not."""
        for folder in self._unflushed:
            flush_folder(folder)
        self._unflushed.clear()
        self._write(self.path / METADATA / TIMESTAMP, raw, at)
        flush_folder(self.path / METADATA)
        self._unflushed.clear()

    def sweep(
        self, metadata: Collection[str], targets: Collection[tuple[str, str]], before: datetime
    ) -> int:
        """Remove what is not current and has not been since `before`; return how many files.

        Args:
            metadata: The names of the current files, such as `7.snapshot.json`; roots always stay.
            targets: Path and digest of the current targets.
            before: What ended later stays.
        """
        current = {self.path / METADATA / name for name in metadata}
        current |= {self._target(path, sha256) for path, sha256 in targets}
        removed = 0
        for place in self._old_metadata():
            removed += _remove(place, current, before)
        for folder, _, names in os.walk(self.path / TARGETS):
            for name in names:
                removed += _remove(Path(folder, name), current, before)
        return removed

    def _old_metadata(self) -> Iterator[Path]:
        for place in (self.path / METADATA).iterdir():
            versioned = _VERSIONED.fullmatch(place.name)
            if place.name.endswith(".partial") or (versioned and versioned[2] != "root"):
                yield place

    def _target(self, path: str, sha256: str) -> Path:
        folder, _, name = path.rpartition("/")
        return self.path / TARGETS / folder / f"{sha256}.{name}"

    def _write(self, place: Path, raw: bytes, at: datetime) -> None:
        for folder in place.parents:
            self._unflushed.add(folder)
            if folder.is_dir():
                break
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.parent / f".{secrets.token_hex(8)}.partial"
        try:
            write_new(partial, raw, mode=0o644)
            _touch(partial, at)
            partial.replace(place)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise

    def _read(self, place: Path) -> bytes:
        try:
            return place.read_bytes()
        except OSError as error:
            raise _unreadable(place, error) from error


def _unreadable(place: Path, error: OSError) -> RepositoryError:
    return RepositoryError(
        f"{place} cannot be read: {error.strerror}; copy the folder back from a mirror or a backup"
    )


def _touch(place: Path, at: datetime) -> None:
    stamp = at.timestamp()
    try:
        os.utime(place, (stamp, stamp))
    except FileNotFoundError:
        # Somebody has tidied up; it is not needed any more in any case.
        return


def _remove(place: Path, current: Collection[Path], before: datetime) -> int:
    if place in current or place.stat().st_mtime >= before.timestamp():
        return 0
    place.unlink(missing_ok=True)
    return 1
