"""What do the bins hold? As it was read and verified, and read again only where it changed.

A bin counts as the one that was read while its version is the same, and its file: where the folder
came back from an older copy, another file may come to have a version that was read before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tuf.api.metadata import Targets  # type: ignore[attr-defined]

from tidegate.engines.updates.folders import UpdateFolder
from tidegate.engines.updates.states import State, read_bin

_LIST: Final = "changes/"


@dataclass(frozen=True, slots=True)
class Held:
    """What one bin holds."""

    version: int
    expires: datetime
    records: Mapping[str, str]
    """The digest of each, by its path."""
    segments: Mapping[str, str]
    """Likewise, the full parts of the list of changes."""


class Bins:
    """All bins of a folder."""

    def __init__(self, folder: UpdateFolder) -> None:
        self._folder = folder
        self._read: dict[str, tuple[tuple[int, int], Held]] = {}

    def of(self, state: State) -> Mapping[str, Held]:
        """Return what each bin holds in a state of the folder, by its name.

        Raises:
            RepositoryError: a bin is missing, or is not what was signed.
        """
        found: dict[str, Held] = {}
        for name in state.bins.get_roles():
            version = state.version(name)
            stamp = self._folder.stamp(name, version)
            known = self._read.get(name)
            if known is None or known[0] != stamp or known[1].version != version:
                known = self._read[name] = (stamp, _held(read_bin(self._folder, state, name)))
            found[name] = known[1]
        return found

    def keep(self, written: Mapping[str, Targets]) -> None:
        """Take down bins that were written here, so that they need not be read."""
        for name, signed in written.items():
            stamp = self._folder.stamp(name, signed.version)
            self._read[name] = (stamp, _held(signed))


def _held(signed: Targets) -> Held:
    records: dict[str, str] = {}
    segments: dict[str, str] = {}
    for path, one in signed.targets.items():
        (segments if path.startswith(_LIST) else records)[path] = one.hashes["sha256"]
    return Held(signed.version, signed.expires, records, segments)
