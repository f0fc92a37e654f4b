"""A repository of updates that can be made to lie: whoever holds its keys is in the test.

Made with `tuf.api.metadata` alone, so that what follows is held to the specification and not to our
own publisher. It has the layout of ours: `targets` delegates to `changes` and to `records`, and
`records` to hash bins, here four.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]
from tuf.api.metadata import (  # type: ignore[attr-defined]
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    SuccinctRoles,
    TargetFile,
    Targets,
    Timestamp,
)

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
TOP = (Root.type, Timestamp.type, Snapshot.type, Targets.type)


@dataclass
class Repository:
    """A repository in memory; `write` puts what was published into a folder."""

    signers: dict[str, list[CryptoSigner]] = field(default_factory=dict)
    signed: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    """By path below the folder, as they are served."""
    changes: list[dict[str, Any]] = field(default_factory=list)
    with_hashes: bool = False
    now: datetime = NOW

    def __post_init__(self) -> None:
        expires = self.now.replace(microsecond=0) + timedelta(days=30)
        self.signed = {
            Root.type: Root(1, expires=expires, consistent_snapshot=True),
            Timestamp.type: Timestamp(1, expires=expires),
            Snapshot.type: Snapshot(1, expires=expires),
            Targets.type: Targets(1, expires=expires),
            "changes": Targets(1, expires=expires),
            "records": Targets(1, expires=expires),
        }
        for role in (*TOP, "changes", "records"):
            self.signers[role] = [CryptoSigner.generate_ed25519()]
        for role in TOP:
            self.root.add_key(self.signers[role][0].public_key, role)
        keys = {role: self.signers[role][0].public_key for role in ("changes", "records")}
        self.targets.delegations = Delegations(
            {key.keyid: key for key in keys.values()},
            {
                "changes": DelegatedRole(
                    "changes", [keys["changes"].keyid], 1, False, ["changes/*"]
                ),
                "records": DelegatedRole(
                    "records",
                    [keys["records"].keyid],
                    1,
                    False,
                    ["advisories/*", "fixes/*/*", "restricted/*"],
                ),
            },
        )
        key = keys["records"]
        succinct = SuccinctRoles([key.keyid], 1, 2, "bin")
        self.signed["records"].delegations = Delegations({key.keyid: key}, succinct_roles=succinct)
        for name in succinct.get_roles():
            self.signed[name] = Targets(1, expires=expires)
            self.signers[name] = self.signers["records"]
        self._list_changes()
        self.publish_root()
        self.publish([name for name in self.signed if name != Root.type], bump=False)

    @property
    def root(self) -> Any:
        return self.signed[Root.type]

    @property
    def timestamp(self) -> Any:
        return self.signed[Timestamp.type]

    @property
    def snapshot(self) -> Any:
        return self.signed[Snapshot.type]

    @property
    def targets(self) -> Any:
        return self.signed[Targets.type]

    @property
    def first_root(self) -> bytes:
        return self.files["metadata/1.root.json"]

    def add(self, path: str, content: bytes, what: str = "published") -> None:
        """Publish a target, with its line in the list of changes."""
        role = self._role_of(path)
        self._target(role, path, content)
        self.changes.append(
            {
                "sequence": len(self.changes) + 1,
                "at": "2026-11-27T11:00:00Z",
                "path": path,
                "sha256": hashlib.sha256(content).hexdigest(),
                "what": what,
            }
        )
        self._list_changes()
        self.publish([role, "changes"])
        self.update_snapshot()

    def update_snapshot(self) -> None:
        """Publish snapshot and timestamp anew."""
        self.publish([Snapshot.type])
        self.update_timestamp()

    def update_timestamp(self) -> None:
        self.publish([Timestamp.type])

    def publish(self, roles: Iterable[str], *, bump: bool = True) -> None:
        """Sign roles anew and serve them; the list of versions goes with each."""
        order = sorted(set(roles), key=lambda role: (role == Timestamp.type, role == Snapshot.type))
        for role in order:
            signed = self.signed[role]
            if bump:
                signed.version += 1
            if role == Snapshot.type:
                self._list_versions()
            if role == Timestamp.type:
                self._list_snapshot()
            raw = self.sign(role, signed)
            name = f"{role}.json" if role == Timestamp.type else f"{signed.version}.{role}.json"
            self.files[f"metadata/{name}"] = raw

    def publish_root(self) -> None:
        """Sign the root as it is, and serve it."""
        self.files[f"metadata/{self.root.version}.root.json"] = self.sign(Root.type, self.root)

    def bump_root(self, *also: CryptoSigner) -> None:
        """Publish the next root, signed by the keys of the last one as well."""
        self.root.version += 1
        raw = self.sign(Root.type, self.root, also)
        self.files[f"metadata/{self.root.version}.root.json"] = raw

    def rotate(self, role: str) -> list[CryptoSigner]:
        """Give a top-level role a new key; returns the old ones. The root has to be published."""
        old = self.signers[role]
        for signer in old:
            self.root.revoke_key(signer.public_key.keyid, role)
        self.signers[role] = [CryptoSigner.generate_ed25519()]
        self.root.add_key(self.signers[role][0].public_key, role)
        return old

    def add_key(self, role: str) -> CryptoSigner:
        signer = CryptoSigner.generate_ed25519()
        self.root.add_key(signer.public_key, role)
        self.signers[role].append(signer)
        return signer

    def sign(self, role: str, signed: Any, also: Iterable[CryptoSigner] = ()) -> bytes:
        metadata: Any = Metadata(signed)
        for signer in (*self.signers[role], *also):
            metadata.sign(signer, append=True)
        raw: bytes = metadata.to_bytes()
        return raw

    def write(self, folder: Path) -> Path:
        """Put everything that is served into a folder."""
        for path, content in self.files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        return folder

    def _role_of(self, path: str) -> str:
        succinct = self.signed["records"].delegations.succinct_roles
        name: str = succinct.get_role_for_target(path)
        return name

    def _target(self, role: str, path: str, content: bytes) -> None:
        target = TargetFile.from_data(path, content, ["sha256"])
        self.signed[role].targets[path] = target
        folder, _, name = path.rpartition("/")
        self.files[f"targets/{folder}/{target.hashes['sha256']}.{name}"] = content

    def _list_changes(self) -> None:
        lines = 3
        last = max(1, -(-len(self.changes) // lines))
        latest = {"sequence": len(self.changes), "segment": last, "lines": lines}
        self._target("changes", "changes/latest.json", json.dumps(latest).encode())
        for number in range(1, last + 1):
            part = self.changes[(number - 1) * lines : number * lines]
            content = b"".join(json.dumps(one).encode() + b"\n" for one in part)
            self._target("changes", f"changes/{number:06d}.json", content)

    def _list_versions(self) -> None:
        for name, signed in self.signed.items():
            if name not in (Root.type, Timestamp.type, Snapshot.type):
                raw = self.files.get(f"metadata/{signed.version}.{name}.json")
                self.snapshot.meta[f"{name}.json"] = self._meta(signed.version, raw)

    def _list_snapshot(self) -> None:
        raw = self.files.get(f"metadata/{self.snapshot.version}.snapshot.json")
        self.timestamp.snapshot_meta = self._meta(self.snapshot.version, raw)

    def _meta(self, version: int, raw: bytes | None) -> MetaFile:
        if not self.with_hashes or raw is None:
            return MetaFile(version)
        return MetaFile(version, len(raw), {"sha256": hashlib.sha256(raw).hexdigest()})


def versions(room: Path) -> Iterator[tuple[str, int]]:
    """Yield what a client believes: each top-level role, and its version."""
    for role in TOP:
        file = room / "metadata" / f"{role}.json"
        if file.exists():
            yield role, json.loads(file.read_bytes())["signed"]["version"]
