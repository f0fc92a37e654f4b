"""Who a run is on the host: for a supervisor that runs as root, nobody in particular.

Inside of a user namespace, uid 0 of the sandbox would map to uid 0 of the host if bubblewrap were
started by root. So each such supervisor takes an unused uid of its own, and every run drops to it
first. `staging.py` makes readable for that uid what a run may read.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from tidegate.engines.sandbox.model import SandboxError

_UIDS = range(60_800, 61_100)
"""In use by nobody: Debian gives 60000-64999 to packages on demand and has given none of these
(policy 9.2.2); systemd leaves 60706-61183 unused (docs/UIDS-GIDS)."""
_CLAIMS = (Path("/run/tidegate"), Path("/var/lib/tidegate"))
_PR_SET_PDEATHSIG, _SIGKILL = 1, 9
_libc = ctypes.CDLL(None, use_errno=True)


class Identity:
    """The uid that the runs of one supervisor have on the host."""

    def __init__(self) -> None:
        self.drops = os.geteuid() == 0
        self.uid = os.geteuid()
        self._claim: Claim | None = None
        if self.drops:
            self._claim = _claim_uid(_folder_of_claims())
            self.uid = self._claim.uid

    def assume(self, supervisor: int) -> None:
        """In a forked child: drop to the uid for good, and die with the supervisor."""
        if self.drops:
            os.setgroups([])
            os.setresgid(self.uid, self.uid, self.uid)
            os.setresuid(self.uid, self.uid, self.uid)
        # Changing the uid would have cleared it. Bubblewrap asks for the same, but only later.
        _libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
        if os.getppid() != supervisor:
            raise SandboxError("the supervisor died before the run began")

    def release(self) -> None:
        """Let another supervisor have the uid."""
        if self._claim:
            self._claim.release()


class Claim:
    """A uid that is ours while this file is locked; the kernel unlocks it when we die."""

    def __init__(self, uid: int, path: Path, descriptor: int) -> None:
        self.uid = uid
        self._path = path
        self._descriptor = descriptor

    def release(self) -> None:
        """Remove the file, then the lock, so that nobody ever waits on a file without a name."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        os.close(self._descriptor)


def _folder_of_claims() -> Path:
    """Return a folder that only root can write, so that no other user can take all uids.

    Raises `SandboxError` where there is none.
    """
    for folder in _CLAIMS:
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = folder.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == 0 and not found.st_mode & 0o022:
                return folder
    places = " nor ".join(str(folder) for folder in _CLAIMS)
    raise SandboxError(
        f"neither {places} can be made as root's own folder, so no unused uid can be taken; make"
        " one of them writable for root, or run as an ordinary user"
    )


def _claim_uid(folder: Path) -> Claim:
    """Take a uid that no account, no process and no other supervisor has."""
    taken = {account.pw_uid for account in pwd.getpwall()} | set(_uids_of_processes())
    for uid in _UIDS:
        claim = None if uid in taken else _try_claim(folder, uid)
        if claim:
            return claim
    raise SandboxError(
        f"no unused uid between {_UIDS.start} and {_UIDS.stop - 1} is free; stop other workers"
    )


def _try_claim(folder: Path, uid: int) -> Claim | None:
    path = folder / f"uid-{uid}"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Its last holder may have removed the name between our two calls.
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return Claim(uid, path, descriptor)
    os.close(descriptor)
    return None


def _uids_of_processes() -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                yield entry.stat().st_uid
