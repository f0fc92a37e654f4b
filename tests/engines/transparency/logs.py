"""A ledger in memory and on disk, for the tests beside."""

from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tidegate.engines.transparency import (
    EMPTY_HEAD,
    Entry,
    LogFolder,
    MemoryHashes,
    NoteSigner,
    SignatureKind,
    append,
    leaf_hash,
    sign_checkpoint,
)

START = datetime(2026, 11, 30, 12, tzinfo=UTC)

LOG = NoteSigner("example.org/ledger", Ed25519PrivateKey.from_private_bytes(b"L" * 32))
WITNESS = NoteSigner(
    "witness.example/w1",
    Ed25519PrivateKey.from_private_bytes(b"W" * 32),
    SignatureKind.COSIGNATURE,
)
STRANGER = NoteSigner("example.org/ledger", Ed25519PrivateKey.from_private_bytes(b"S" * 32))


def entry(sequence, text=None):
    salt = sequence.to_bytes(32, "big")
    said = f"text of {sequence}" if text is None else text
    return Entry(sequence, START + timedelta(seconds=sequence), "consent", said.encode(), salt)


def leaves_of(size):
    return [entry(number).commitment.leaf for number in range(size)]


def tree_of(leaves):
    store = MemoryHashes()
    return store, append(store, EMPTY_HEAD, map(leaf_hash, leaves))


def rows_of(leaves):
    return lambda start: iter(leaves[start:])


class Ledger:
    """So many entries, with all that is kept of them and signed."""

    def __init__(self, size):
        self.leaves = leaves_of(size)
        self.hashes, self.head = tree_of(self.leaves)
        self.checkpoint = sign_checkpoint(self.head, LOG)

    def head_at(self, size):
        return tree_of(self.leaves[:size])[1]

    def publish(self, path):
        folder = LogFolder(path)
        folder.publish(
            0,
            self.head.size,
            source=self.hashes,
            rows=rows_of(self.leaves),
            checkpoint=self.checkpoint,
        )
        return folder
