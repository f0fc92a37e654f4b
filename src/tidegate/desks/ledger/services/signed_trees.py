"""Which trees were signed: as the head, in the history, in a folder, in a checkpoint kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tidegate.desks.ledger.models import Checkpoint
from tidegate.desks.ledger.queries.heads import present_head, witness_keys
from tidegate.desks.ledger.services import faults
from tidegate.desks.ledger.services.faults import Fault
from tidegate.desks.ledger.services.refusals import NotPossibleError
from tidegate.engines.transparency.checkpoints import open_checkpoint
from tidegate.engines.transparency.errors import NoteError
from tidegate.engines.transparency.folders import LogFolder
from tidegate.engines.transparency.keys import VerifierKey
from tidegate.engines.transparency.tree import EMPTY_HEAD, TreeHead


@dataclass(frozen=True, slots=True)
class SignedTrees:
    """What may be believed of the ledger, and which of it ought to be signed and is not."""

    trees: tuple[TreeHead, ...]
    """The head's first, if it is signed."""
    published: TreeHead | None
    """That of the folder, if one was named and its checkpoint is signed."""
    faults: tuple[Fault, ...]

    @property
    def largest(self) -> TreeHead:
        """The tree that the entries have to give."""
        return max(self.trees, key=lambda tree: tree.size, default=EMPTY_HEAD)


def kept_tree(raw: bytes, keys: Sequence[VerifierKey]) -> TreeHead:
    """Return the tree of a checkpoint that somebody kept.

    Raises:
        NotPossibleError: it is no checkpoint of this ledger.
    """
    try:
        return open_checkpoint(raw, keys).head
    except NoteError as error:
        raise NotPossibleError(
            f"the checkpoint to compare with is not one of this ledger: {error}"
        ) from error


def published_checkpoint(folder: Path) -> bytes | None:
    """Return the checkpoint of a folder, None if there is none.

    It has to be read before the tables: what is published later is not in them yet.

    Raises:
        NotPossibleError: it is no folder.
    """
    if not folder.is_dir():
        raise NotPossibleError(f"{folder} is not a folder; name one that was published to")
    return LogFolder(folder).read_checkpoint()


def signed_trees(
    keys: Sequence[VerifierKey],
    *,
    kept: Sequence[TreeHead] = (),
    folder: Path | None = None,
    checkpoint: bytes | None = None,
) -> SignedTrees:
    """Return every tree that one of the keys has signed, as far as it is known here.

    Args:
        keys: the ledger's.
        kept: what somebody kept.
        folder: where the ledger was published, if that is looked at.
        checkpoint: what stood there as its checkpoint, None if nothing did.
    """
    wrong: list[Fault] = []
    published = None if folder is None else _published(folder, checkpoint, keys, wrong)
    others = [*kept, *([published] if published else []), *_history(keys, wrong)]
    head = _head(keys, max((tree.size for tree in others), default=0), wrong)
    return SignedTrees((*([head] if head else []), *others), published, tuple(wrong))


def _published(
    folder: Path, raw: bytes | None, keys: Sequence[VerifierKey], wrong: list[Fault]
) -> TreeHead | None:
    reason = "it is not there"
    if raw is not None:
        try:
            return open_checkpoint(raw, keys).head
        except NoteError as error:
            reason = str(error)
    where = f"{folder}/checkpoint"
    last = max(0, present_head().size - 1)
    what = f"nothing is signed from entry 0 on in {where}: {reason}"
    mend = f"remove it and run `tidegate ledger publish {folder}`, which writes all of it anew"
    wrong.append(Fault(0, last, where, what, mend))
    return None


def _history(keys: Sequence[VerifierKey], wrong: list[Fault]) -> list[TreeHead]:
    """Return the trees that were published, as far as their signatures hold."""
    trees: list[TreeHead] = []
    witnesses = witness_keys()
    first_wrong: Fault | None = None
    for size, note in Checkpoint.objects.order_by("size").values_list("size", "note"):
        try:
            tree = open_checkpoint(note.encode(), keys, witnesses).head
            reason = "" if tree.size == size else f"it was signed over {tree.size}"
            trees.append(tree)
        except NoteError as error:
            reason = str(error)
        if reason and first_wrong is None:
            first = min(trees[-1].size if trees else 0, size)
            what = f"the checkpoint of {size} entries was changed in {faults.HISTORY}: {reason}"
            last = max(first, size - 1)
            first_wrong = Fault(first, last, faults.HISTORY, what, faults.RESTORE)
    wrong += [first_wrong] if first_wrong else []
    return trees


def _head(keys: Sequence[VerifierKey], believed: int, wrong: list[Fault]) -> TreeHead | None:
    """Return the tree that was signed as the head; the others tell of `believed` entries."""
    head = present_head()
    if not head.size and not head.note:
        return None
    try:
        signed = open_checkpoint(head.note.encode(), keys).head
    except NoteError as error:
        what = f"nothing is signed from entry {believed} on, for {faults.HEAD} is not: {error}"
        last = max(believed, head.size - 1)
        wrong.append(Fault(believed, last, faults.HEAD, what, faults.RESTORE))
        return None
    if (signed.size, signed.root) != (head.size, bytes(head.root)):
        first = min(signed.size, head.size)
        what = (
            f"{faults.HEAD} is said to be of {head.size} entries, and another tree was signed,"
            f" of {signed.size}"
        )
        wrong.append(Fault(first, first, faults.HEAD, what, faults.REBUILD))
    return signed
