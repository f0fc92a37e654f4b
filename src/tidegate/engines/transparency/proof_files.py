r"""One entry with all that proves it, as a file that somebody can keep and check offline.

    {"schema": "urn:tidegate:entry-proof:1",
     "index": 17,
     "leaf": "{\"at\":...}",                 as it stands in the log
     "proof": ["<base64>", ...],           from the leaf's sibling up, RFC 9162, 2.1.3
     "checkpoint": "example.org/ledger\n300\n...",     signed
     "salt": "<base64>", "text": "..."}    both, or neither: only for those who may see the entry

`verify_ledger.py --entry` checks it with nothing but Python.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tidegate.engines.formats.documents import Fault, canonical, parse
from tidegate.engines.transparency.checking import verify_inclusion
from tidegate.engines.transparency.checkpoints import SignedCheckpoint, open_checkpoint
from tidegate.engines.transparency.entries import SALT_BYTES, opens, sequence_of
from tidegate.engines.transparency.errors import ProofFileError
from tidegate.engines.transparency.hashing import HASH_BYTES, leaf_hash
from tidegate.engines.transparency.keys import base64_strictly
from tidegate.engines.transparency.notes import MAX_NOTE_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidegate.engines.transparency.keys import VerifierKey

SCHEMA: Final = "urn:tidegate:entry-proof:1"
MAX_PROOF_FILE_BYTES: Final = 4 << 20

_MEMBERS: Final = {"schema", "index", "leaf", "proof", "checkpoint"}
_OPENING: Final = {"salt", "text"}


@dataclass(frozen=True, slots=True)
class EntryProof:
    """That an entry is in the log; with its text and salt, if its reader may see them."""

    index: int
    leaf: bytes
    proof: tuple[bytes, ...]
    checkpoint: bytes
    text: bytes | None = field(default=None, repr=False)
    salt: bytes | None = field(default=None, repr=False)

    def to_json(self) -> bytes:
        """Return the file's bytes, one line. Raises `ValueError` for a leaf that is not UTF-8."""
        said: dict[str, Any] = {
            "schema": SCHEMA,
            "index": self.index,
            "leaf": self.leaf.decode(),
            "proof": [base64.b64encode(one).decode("ascii") for one in self.proof],
            "checkpoint": self.checkpoint.decode(),
        }
        if self.text is not None and self.salt is not None:
            said["salt"] = base64.b64encode(self.salt).decode("ascii")
            said["text"] = self.text.decode()
        return canonical(said) + b"\n"

    @classmethod
    def parse(cls, raw: bytes) -> EntryProof:
        """Read a file. Raises `ProofFileError` for bytes that are not exactly one."""
        parsed = parse(raw, max_bytes=MAX_PROOF_FILE_BYTES, max_text=MAX_NOTE_BYTES)
        if isinstance(parsed, Fault):
            raise ProofFileError(f"the entry's proof: {parsed.field or 'it is'} {parsed.reason}")
        said = parsed.value
        if not isinstance(said, dict) or set(said) not in (_MEMBERS, _MEMBERS | _OPENING):
            raise ProofFileError(
                "this is not an entry's proof: that has schema, index, leaf, proof, checkpoint,"
                " and salt and text or neither"
            )
        texts = [said[name] for name in said if name not in ("index", "proof")]
        proof, index = said["proof"], said["index"]
        if (
            said["schema"] != SCHEMA
            or not all(isinstance(text, str) for text in texts)
            or not isinstance(proof, list)
            or type(index) is not int
        ):
            raise ProofFileError(f"this is not an entry's proof of the schema {SCHEMA}")
        hashes = tuple(_bytes(one, HASH_BYTES, "a hash of the proof") for one in proof)
        opening: dict[str, bytes] = {}
        if "salt" in said:
            opening = {
                "salt": _bytes(said["salt"], SALT_BYTES, "the salt"),
                "text": said["text"].encode(),
            }
        leaf, checkpoint = said["leaf"].encode(), said["checkpoint"].encode()
        return cls(index, leaf, hashes, checkpoint, **opening)

    def verify(
        self, log_keys: Sequence[VerifierKey], witnesses: Sequence[VerifierKey] = ()
    ) -> SignedCheckpoint:
        """Check it against the log's keys and return the checkpoint that the entry is under.

        Raises `ProofFileError` with what is wrong, `NoteError` for the checkpoint, `EntryError`
        for a leaf that is none.
        """
        signed = open_checkpoint(self.checkpoint, log_keys, witnesses)
        head = signed.head
        leaf = leaf_hash(self.leaf)
        if not verify_inclusion(leaf, self.index, head.size, self.proof, head.root):
            raise ProofFileError(
                f"the proof does not show entry {self.index} in the tree of {head.size} entries:"
                " the leaf, the index or the proof is of another one, or was changed"
            )
        if sequence_of(self.leaf) != self.index:
            raise ProofFileError(f"the leaf does not bear the number {self.index} of its place")
        if self.text is None or self.salt is None:
            return signed
        if not opens(self.leaf, text=self.text, salt=self.salt):
            raise ProofFileError(
                f"the text is not the one that entry {self.index} commits to, or the salt is not"
            )
        return signed


def _bytes(text: Any, size: int, what: str) -> bytes:
    decoded = base64_strictly(text) if isinstance(text, str) else None
    if decoded is None or len(decoded) != size:
        raise ProofFileError(f"{what} is not {size} bytes in base64")
    return decoded
