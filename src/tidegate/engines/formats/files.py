"""Files that are either there as a whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_atomically(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file so that nobody ever sees a part of it, also after a crash.

    The content goes to a new file in the same folder, is flushed to the disk and renamed over
    `path`. A symbolic link at `path` is replaced, not followed. `mode` is narrowed by the umask.
    The folder must exist. Raises `OSError`; then `path` is as it was before.
    """
    partial = path.parent / f".{secrets.token_hex(8)}.partial"
    try:
        write_new(partial, content, mode=mode)
        partial.replace(path)
    except BaseException:
        # Ctrl-C too: nothing half-written may stay behind.
        partial.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def write_new(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file that must not exist yet, and flush it to the disk.

    Raises `FileExistsError`, or another `OSError` after which a part of it may be there.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Flush a folder to the disk, so that a name made or replaced in it survives a crash."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems (FUSE, CIFS) cannot flush a folder; the file itself was flushed.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
