"""A checkpoint: how large a log is and what its root is, signed by the log and by witnesses.

    example.com/behind-the-sofa
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcy…

A log's checkpoints are all under its own name: the key's name is the origin. Ours have no
extension lines; those of others are read and kept, for signatures cover them.

From: https://c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tidegate.engines.transparency.errors import CheckpointError
from tidegate.engines.transparency.hashing import HASH_BYTES
from tidegate.engines.transparency.keys import SignatureKind, base64_strictly
from tidegate.engines.transparency.notes import Cosignature, Note, cosignature, sign
from tidegate.engines.transparency.tree import TreeHead

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from tidegate.engines.transparency.keys import NoteSigner, VerifierKey

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_LARGEST_TREE: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself at one size. Nobody has verified it."""

    origin: str
    """The log's name, such as `example.org/ledger`."""
    head: TreeHead
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text of the note, as it is signed."""
        root = base64.b64encode(self.head.root).decode("ascii")
        return "".join(
            f"{line}\n" for line in (self.origin, self.head.size, root, *self.extensions)
        )

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a note's text. Raises `CheckpointError` for a text that is not exactly one."""
        lines = text.removesuffix("\n").split("\n")
        if len(lines) < 3 or not all(lines):
            raise CheckpointError(
                "this is not a checkpoint: origin, tree size and root, each on a line, none empty"
            )
        origin, size, encoded, *extensions = lines
        if not _SIZE.fullmatch(size) or int(size) > _LARGEST_TREE:
            raise CheckpointError(f"the checkpoint's tree size is {size[:24]!r}, not a number")
        root = base64_strictly(encoded)
        if root is None or len(root) != HASH_BYTES:
            raise CheckpointError("the checkpoint's root is not 32 bytes in base64")
        try:
            return cls(origin, TreeHead(int(size), root), tuple(extensions))
        except ValueError as error:
            raise CheckpointError(f"the checkpoint contradicts itself: {error}") from error


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint that the log's key signed, and those of the known witnesses who did, too."""

    checkpoint: Checkpoint
    note: Note
    cosignatures: tuple[Cosignature, ...]

    @property
    def head(self) -> TreeHead:
        """The tree that was signed."""
        return self.checkpoint.head


def sign_checkpoint(head: TreeHead, signer: NoteSigner) -> bytes:
    """Return the checkpoint of a tree under the signer's name as the log's origin.

    A log must never sign two trees of which one does not extend the other; `tree.append` sees to
    that where each head comes from the last one signed. Raises `ValueError` for a witness's key.
    """
    text = Checkpoint(signer.key.name, head).text
    return bytes(Note(text, (sign(text, signer),)))


def open_checkpoint(
    raw: bytes, log_keys: Sequence[VerifierKey], witnesses: Iterable[VerifierKey] = ()
) -> SignedCheckpoint:
    """Read a checkpoint that one of the log's keys signed; `witnesses` are looked for beside it.

    Several keys are those that a log has had, one after the other, under one name. Raises
    `CheckpointError` if none signed, if the origin is another log, or for a malformed text;
    `NoteError` for a malformed note, or a line of a known key that does not verify.
    """
    note = Note.parse(raw)
    signed = note.verified([*log_keys, *witnesses])
    checkpoint = Checkpoint.parse(note.text)
    signers = [key for key in log_keys if key in signed and key.kind is SignatureKind.NOTE]
    if not signers:
        named = ", ".join(f"{key.name} ({key.key_id.hex()})" for key in log_keys) or "no key"
        raise CheckpointError(f"the checkpoint is not signed by the log's key: {named}")
    if checkpoint.origin != signers[0].name:
        raise CheckpointError(
            f"the checkpoint is of the log {checkpoint.origin[:60]!r}, not of {signers[0].name}"
        )
    stated = [
        cosignature(key, line)
        for key, line in signed.items()
        if key.kind is SignatureKind.COSIGNATURE
    ]
    return SignedCheckpoint(checkpoint, note, tuple(stated))


def cosign(checkpoint: SignedCheckpoint, witness: NoteSigner, at: datetime) -> bytes:
    """Return the checkpoint with a witness's cosignature of the time `at` under it.

    A witness signs only what it has seen to extend the last tree that it signed for this log, by
    `checking.verify_consistency`; that is its caller's duty.
    """
    line = sign(checkpoint.checkpoint.text, witness, at=at)
    return bytes(checkpoint.note.with_signatures([line]))
