"""How is all of the updates copied, for a stick or an archive? Whole, or not at all.

What is copied is one state: what clients read when it began, each file verified as they would. What
is published meanwhile is not in it, and takes nothing away from it, since files stay for a while.
Files that are not current any more, and the lock, stay behind. The timestamp comes last, as it is
written last: a stick that was pulled out too early holds the copy before, or none.
"""

from __future__ import annotations

import io
import os
import secrets
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from tuf.api.metadata import Targets  # type: ignore[attr-defined]

from tidegate.engines.formats.files import flush_folder
from tidegate.engines.updates.errors import RepositoryError
from tidegate.engines.updates.folders import METADATA, TARGETS, TIMESTAMP, UpdateFolder
from tidegate.engines.updates.states import State, read_bin, read_state, read_target

_TOP: Final = "updates"
"""The folder that an archive unpacks to."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What was copied."""

    files: int
    size: int
    """Bytes of all files."""
    expires: datetime
    """Until when clients take it, unless they take late data: when its timestamp ends."""


def copy_to_folder(source: UpdateFolder, place: Path) -> Carried:
    """Copy the updates to a folder that is empty, or is not there yet.

    Raises:
        RepositoryError: something is in that folder, it cannot be written, or what is to be copied
            is not what was signed; then nothing was.
    """
    if place.is_symlink() or (place.exists() and (not place.is_dir() or any(place.iterdir()))):
        raise RepositoryError(
            f"{place} is there already, and is not empty; name a new folder, or remove it first"
        )
    state, timestamp = _state(source)
    partial = place.parent / f".{place.name}-{secrets.token_hex(4)}.partial"
    size = files = 0
    try:
        for name, raw in _files(source, state, timestamp):
            file = partial / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(raw)
            files, size = files + 1, size + len(raw)
        # All at once: one flush for each of 100,000 files takes a stick hours.
        os.sync()
        partial.replace(place)
        flush_folder(place.parent)
    except OSError as error:
        raise _unwritten(place, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Carried(files, size, state.timestamp.expires)


def copy_to_tar(source: UpdateFolder, place: Path) -> Carried:
    """Copy the updates into an archive that is not there yet; of one state, always the same bytes.

    Raises:
        RepositoryError: it is there, it cannot be written, or what is to be copied is not what was
            signed; then nothing was.
    """
    if os.path.lexists(place):
        raise RepositoryError(f"{place} is there already; name another file, or remove it first")
    state, timestamp = _state(source)
    partial = place.parent / f".{place.name}-{secrets.token_hex(4)}.partial"
    size = files = 0
    try:
        with partial.open("xb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
                for name, raw in _files(source, state, timestamp):
                    entry = tarfile.TarInfo(f"{_TOP}/{name}")
                    entry.size = len(raw)
                    archive.addfile(entry, io.BytesIO(raw))
                    files, size = files + 1, size + len(raw)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(place)
        flush_folder(place.parent)
    except OSError as error:
        raise _unwritten(place, error) from error
    finally:
        partial.unlink(missing_ok=True)
    return Carried(files, size, state.timestamp.expires)


def _state(source: UpdateFolder) -> tuple[State, bytes]:
    """Return what clients read now, with the bytes of its timestamp."""
    if not source.is_made:
        raise RepositoryError(
            f"{source.path} holds no updates yet; run `tidegate keys ceremony`, then `tidegate keys"
            " root adopt`"
        )
    timestamp = source.read_timestamp()
    state = read_state(source, timestamp)
    if state.behind:
        raise RepositoryError(
            "a new root was adopted, and not all that follows from it: run `tidegate keys root"
            " adopt` with it again"
        )
    return state, timestamp


def _files(source: UpdateFolder, state: State, timestamp: bytes) -> Iterator[tuple[str, bytes]]:
    """Give each file of a state, with its path: what others stand on first, the timestamp last."""
    for listed in _listing(source, state):
        for path, one in listed.targets.items():
            folder, _, name = path.rpartition("/")
            raw = read_target(source, listed, path)
            yield f"{TARGETS}/{folder}/{one.hashes['sha256']}.{name}", raw
    for number in range(1, state.root.version + 1):
        yield f"{METADATA}/{number}.root.json", source.read_metadata("root", number)
    for file_name in sorted(state.file_names()):
        version, role = file_name.removesuffix(".json").split(".", 1)
        yield f"{METADATA}/{file_name}", source.read_metadata(role, int(version))
    yield f"{METADATA}/{TIMESTAMP}", timestamp


def _listing(source: UpdateFolder, state: State) -> Iterator[Targets]:
    yield state.changes
    for name in state.bins.get_roles():
        yield read_bin(source, state, name)


def _unwritten(place: Path, error: OSError) -> RepositoryError:
    return RepositoryError(
        f"{error.filename or place} cannot be written: {error.strerror}; nothing was copied"
    )
