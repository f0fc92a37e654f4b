"""A log that nobody can change unseen: Merkle tree, signed checkpoints, tiles, verification.

Pure Python over RFC 9162 and C2SP's signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles.
"""

from tidegate.engines.transparency.checking import verify_consistency, verify_inclusion
from tidegate.engines.transparency.checkpoints import (
    Checkpoint,
    SignedCheckpoint,
    cosign,
    open_checkpoint,
    sign_checkpoint,
)
from tidegate.engines.transparency.entries import (
    SALT_BYTES,
    Commitment,
    Entry,
    canonical_text,
    opens,
)
from tidegate.engines.transparency.errors import TransparencyError
from tidegate.engines.transparency.folders import LogFolder, Rows
from tidegate.engines.transparency.hashing import leaf_hash
from tidegate.engines.transparency.keys import NoteSigner, SignatureKind, VerifierKey
from tidegate.engines.transparency.nodes import HashSource, HashStore, MemoryHashes, Node
from tidegate.engines.transparency.proof_files import EntryProof
from tidegate.engines.transparency.tree import (
    EMPTY_HEAD,
    TreeHead,
    append,
    consistency_proof,
    inclusion_proof,
    root,
)
from tidegate.engines.transparency.verdicts import Broken, Damage, Place, Sound, Verdict
from tidegate.engines.transparency.verifying import verify

__all__ = [
    "EMPTY_HEAD",
    "SALT_BYTES",
    "Broken",
    "Checkpoint",
    "Commitment",
    "Damage",
    "Entry",
    "EntryProof",
    "HashSource",
    "HashStore",
    "LogFolder",
    "MemoryHashes",
    "Node",
    "NoteSigner",
    "Place",
    "Rows",
    "SignatureKind",
    "SignedCheckpoint",
    "Sound",
    "TransparencyError",
    "TreeHead",
    "Verdict",
    "VerifierKey",
    "append",
    "canonical_text",
    "consistency_proof",
    "cosign",
    "inclusion_proof",
    "leaf_hash",
    "open_checkpoint",
    "opens",
    "root",
    "sign_checkpoint",
    "verify",
    "verify_consistency",
    "verify_inclusion",
]
