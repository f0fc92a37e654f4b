"""What the folder says now: read, and verified as a client would, but for what has run out.

The publisher builds each state on the one before. It believes no more of its own folder than a
client does: what was changed there by somebody else is refused, and never signed.

From: TUF specification 1.0.31, 5.3 to 5.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from tuf.api.exceptions import RepositoryError as TufError
from tuf.api.metadata import (  # type: ignore[attr-defined]
    Metadata,
    Root,
    Snapshot,
    SuccinctRoles,
    Targets,
    Timestamp,
)

from tidegate.engines.updates.changes import (
    EMPTY,
    LATEST_PATH,
    Latest,
    read_latest,
)
from tidegate.engines.updates.errors import CeremonyError, RepositoryError
from tidegate.engines.updates.folders import UpdateFolder
from tidegate.engines.updates.roles import Online
from tidegate.engines.updates.signing import read_root

_Kind = TypeVar("_Kind", Timestamp, Snapshot, Targets)


@dataclass(slots=True)
class State:
    """The metadata that clients read now, without the bins."""

    root: Root
    timestamp: Timestamp
    snapshot: Snapshot
    targets: Targets
    changes: Targets
    records: Targets
    behind: bool = False
    """Whether snapshot and timestamp are still those of the root before: somebody was killed."""

    @property
    def bins(self) -> SuccinctRoles:
        """How paths are distributed over bins."""
        found = self.records.delegations.succinct_roles if self.records.delegations else None
        if found is None:
            raise RepositoryError(_foreign("records", "delegates to no bins"))
        return found

    def version(self, role: str) -> int:
        """Return the current version of a role that the snapshot names."""
        found = self.snapshot.meta.get(f"{role}.json")
        if found is None:
            raise RepositoryError(_foreign("snapshot", f"does not name {role}"))
        return int(found.version)

    def file_names(self) -> set[str]:
        """Return the names of all metadata files that are current."""
        names = {f"{one.version}.{name}" for name, one in self.snapshot.meta.items()}
        return names | {f"{self.snapshot.version}.snapshot.json"}


def read_state(folder: UpdateFolder, timestamp: bytes) -> State:
    """Return the state that a timestamp, as read from the folder, stands for.

    Raises:
        RepositoryError: something is missing, or was not written by who should.
    """
    newest = folder.newest_root()
    if not newest:
        raise RepositoryError(
            f"{folder.path} holds no 1.root.json; make the repository with `tidegate keys root"
            " adopt`, or copy the folder back from a mirror"
        )
    root = root_of(folder, newest)
    try:
        return _state(folder, root, timestamp)
    except RepositoryError:
        if newest == 1:
            raise
    # Killed after a new root and before its timestamp: what was current before it is signed anew.
    state = _state(folder, root_of(folder, newest - 1), timestamp)
    state.root, state.behind = root, True
    return state


def read_bin(folder: UpdateFolder, state: State, name: str) -> Targets:
    """Return one bin.

    Raises:
        RepositoryError: it is missing, or was not written by who should.
    """
    return _delegate(folder, state, name, state.records)


def read_list(folder: UpdateFolder, state: State) -> tuple[Latest, bytes]:
    """Return where the list of changes ends, and its last segment.

    Raises:
        RepositoryError: it is missing, or is not what was signed.
    """
    if LATEST_PATH not in state.changes.targets:
        return EMPTY, b""
    latest = read_latest(read_target(folder, state.changes, LATEST_PATH))
    if not latest.sequence:
        return latest, b""
    last = next(path for path in state.changes.targets if path != LATEST_PATH)
    return latest, read_target(folder, state.changes, last)


def read_target(folder: UpdateFolder, listed: Targets, path: str) -> bytes:
    """Return a target that a role lists.

    Raises:
        RepositoryError: it is missing, or is not what was signed.
    """
    found = listed.targets[path]
    raw = folder.read_target(path, found.hashes["sha256"])
    try:
        found.verify_length_and_hashes(raw)
    except TufError as error:
        raise RepositoryError(_foreign(path, "is not what was signed")) from error
    return raw


def root_of(folder: UpdateFolder, version: int) -> Root:
    """Return one version of the root, as it lies in the folder.

    Raises:
        RepositoryError: it is missing or no root.
    """
    try:
        root: Root = read_root(folder.read_metadata("root", version), f"{version}.root.json").signed
    except CeremonyError as error:
        raise RepositoryError(_foreign(f"root {version}", str(error))) from error
    return root


def verified(raw: bytes, kind: type[_Kind], role: str, by: Root | Targets) -> _Kind:
    """Return metadata that `by` says who signs.

    Raises:
        RepositoryError: somebody else did, or it is of another kind.
    """
    try:
        found: Metadata[Any] = Metadata.from_bytes(raw)
        if not isinstance(found.signed, kind):
            raise RepositoryError(_foreign(role, f"is of the kind {found.signed.type}"))
        by.verify_delegate(role, found.signed_bytes, found.signatures)
    except (TufError, ValueError) as error:
        raise RepositoryError(_foreign(role, f"is not signed by whom {by.type} names")) from error
    return found.signed


def _state(folder: UpdateFolder, root: Root, raw: bytes) -> State:
    timestamp = verified(raw, Timestamp, "timestamp", root)
    version = timestamp.snapshot_meta.version
    snapshot = verified(folder.read_metadata("snapshot", version), Snapshot, "snapshot", root)
    state = State(root, timestamp, snapshot, Targets(), Targets(), Targets())
    state.targets = _delegate(folder, state, "targets", root)
    state.changes = _delegate(folder, state, Online.CHANGES.value, state.targets)
    state.records = _delegate(folder, state, Online.RECORDS.value, state.targets)
    return state


def _delegate(folder: UpdateFolder, state: State, role: str, by: Root | Targets) -> Targets:
    version = state.version(role)
    found = verified(folder.read_metadata(role, version), Targets, role, by)
    if found.version != version:
        raise RepositoryError(_foreign(role, f"has version {found.version}, not {version}"))
    return found


def _foreign(what: str, why: str) -> str:
    return (
        f"the updates were changed by somebody else: {what} {why}; nothing is signed on top of"
        " that. Copy the folder back from a mirror or a backup, and read docs/keys.md"
    )
