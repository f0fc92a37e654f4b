"""Files that are their owner's alone: made once and whole, and believed only while they are so.

Any number of processes may make the same file at once: one of them does, and all read that one.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tidegate.engines.formats.files import flush_folder, write_new
from tidegate.instance.home import HomeError

if TYPE_CHECKING:
    from pathlib import Path

_OF_OTHERS: Final = 0o077
_CHANGED_BY_OTHERS: Final = 0o022
_LONGEST: Final = 4096
_LOCK: Final = ".lock"


def private_folder(folder: Path) -> Path:
    """Return a folder in which others can exchange nothing; it is made if it is missing.

    Raises:
        HomeError: it cannot be made, or others can write to it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_mode & _CHANGED_BY_OTHERS:
            raise HomeError(
                f"the folder {folder} of the keys can be changed by others;"
                f" run: chmod 700 {shlex.quote(str(folder))}"
            )
    except OSError as error:
        raise HomeError(
            f"the folder {folder} of the keys cannot be used: {error.strerror};"
            " check its owner, or name another one in TIDEGATE_KEYS"
        ) from error
    return folder


def make_once(path: Path, content: bytes) -> bool:
    """Write a file, unless there is one of that name; say whether it was written.

    When it returns, whichever file stands there survives a crash.

    Raises:
        HomeError: it cannot be written.
    """
    partial = path.parent / f".{secrets.token_hex(8)}.partial"
    try:
        try:
            write_new(partial, content, mode=0o600)
            # Unlike a rename, a link fails if another process was first: then its file stands.
            path.hardlink_to(partial)
            return True
        except FileExistsError:
            return False
        finally:
            partial.unlink(missing_ok=True)
            flush_folder(path.parent)
    except OSError as error:
        raise HomeError(
            f"{path} cannot be made: {error.strerror}; check the folder and its owner"
        ) from error


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let no other process do what belongs to a folder at the same time; they wait.

    Raises:
        HomeError: nothing can be written there.
    """
    path = folder / _LOCK
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise HomeError(
            f"{path} cannot be made: {error.strerror}; check the folder and its owner"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def read_private(path: Path) -> bytes:
    """Return what a file holds that nobody but its owner can read.

    Raises:
        HomeError: it cannot be read, is no file, or others can read it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            # The open file is judged, not the name: that could have been exchanged in between.
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                raise HomeError(f"{path} is not a regular file; put the key's own file there")
            if mode & _OF_OTHERS:
                raise HomeError(
                    f"{path} can be read by others; if nobody has,"
                    f" run: chmod 600 {shlex.quote(str(path))}"
                )
            return file.read(_LONGEST)
    except OSError as error:
        raise HomeError(f"{path} cannot be read: {error.strerror}; check its owner") from error
