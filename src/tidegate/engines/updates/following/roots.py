"""With which root does trust begin? What a root.json says, so that people can compare it.

The first root is believed because somebody compared its fingerprint on another way than the one it
came by. From then on each new root is signed by the keys of the one before.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root  # type: ignore[attr-defined]

from tidegate.engines.updates.following.refusals import Cause, FollowError

MAX_ROOT_BYTES: Final = 512_000
"""Largest root.json; python-tuf's own bound."""


@dataclass(frozen=True, slots=True)
class FirstRoot:
    """A root that was given, and is whole in itself."""

    raw: bytes
    version: int
    threshold: int
    keys: tuple[str, ...]
    """The fingerprints of the keys that may sign roots: key ids of TUF, in hex."""
    expires: datetime

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the file's bytes, in hex, in groups of eight to be read out."""
        digest = hashlib.sha256(self.raw).hexdigest()
        return " ".join(digest[at : at + 8] for at in range(0, 64, 8))


def read_root(raw: bytes) -> FirstRoot:
    """Read a root.json that trust shall begin with.

    An expired one will do: it leads to newer ones.

    Raises `FollowError`.
    """
    if len(raw) > MAX_ROOT_BYTES:
        raise FollowError(Cause.ROOT, f"a root.json has at most {MAX_ROOT_BYTES:,} bytes")
    try:
        metadata = Metadata[Root].from_bytes(raw)
    except RepositoryError as error:
        raise FollowError(Cause.ROOT, f"it is no TUF metadata: {str(error)[:200]}") from error
    root = metadata.signed
    if not isinstance(root, Root):
        raise FollowError(Cause.ROOT, f"it is TUF's {metadata.signed.type}, and no root")
    try:
        root.verify_delegate(Root.type, metadata.signed_bytes, metadata.signatures)
    except RepositoryError as error:
        raise FollowError(Cause.ROOT, "it is not signed by its own keys") from error
    if not root.consistent_snapshot:
        raise FollowError(Cause.ROOT, "it has no consistent snapshots, so it is none of Tidegate's")
    role = root.roles[Root.type]
    return FirstRoot(raw, root.version, role.threshold, tuple(role.keyids), root.expires)
