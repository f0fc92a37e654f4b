"""A repository of 100,000 advisories, and the flat one that it is held against."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]
from tuf.api.metadata import (  # type: ignore[attr-defined]
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from tidegate.engines.updates.bundles import make_bundle
from tidegate.engines.updates.ceremony import Holders, first_root, first_targets
from tidegate.engines.updates.gate import Addition
from tidegate.engines.updates.key_files import public_key
from tidegate.engines.updates.publisher import Publisher, create
from tidegate.engines.updates.roles import Online
from tidegate.engines.updates.signing import sign

ADVISORIES: Final = 100_000
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_YEAR: Final = timedelta(days=365)


def new_signer(name: str) -> CryptoSigner:
    private = Ed25519PrivateKey.generate()
    return CryptoSigner(private, public_key(private.public_key(), name))


@dataclass
class Scene:
    """Our repository, with its keys."""

    folder: Path
    publisher: Publisher
    root: bytes
    standing: set[str]
    draw: random.Random
    signer: CryptoSigner = field(default_factory=lambda: new_signer("instance"))

    @classmethod
    def build(cls, folder: Path, tell: Callable[[str], None]) -> Scene:
        """Make it, with all of its advisories."""
        online = {role: new_signer(role.value) for role in Online}
        roots, above = [new_signer("root-1"), new_signer("root-2")], new_signer("targets-1")
        at = datetime.now(UTC)
        root = first_root(
            Holders(tuple(one.public_key for one in roots), 2),
            Holders((above.public_key,), 1),
            snapshot=online[Online.SNAPSHOT].public_key,
            timestamp=online[Online.TIMESTAMP].public_key,
            at=at,
        )
        for one in roots:
            root = sign(root, one, None)
        targets = first_targets(
            changes=online[Online.CHANGES].public_key,
            records=online[Online.RECORDS].public_key,
            at=at,
        )
        targets = sign(targets, above, root)
        signers = list(online.values())
        publisher = create(folder, root.to_bytes(), targets.to_bytes(), signers, at)
        scene = cls(folder, publisher, root.to_bytes(), set(), random.Random(7))
        tell(f"updates: publishing {ADVISORIES:,} advisories")
        with unflushed():
            scene.publish([scene.addition(small=True) for _ in range(ADVISORIES)])
        return scene

    def addition(self, *, small: bool = False) -> Addition:
        """Return an advisory as a publication makes it, or 100 bytes where nobody reads it."""
        identifier = f"TG-2026-{''.join(self.draw.choices(_LETTERS, k=8))}"
        path = f"advisories/{identifier}.json"
        if small:
            return Addition(path, self.draw.randbytes(100))
        return Addition(path, bundle(identifier, self.signer))

    def publish(self, additions: list[Addition]) -> None:
        """Publish some more."""
        self.standing |= {one.path for one in additions}
        self.publisher.publish(additions, standing=self.standing, at=datetime.now(UTC))


def bundle(identifier: str, signer: CryptoSigner) -> bytes:
    """Return a bundle of the usual size: a record with texts, six documents, a VEX of its own."""
    words = "An attacker who controls the input can make the parser write outside of its buffer. "
    record: dict[str, Any] = {
        "identifier": identifier,
        "title": words[:70],
        "summary": words * 3,
        "details": words * 8,
        "package": "pkg:npm/example",
        "events": [{"introduced": "1.0.0"}, {"fixed": "1.4.2"}],
        "severities": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H"}],
        "references": [f"https://vendor.example/advisories/{number}" for number in range(4)],
        "credits": ["A Finder", "Another Finder"],
    }
    vex = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": f"https://desk.example/advisories/{identifier}.openvex.json",
        "author": "The Desk",
        "statements": [
            {
                "vulnerability": {"name": identifier},
                "products": [{"@id": f"pkg:npm/example@1.{minor}.0"} for minor in range(4)],
                "status": status,
                "action_statement": words,
            }
            for status in ("affected", "fixed")
        ],
    }
    formats = ("osv", "csaf20", "csaf21", "cve", "openvex", "cdx")
    subjects = {f"{identifier}.{word}.json": word.encode() for word in formats}
    documents = {"openvex": vex}
    return make_bundle(identifier, 1, record, subjects=subjects, documents=documents, signer=signer)


class Flat:
    """The bare floor: every target in one `targets.json`, signed by one online key."""

    def __init__(self, folder: Path, ours: Scene) -> None:
        self.folder = folder
        self.keys = {
            role: new_signer(role) for role in ("root", "targets", "snapshot", "timestamp")
        }
        root = Root(expires=datetime.now(UTC) + _YEAR)
        for role, signer in self.keys.items():
            root.add_key(signer.public_key, role)
        self.targets = Targets()
        for path, digest in ours.publisher.holds().items():
            self.targets.targets[path] = TargetFile(100, {"sha256": digest}, path)
        (folder / "metadata").mkdir(parents=True)
        self.root = self._write("1.root.json", root, "root")

    def publish(self, one: Addition) -> None:
        """Sign everything anew, as there is no other way."""
        described = TargetFile.from_data(one.path, one.content, ["sha256"])
        folder, _, name = one.path.rpartition("/")
        place = self.folder / "targets" / folder / f"{described.hashes['sha256']}.{name}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(one.content)
        until = datetime.now(UTC) + _YEAR
        version = self.targets.version + 1
        self.targets.version, self.targets.expires = version, until
        self.targets.targets[one.path] = described
        self._write(f"{version}.targets.json", self.targets, "targets")
        snapshot = Snapshot(version, expires=until, meta={"targets.json": MetaFile(version)})
        self._write(f"{version}.snapshot.json", snapshot, "snapshot")
        timestamp = Timestamp(version, expires=until, snapshot_meta=MetaFile(version))
        self._write("timestamp.json", timestamp, "timestamp")

    def _write(self, name: str, signed: Any, role: str) -> bytes:
        document: Metadata[Any] = Metadata(signed)
        document.sign(self.keys[role])
        raw: bytes = document.to_bytes()
        (self.folder / "metadata" / name).write_bytes(raw)
        return raw


@contextmanager
def unflushed() -> Iterator[None]:
    """Let nothing be flushed to the disk: for what is made before anything is measured."""
    real = os.fsync
    os.fsync = lambda _: None  # type: ignore[assignment]
    try:
        yield
    finally:
        os.fsync = real
