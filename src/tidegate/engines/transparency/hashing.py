"""How entries and subtrees are hashed: SHA-256 with a prefix that keeps the two apart.

From: RFC 9162, 2.1.1 (the same as RFC 6962, 2.1).
"""

from __future__ import annotations

import hashlib
from typing import Final

HASH_BYTES: Final = 32

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
"""The root of the tree without entries."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of an entry."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the subtree over two neighbouring subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()
