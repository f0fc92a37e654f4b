"""The next state, while it is made: what it has that the one before has not, and how it is written.

What was touched is signed and written first, then the snapshot, and last the timestamp, which is
what makes it the state. Whoever is killed in between leaves the state before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from securesystemslib.signer import Signer  # type: ignore[attr-defined]
from tuf.api.metadata import (  # type: ignore[attr-defined]
    Delegations,
    Metadata,
    MetaFile,
    Snapshot,
    SuccinctRoles,
    TargetFile,
    Targets,
    Timestamp,
)

from tidegate.engines.updates.ceremony import delegate, online_key
from tidegate.engines.updates.errors import CeremonyError, PublicationError
from tidegate.engines.updates.folders import UpdateFolder
from tidegate.engines.updates.key_files import name_of
from tidegate.engines.updates.roles import BIN, LASTS, Online
from tidegate.engines.updates.signing import is_complete, quorums, read_targets
from tidegate.engines.updates.states import State, read_bin


@dataclass(slots=True)
class Draft:
    """The next state of one folder; the caller holds its lock."""

    folder: UpdateFolder
    signers: Mapping[str, Signer]
    """The online keys that are here, by their ids."""
    state: State
    """What clients read now, changed in place."""
    bins: dict[str, Targets] = field(default_factory=dict)
    """Those that were touched."""
    touched: set[str] = field(default_factory=set)
    """Which of `changes`, `records` and `targets` were."""
    root: bytes | None = None
    """Written only when all that its keys sign is there."""
    retired: list[tuple[str, str]] = field(default_factory=list)
    """Path and digest of targets that are not current any more."""
    written: bytes = b""
    """The timestamp, once it is the state."""

    def bin(self, name: str) -> Targets:
        """Return a bin, to be changed. Raises `RepositoryError`."""
        if name not in self.bins:
            self.bins[name] = read_bin(self.folder, self.state, name)
        return self.bins[name]

    def add(self, name: str, path: str, content: bytes, at: datetime) -> None:
        """Let a bin hold a target. Raises `OSError`."""
        into = self.bin(name)
        if before := into.targets.get(path):
            self.retired.append((path, before.hashes["sha256"]))
        self.list_in(into, path, content, at)

    def list_in(self, into: Targets, path: str, content: bytes, at: datetime) -> None:
        """Write a target, and let a role list it. Raises `OSError`."""
        described = TargetFile.from_data(path, content, ["sha256"])
        self.folder.write_target(path, described.hashes["sha256"], content, at)
        into.targets[path] = described

    def redelegate(self, targets: Targets) -> None:
        """Go over to another targets document; what other keys sign now is signed anew."""
        state = self.state
        self.touched.add("targets")
        for role in (Online.CHANGES, Online.RECORDS):
            if delegate(targets, role).keyid != delegate(state.targets, role).keyid:
                self.touched.add(role.value)
        state.targets = targets
        if Online.RECORDS.value in self.touched:
            for name in state.bins.get_roles():
                self.bin(name)
            state.records.delegations = to_bins(targets, state.bins.bit_length)

    def require_fit(self, targets: bytes | None) -> None:
        """Refuse a state that clients could not follow, or that nobody here can sign.

        Args:
            targets: The targets document of the state, where it is not in the folder yet.

        Raises:
            CeremonyError: root and targets do not fit each other.
            PublicationError: a key that has to sign is missing.
        """
        state = self.state
        if targets is None:
            targets = self.folder.read_metadata("targets", state.targets.version)
        if not is_complete(quorums(read_targets(targets, "targets"), Metadata(state.root))):
            raise CeremonyError(
                f"targets {state.targets.version} is not signed by whom root"
                f" {state.root.version} names; adopt both at once: tidegate keys root adopt"
                f" {state.root.version}.root.json N.targets.json"
            )
        for role in Online:
            self._signer(role)

    def put(self, at: datetime) -> dict[str, int]:
        """Write what is touched, the snapshot and the timestamp; return the versions by role.

        Raises:
            PublicationError: a key that has to sign is missing.
            OSError: something cannot be written; then the state before stands.
        """
        state, touched = self.state, self.touched
        todo = {name: (signed, Online.RECORDS) for name, signed in self.bins.items()}
        if Online.RECORDS.value in touched:
            todo[Online.RECORDS.value] = (state.records, Online.RECORDS)
        if Online.CHANGES.value in touched:
            todo[Online.CHANGES.value] = (state.changes, Online.CHANGES)
        versions = {
            name: self._put_one(name, signed, role, at) for name, (signed, role) in todo.items()
        }
        if "targets" in touched:
            versions["targets"] = state.targets.version
            if "targets.json" in state.snapshot.meta:
                self.folder.retire(at, role="targets", version=state.version("targets"))
        state.snapshot.meta |= {f"{name}.json": MetaFile(one) for name, one in versions.items()}
        versions["snapshot"] = self._put_one("snapshot", state.snapshot, Online.SNAPSHOT, at)
        for path, digest in self.retired:
            self.folder.retire_target(path, digest, at)
        return versions | self.put_timestamp(at)

    def put_timestamp(self, at: datetime) -> dict[str, int]:
        """Write what makes it the state. It raises what `put` raises."""
        state = self.state
        snapshot = self.folder.read_metadata("snapshot", state.snapshot.version)
        state.timestamp.snapshot_meta = MetaFile.from_data(
            state.snapshot.version, snapshot, ["sha256"]
        )
        state.timestamp.version += 1
        state.timestamp.expires = at.astimezone(UTC) + LASTS[Online.TIMESTAMP]
        raw = _sealed(state.timestamp, self._signer(Online.TIMESTAMP))
        if self.root is not None:
            self.folder.write_metadata("root", state.root.version, self.root, at)
        self.folder.write_timestamp(raw, at)
        state.behind = False
        self.written = raw
        return {"timestamp": state.timestamp.version}

    def _put_one(self, name: str, signed: Targets | Snapshot, role: Online, at: datetime) -> int:
        before = signed.version
        signed.version = self.folder.free_version(name, before)
        signed.expires = at.astimezone(UTC) + LASTS[role]
        raw = _sealed(signed, self._signer(role))
        self.folder.write_metadata(name, signed.version, raw, at)
        self.folder.retire(at, role=name, version=before)
        return signed.version

    def _signer(self, role: Online) -> Signer:
        key = online_key(self.state.root, self.state.targets, role)
        if key.keyid not in self.signers:
            raise PublicationError(
                f"{role} is signed by the key {name_of(key)}, which is not here; put its file back"
                f" from a backup of the keys, or exchange it: tidegate keys online rotate"
            )
        return self.signers[key.keyid]


def to_bins(targets: Targets, bits: int) -> Delegations:
    """Return how `records` delegates to 2 to the power of `bits` bins."""
    key = delegate(targets, Online.RECORDS)
    return Delegations({key.keyid: key}, succinct_roles=SuccinctRoles([key.keyid], 1, bits, BIN))


def _sealed(signed: Targets | Snapshot | Timestamp, signer: Signer) -> bytes:
    document: Metadata[Any] = Metadata(signed)
    document.sign(signer)
    raw: bytes = document.to_bytes()
    return raw
