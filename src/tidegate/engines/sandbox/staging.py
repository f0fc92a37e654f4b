"""Shows the run's uid what it may read and could not reach: an interpreter under root's home, say.

Root can reach it, so it is mounted into a staging folder that exists only in the supervisor's own
mount namespace, for the length of one run. What anybody may reach is named as it is.
"""

from __future__ import annotations

import ctypes
import functools
import os
import stat
from pathlib import Path

from tidegate.engines.sandbox.model import SandboxError
from tidegate.engines.sandbox.privilege import Identity

_CLONE_NEWNS = 0x00020000
_MS_BIND, _MS_REC, _MS_PRIVATE, _MS_NOSUID, _MS_NODEV = 0x1000, 0x4000, 1 << 18, 2, 4
_MNT_DETACH = 2
_STAGING_PLACES = ("/sys/kernel", "/mnt", "/media")
_libc = ctypes.CDLL(None, use_errno=True)


class Staging:
    """Makes files and folders of the host reachable for the run's uid, one run at a time."""

    def __init__(self, identity: Identity) -> None:
        self._place = _private_place() if identity.drops else None
        self._mounted: dict[Path, str] = {}

    def stage(self, source: Path) -> str:
        """Return a path under which the run's uid reaches `source`.

        Raises `SandboxError` if there is no such file or folder.
        """
        if not source.exists():
            raise SandboxError(f"{source} cannot be shown to the program: there is no such path")
        if self._place is None or _anybody_reaches(source):
            return str(source)
        if source not in self._mounted:
            target = self._place / str(len(self._mounted))
            if source.is_dir():
                target.mkdir(exist_ok=True)
            else:
                target.touch()
            _mount(str(source), str(target))
            self._mounted[source] = str(target)
        return self._mounted[source]

    def clear(self) -> None:
        """Take everything down again."""
        for target in self._mounted.values():
            _libc.umount2(target.encode(), _MNT_DETACH)
            path = Path(target)
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()
        self._mounted.clear()


@functools.lru_cache(maxsize=1024)
def _anybody_reaches(source: Path) -> bool:
    """Whether every folder on the way can be passed, and the last one read, by everybody.

    Remembered: most sources are those of every run. Should one be closed later, bubblewrap fails.
    """
    path = source.resolve()
    if not path.stat().st_mode & stat.S_IROTH:
        return False
    passed = [*path.parents, path] if path.is_dir() else path.parents
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in passed)


def _private_place() -> Path | None:
    """Enter a mount namespace of our own and return an empty folder that exists only there."""
    if _libc.unshare(_CLONE_NEWNS) != 0:
        return None  # root of a container without that right: sources must be readable as they are
    if _libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None) != 0:
        reason = os.strerror(ctypes.get_errno())
        raise SandboxError(f"the supervisor's mounts cannot be made its own: {reason}")
    for place in _STAGING_PLACES:
        flags = _MS_NOSUID | _MS_NODEV
        if _libc.mount(b"tmpfs", place.encode(), b"tmpfs", flags, b"mode=0755,size=1m") == 0:
            return Path(place)
    return None


def _mount(source: str, target: str) -> None:
    if _libc.mount(os.fsencode(source), target.encode(), None, _MS_BIND, None) != 0:
        reason = os.strerror(ctypes.get_errno())
        raise SandboxError(f"{source} cannot be mounted for the program: {reason}")
