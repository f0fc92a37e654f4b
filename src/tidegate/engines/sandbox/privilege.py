"""What a supervisor that runs as root does before it runs anything: it becomes nobody in particular.

Inside of a user namespace, uid 0 of the sandbox would map to uid 0 of the host if bubblewrap were
started by root. So each supervisor takes an unused uid of its own, and every run drops to it
first. That uid cannot reach interpreters under somebody's home; root can, so what a run may read
is mounted into a staging folder that only exists in the supervisor's own mount namespace.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import socket
from collections.abc import Iterator
from pathlib import Path

from tidegate.engines.sandbox.model import SandboxError

_UIDS = range(60_100, 60_400)  # given to nobody by Debian's policy, section 9.2.2
_CLONE_NEWNS = 0x00020000
_MS_BIND, _MS_REC, _MS_PRIVATE, _MS_NOSUID, _MS_NODEV = 0x1000, 0x4000, 1 << 18, 2, 4
_MNT_DETACH = 2
_STAGING_PLACES = ("/sys/kernel", "/mnt", "/media")
_libc = ctypes.CDLL(None, use_errno=True)


class Identity:
    """The uid that the runs of one supervisor have on the host."""

    def __init__(self) -> None:
        self.drops = os.geteuid() == 0
        self.uid = os.geteuid()
        self._claim: socket.socket | None = None
        if self.drops:
            self.uid, self._claim = _claim_uid()

    def assume(self) -> None:
        """In a forked child: drop to the uid for good."""
        if self.drops:
            os.setgroups([])
            os.setresgid(self.uid, self.uid, self.uid)
            os.setresuid(self.uid, self.uid, self.uid)


class Staging:
    """Makes folders of the host readable for the run's uid, one run at a time."""

    def __init__(self, identity: Identity) -> None:
        self._place = _private_place() if identity.drops else None
        self._mounted: dict[Path, str] = {}

    def stage(self, source: Path) -> str:
        """Return a path under which the run's uid reaches `source`.

        Raises:
            SandboxError: there is no such file or folder.
        """
        if not source.exists():
            raise SandboxError(f"{source} cannot be shown to the program: there is no such path")
        if self._place is None:
            return str(source)
        if source not in self._mounted:
            target = self._place / str(len(self._mounted))
            if source.is_dir():
                target.mkdir(exist_ok=True)
            else:
                target.touch()
            _mount(str(source), str(target), None, _MS_BIND)
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


def _private_place() -> Path | None:
    """Enter a mount namespace of our own and return an empty folder that exists only there."""
    if _libc.unshare(_CLONE_NEWNS) != 0:
        return None  # root of a container without that right: sources must be readable as they are
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    for place in _existing(_STAGING_PLACES):
        flags = _MS_NOSUID | _MS_NODEV
        if _libc.mount(b"tmpfs", place.encode(), b"tmpfs", flags, b"mode=0755,size=1m") == 0:
            return Path(place)
    return None


def _existing(places: tuple[str, ...]) -> Iterator[str]:
    for place in places:
        if Path(place).is_dir():
            yield place


def _mount(source: str, target: str, kind: str | None, flags: int) -> None:
    name = kind.encode() if kind else None
    if _libc.mount(source.encode(), target.encode(), name, flags, None) != 0:
        reason = os.strerror(ctypes.get_errno())
        raise SandboxError(f"{source} cannot be mounted for the program: {reason}")


def _claim_uid() -> tuple[int, socket.socket]:
    """Take a uid that no account and no other supervisor has; held until the socket is closed."""
    taken = {account.pw_uid for account in pwd.getpwall()}
    for uid in _UIDS:
        if uid in taken:
            continue
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0tidegate-uid-{uid}")
        except OSError:
            claim.close()
            continue
        return uid, claim
    raise SandboxError(
        f"no unused uid between {_UIDS.start} and {_UIDS.stop - 1} is free; stop other workers"
    )
