"""Whether the ledger is what was signed: entries, hashes, head, texts, and what was published.

What is believed is signatures alone: of the head, of the checkpoints that were published, of one
that somebody kept elsewhere. The largest tree among those is what the entries have to give, and
the others have to be its beginnings. Then each entry's text and salt have to open its leaf, and
its columns have to say what its text says.

All of it is read as of one moment, and entries can be appended meanwhile. Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import require_with_instance
from tidegate.desks.access.words import Act
from tidegate.desks.ledger.models import Entry, Hash
from tidegate.desks.ledger.queries.hashes import KeptHashes
from tidegate.desks.ledger.queries.heads import log_key
from tidegate.desks.ledger.queries.moments import one_moment
from tidegate.desks.ledger.services import faults
from tidegate.desks.ledger.services.faults import Fault
from tidegate.desks.ledger.services.signed_trees import (
    SignedTrees,
    kept_tree,
    published_checkpoint,
    signed_trees,
)
from tidegate.engines.transparency.folders import LogFolder
from tidegate.engines.transparency.keys import VerifierKey
from tidegate.engines.transparency.tree import TreeHead
from tidegate.engines.transparency.verdicts import Broken, Place, Verdict
from tidegate.engines.transparency.verifying import verify as verify_tree

Tell = Callable[[int, int], None]
"""Is told how many entries were looked at, and how many there are to look at, over and over."""

_ROWS_A_QUERY: Final = 1024
_LEVELS: Final = 63


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of verifying the ledger."""

    size: int
    """Entries of the largest tree that was signed."""
    root: bytes
    checkpoints: int
    """How many signed trees the entries were compared with."""
    faults: tuple[Fault, ...]
    """What is wrong, the first wrong entry first; empty where all is sound."""


def verify(
    actor: Actor,
    *,
    keys: Sequence[VerifierKey] = (),
    earlier: bytes | None = None,
    folder: Path | None = None,
    tell: Tell = lambda _done, _of: None,
) -> Verification:
    """Verify all that is kept of the ledger.

    Args:
        actor: who asks.
        keys: the ledger's verifier keys, from whoever kept them elsewhere; else this instance's.
        earlier: a checkpoint that somebody kept; nothing before it may have changed.
        folder: where the ledger was published; it is verified, too.
        tell: for showing progress.

    Raises:
        NotFoundError: the actor does not run the instance.
        NotPossibleError: `earlier` is no checkpoint of this ledger, or `folder` is none.
        HomeError: the ledger's key cannot be used.
    """
    require_with_instance(actor, Act.ADMINISTER)
    known = keys or [log_key()]
    kept = [] if earlier is None else [kept_tree(earlier, known)]
    checkpoint = None if folder is None else published_checkpoint(folder)
    with one_moment():
        signed = signed_trees(known, kept=kept, folder=folder, checkpoint=checkpoint)
        progress = _Progress(tell, Entry.objects.count() * 2)
        try:
            found = _tree(signed, folder, progress)
            if not found and not signed.faults:
                found += _surplus(signed.largest)
            found += _texts(progress)
        except (TypeError, ValueError, ArithmeticError) as error:
            what = f"a row of the tables cannot be read: {error}"
            found = [Fault(0, Entry.objects.count(), "the tables", what, faults.RESTORE)]
    wrong = sorted([*signed.faults, *found], key=lambda fault: fault.first)
    largest = signed.largest
    return Verification(largest.size, largest.root, len(signed.trees), tuple(wrong))


class _Progress:
    """Counts the entries that were looked at."""

    def __init__(self, tell: Tell, of: int) -> None:
        self._tell = tell
        self._done, self._of = 0, of

    def add(self, looked_at: int) -> None:
        # Where something is wrong, entries are read again to find out where it begins.
        self._done = min(self._done + looked_at, self._of)
        self._tell(self._done, self._of)


def _tree(signed: SignedTrees, folder: Path | None, progress: _Progress) -> list[Fault]:
    """Compare the leaves with the signed trees, with the hashes, and with what was published."""

    def leaves(start: int) -> Iterator[bytes]:
        # By their place in the table, whatever number the rows bear.
        rows = Entry.objects.order_by("index").values_list("index", "leaf")
        some = list(rows[start : start + _ROWS_A_QUERY])
        while some:
            progress.add(len(some))
            yield from (bytes(leaf) for _, leaf in some)
            some = list(rows.filter(index__gt=some[-1][0])[:_ROWS_A_QUERY])

    whole = verify_tree(leaves, signed.largest, hashes=KeptHashes(), earlier=signed.trees)
    verdicts: list[tuple[Verdict, Path | None]] = [(whole, None)]
    if folder is not None and signed.published is not None:
        size = signed.published.size

        def published_leaves(start: int) -> Iterator[bytes]:
            return islice(leaves(start), max(0, size - start))

        there = verify_tree(published_leaves, signed.published, folder=LogFolder(folder))
        verdicts.append((there, folder))
    return _told_once(verdicts)


def _told_once(verdicts: Sequence[tuple[Verdict, Path | None]]) -> list[Fault]:
    """Return what is wrong; where two verdicts are on the same entries, the more exact one."""
    broken = [(one, folder) for one, folder in verdicts if isinstance(one, Broken)]
    in_table = [one for one, _ in broken if one.place is Place.TABLE]
    exact = min(in_table, key=lambda one: (one.last - one.first, one.first), default=None)
    return [
        faults.of_broken(one, folder)
        for one, folder in broken
        if one.place is not Place.TABLE
        or one is exact
        or (exact is not None and not one.first <= exact.first <= one.last)
    ]


def _surplus(tree: TreeHead) -> list[Fault]:
    """Find a hash of a subtree that the tree does not have; the next append would meet it."""
    beyond = Q(level__lt=0) | Q(level__gte=_LEVELS) | Q(index__lt=0)
    for level in range(_LEVELS):
        beyond |= Q(level=level, index__gte=tree.size >> level)
    found = Hash.objects.filter(beyond).order_by("level", "index").first()
    if found is None:
        return []
    what = (
        f"entry {tree.size} was never signed, and {Place.HASHES} holds a hash of it or of one"
        f" after it: level {found.level}, index {found.index}"
    )
    return [Fault(tree.size, tree.size, str(Place.HASHES), what, faults.REBUILD)]


def _texts(progress: _Progress) -> list[Fault]:
    """Find the first entry whose row does not say what its leaf commits to."""
    entries = Entry.objects.order_by("index")
    some = list(entries[:_ROWS_A_QUERY])
    while some:
        for entry in some:
            if fault := faults.of_entry(entry):
                return [fault]
        progress.add(len(some))
        some = list(entries.filter(index__gt=some[-1].index)[:_ROWS_A_QUERY])
    return []
