"""The cache: archives kept by their SHA-256, and the trees that were unpacked from them.

    archives/<first two digits>/<sha256>     a file of a registry, exactly as it came
    known/<algorithm>/<digest>               SHA-256 of an archive that a registry names otherwise
    trees/<layout>/<first two digits>/<key>  an unpacked tree, read-only by convention

Everything is made in `incoming/` and renamed into its place when it is complete, so that several
processes may share one cache and a killed one leaves nothing half-written. Files and folders are
readable by everybody: a sandbox runs under another uid and must be able to read them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import platformdirs

from tidegate.engines.reproduction.packages import PackageError

_STALE_SECONDS = 24 * 3600
"""What is older than this in `incoming/` belongs to a process that was killed."""


class Cache:
    """A folder of archives and trees, shared by threads and processes.

    Args:
        folder: where it lies; by default `tidegate` in the user's own cache folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(platformdirs.user_cache_dir("tidegate"))
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._swept = False

    def archive(self, algorithm: str, digest: str) -> tuple[Path, str] | None:
        """Return an archive that is here and its SHA-256, looked up by any digest it came with."""
        if algorithm != "sha256":
            try:
                digest = self._known(algorithm, digest).read_text(encoding="ascii")
            except OSError:
                return None
        path = self._archive(digest)
        return (path, digest) if path.is_file() else None

    def keep(self, incoming: Path, digests: Mapping[str, str]) -> Path:
        """Move a complete, checked file from `incoming` into the cache.

        Args:
            incoming: a file made by `incoming_file`.
            digests: its digests in hex by algorithm; `sha256` must be among them.
        """
        sha256 = digests["sha256"]
        place = self._archive(sha256)
        with _disk(self.folder):
            incoming.chmod(0o644)
            self._make(place.parent)
            incoming.replace(place)
            for algorithm in digests.keys() - {"sha256"}:
                known = self._known(algorithm, digests[algorithm])
                self._make(known.parent)
                with self.incoming_file() as name:
                    name.write_text(sha256, encoding="ascii")
                    name.chmod(0o644)
                    name.replace(known)
        return place

    def tree(self, layout: str, key: str, fill: Callable[[Path], None]) -> Path:
        """Return the folder for a key, filling it first if it is not there yet.

        Args:
            layout: how archives are laid out in it, with a number that changes when that does.
            key: digest of what it is made from, in hex.
            fill: writes the content into the empty folder that it is given; whatever it raises
                is raised here, and nothing is kept.
        """
        place = self.folder / "trees" / layout / key[:2] / key
        with self.once(str(place)):
            if place.is_dir():
                return place
            with self._incoming_folder() as folder:
                fill(folder)
                with _disk(self.folder):
                    self._make(place.parent)
                    try:
                        folder.rename(place)
                    except OSError:
                        if not place.is_dir():  # otherwise another process was faster
                            raise
        return place

    @contextlib.contextmanager
    def once(self, key: str) -> Iterator[None]:
        """Let only one thread at a time work on a key."""
        with self._guard:
            lock = self._locks[key]
        with lock:
            yield

    @contextlib.contextmanager
    def incoming_file(self) -> Iterator[Path]:
        """Give the path of a new empty file; what is not moved away from it is deleted."""
        with _disk(self.folder):
            descriptor, name = tempfile.mkstemp(dir=self._incoming())
            os.close(descriptor)
        path = Path(name)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _incoming_folder(self) -> Iterator[Path]:
        with _disk(self.folder):
            path = Path(tempfile.mkdtemp(dir=self._incoming()))
            path.chmod(0o755)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def _incoming(self) -> Path:
        folder = self.folder / "incoming"
        self._make(folder)
        if not self._swept:
            self._swept = True
            _sweep(folder, time.time() - _STALE_SECONDS)
        return folder

    def _archive(self, sha256: str) -> Path:
        return self.folder / "archives" / sha256[:2] / sha256

    def _known(self, algorithm: str, digest: str) -> Path:
        return self.folder / "known" / algorithm / digest

    def _make(self, folder: Path) -> None:
        """Make a folder of the cache and those above it, readable whatever the umask says."""
        if folder.is_dir():
            return
        if folder != self.folder:
            self._make(folder.parent)
        else:
            folder.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            folder.chmod(0o755)


@contextlib.contextmanager
def _disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PackageError(
            f"the package cache {folder} cannot be written ({error.strerror or error}); "
            "make it writable, or set XDG_CACHE_HOME to a folder that is"
        ) from error


def _sweep(folder: Path, before: float) -> None:
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            if path.lstat().st_mtime >= before:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
