"""How much is fetched while a repository is followed, and how long may it take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tuf.api import exceptions as tuf_errors


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is fetched, and how long it may take."""

    connect_seconds: float = 10.0
    silent_seconds: float = 20.0
    """How long nothing may come."""
    file_seconds: float = 120.0
    """How long one file may take, however steadily it drips."""
    total_seconds: float = 3_600.0
    """How long a pull may take; what was fetched until then is used by the next one."""
    file_bytes: int = 32 << 20
    """Largest target; metadata has smaller bounds of its own."""
    total_bytes: int = 4 << 30
    """Most that is fetched in one pull."""


@dataclass(slots=True)
class Meter:
    """Counts what one pull has fetched, and says when it was enough."""

    bounds: Bounds
    clock: Callable[[], float] = time.monotonic
    fetched: int = 0
    """Bytes of bodies."""
    files: int = 0
    _began: float = field(init=False)
    _file_began: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self._file_began = self.clock()

    def begin_file(self) -> None:
        """Say that another file is asked for."""
        self.files += 1
        self._file_began = self.clock()
        self.check("it")

    def take(self, size: int, what: str) -> None:
        """Count bytes that came.

        Raises `SlowRetrievalError` or `DownloadLengthMismatchError` where it was too much.
        """
        self.fetched += size
        if self.fetched > self.bounds.total_bytes:
            raise tuf_errors.DownloadLengthMismatchError(
                f"more than {self.bounds.total_bytes >> 20:,} MiB came in one pull, with {what}"
            )
        self.check(what)

    def check(self, what: str) -> None:
        """Raise `SlowRetrievalError` where it took too long."""
        if self.left <= 0:
            raise tuf_errors.SlowRetrievalError(self.late(what))

    @property
    def left(self) -> float:
        """Seconds that the file, and the pull, still have."""
        now = self.clock()
        return min(
            self._file_began + self.bounds.file_seconds - now,
            self._began + self.bounds.total_seconds - now,
        )

    def late(self, what: str) -> str:
        """Say that it took too long."""
        return (
            f"{what} took longer than it may: {self.bounds.file_seconds:g} s for a file,"
            f" {self.bounds.total_seconds:g} s for a pull"
        )
