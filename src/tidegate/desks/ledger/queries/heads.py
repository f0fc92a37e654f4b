"""The tree as it is now, what was published of it, and the keys that both are checked by."""

from __future__ import annotations

from tidegate.desks.ledger.models import Checkpoint, Head, Witness
from tidegate.desks.ledger.signing import signer
from tidegate.engines.transparency.checkpoints import open_checkpoint
from tidegate.engines.transparency.errors import BrokenTreeError, NoteError
from tidegate.engines.transparency.keys import VerifierKey
from tidegate.engines.transparency.tree import EMPTY_HEAD, TreeHead

_LOOK = "run `tidegate ledger verify`, and do as it says before anything is appended or published"


def present_head() -> Head:
    """Return the head, signed or not; one of no entries where nothing was ever appended."""
    return Head.objects.filter(pk=1).first() or Head(pk=1)


def log_key() -> VerifierKey:
    """Return the key that the ledger's checkpoints are verified with.

    Raises:
        HomeError: the key cannot be used.
        KeyStringError: the name that the ledger was given is none.
    """
    return signer(present_head().note, published_note()).key


def witness_keys() -> list[VerifierKey]:
    """Return the keys of those whose cosignatures are accepted."""
    lines = Witness.objects.filter(until=None).order_by("pk").values_list("key", flat=True)
    return [VerifierKey.parse(line) for line in lines]


def signed_head(head: Head, key: VerifierKey) -> TreeHead:
    """Return the tree that the key has signed as the head, never what only the table says.

    Else somebody who can change the table, but has no key, would have their tree signed with the
    next entry.

    Raises:
        BrokenTreeError: the checkpoint is not signed, or not of the tree that the table says.
    """
    if not head.size and not head.note:
        return EMPTY_HEAD
    try:
        signed = open_checkpoint(head.note.encode(), [key]).head
    except NoteError as error:
        raise BrokenTreeError(f"the ledger's head is not signed: {error}; {_LOOK}") from error
    if (signed.size, signed.root) != (head.size, bytes(head.root)):
        raise BrokenTreeError(
            f"the ledger's head is said to be of {head.size} entries, and another tree was signed,"
            f" of {signed.size}; {_LOOK}"
        )
    return signed


def published_note() -> str:
    """Return the checkpoint that is shown to everybody; empty while nothing was ever appended.

    It is the newest that was published, for witnesses cosign that one; else the head's own.
    """
    newest = Checkpoint.objects.order_by("-size").first()
    return newest.note if newest else present_head().note
