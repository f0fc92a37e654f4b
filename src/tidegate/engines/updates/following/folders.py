"""Reads a repository from a folder that was carried by hand, such as a stick's.

Whoever prepared the stick may be hostile. Nothing is followed out of the folder: no symbolic link,
no `..`; and nothing but plain files is opened, or a pipe would be waited at for ever. What the
files say is checked like anything else.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tuf.api import exceptions as tuf_errors
from tuf.ngclient.fetcher import FetcherInterface

from tidegate.engines.updates.following.bounds import Meter

_PIECE: Final = 1 << 16
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class FolderFetcher(FetcherInterface):
    """Gives python-tuf the files of a folder; addresses are paths below it."""

    def __init__(self, folder: Path, meter: Meter) -> None:
        self._folder = folder
        self._meter = meter

    def _fetch(self, url: str) -> Iterator[bytes]:
        self._meter.begin_file()
        # Opened here and read later: an error of opening has to be one of `fetch`.
        return self._pieces(_opened(self._folder, url), url)

    def _pieces(self, descriptor: int, url: str) -> Iterator[bytes]:
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            while piece := file.read(_PIECE):
                self._meter.take(len(piece), url)
                yield piece


def _opened(folder: Path, path: str) -> int:
    """Open a plain file below a folder, step by step, so that no step is a link."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\\" in part for part in parts):
        raise tuf_errors.DownloadError(f"{path!r} is no path of a repository")
    try:
        # The folder itself was named by the operator, and may be reached by a link.
        here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise tuf_errors.DownloadError(f"{folder} cannot be read: {error.strerror}") from error
    try:
        for part in parts[:-1]:
            below = os.open(part, _FOLDER, dir_fd=here)
            os.close(here)
            here = below
        descriptor = os.open(parts[-1], _FILE, dir_fd=here)
    except FileNotFoundError as error:
        # python-tuf asks for the next root until there is none, and knows that by this number.
        raise tuf_errors.DownloadHTTPError(f"{path} is not in the folder", 404) from error
    except OSError as error:
        is_link = error.errno in (errno.ELOOP, errno.ENOTDIR)
        why = "is a link, or lies behind one; copy the files themselves" if is_link else error
        raise tuf_errors.DownloadError(f"{path} in the folder {why}") from error
    finally:
        os.close(here)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise tuf_errors.DownloadError(f"{path} in the folder is no plain file")
    return descriptor
