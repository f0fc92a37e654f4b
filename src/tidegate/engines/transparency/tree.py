"""How a log grows, and what it proves of itself: roots, inclusion and consistency, at any size.

Nothing is held in memory but the hashes that a call needs. An append reads the right edge, at
most one hash a level, and writes each subtree that it completes, on average two.

    store = MemoryHashes()                             # or a table
    head = append(store, EMPTY_HEAD, [leaf_hash(b"one"), leaf_hash(b"two")])
    proof = inclusion_proof(store, 0, head.size)       # checked by `checking.verify_inclusion`

A caller must see to it that one writer appends at a time.

From: RFC 9162, 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tidegate.engines.transparency.errors import BrokenTreeError
from tidegate.engines.transparency.frontier import Frontier
from tidegate.engines.transparency.hashing import EMPTY_ROOT, HASH_BYTES
from tidegate.engines.transparency.nodes import cover, range_hashes, split

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tidegate.engines.transparency.nodes import HashSource, HashStore


@dataclass(frozen=True, slots=True)
class TreeHead:
    """A tree at one size."""

    size: int
    """Number of entries."""
    root: bytes
    """32 bytes."""

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.root) != HASH_BYTES:
            raise ValueError("a tree has no fewer than 0 entries, and a root of 32 bytes")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise ValueError("a tree of no entries has only one root: SHA-256 of nothing")


EMPTY_HEAD: Final = TreeHead(0, EMPTY_ROOT)


def append(store: HashStore, head: TreeHead, leaf_hashes: Iterable[bytes]) -> TreeHead:
    """Append entries to the tree at `head`, the last one that was signed, and return the new head.

    The right edge that is read has to give the root of `head`. So whatever is signed next extends
    what was signed before, also after somebody changed the kept hashes. Raises `BrokenTreeError`
    where it does not, `MissingHashError` where a hash is not kept; then nothing was written.
    """
    edge = [(node.first, node.last + 1) for node in cover(0, head.size)]
    frontier = Frontier(head.size, range_hashes(store, edge))
    if frontier.root() != head.root:
        raise BrokenTreeError(
            f"the kept hashes do not give the root of the {head.size} entries that was signed;"
            " verify the ledger to learn which entry is wrong, and append nothing before"
        )
    written = [done for one in leaf_hashes for done in frontier.append(one)]
    store.write(written)
    return TreeHead(frontier.size, frontier.root())


def root(source: HashSource, size: int) -> bytes:
    """Return the root that the tree had at `size`. Raises `MissingHashError`."""
    if size < 0:
        raise ValueError(f"a tree has no {size} entries")
    return range_hashes(source, [(0, size)])[0]


def inclusion_proof(source: HashSource, index: int, size: int) -> tuple[bytes, ...]:
    """Return the proof that entry `index` is in the tree of `size` entries.

    The hashes go from the leaf's sibling up to the root's child. Raises `ValueError` for an entry
    outside of the tree, `MissingHashError` where a hash is not kept.

    From: RFC 9162, 2.1.3.1.
    """
    if not 0 <= index < size:
        raise ValueError(f"entry {index} is not one of a tree of {size} entries")
    beside = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            beside.append((middle, end))
            end = middle
        else:
            beside.append((start, middle))
            start = middle
    return tuple(range_hashes(source, beside[::-1]))


def consistency_proof(source: HashSource, old: int, new: int) -> tuple[bytes, ...]:
    """Return the proof that the tree of `new` entries begins with all of the tree of `old`.

    Empty where one of the trees is empty or both are one. Raises `ValueError` where `old` is
    larger than `new`, `MissingHashError` where a hash is not kept.

    From: RFC 9162, 2.1.4.1.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} entries does not extend one of {old}")
    if old in (0, new):
        return ()
    beside = []
    start, end = 0, new
    while end != old:
        middle = start + split(end - start)
        if old <= middle:
            beside.append((middle, end))
            end = middle
        else:
            beside.append((start, middle))
            start = middle
    if start > 0:
        # The old tree's last subtree: whoever checks cannot know its hash from the old root.
        beside.append((start, end))
    return tuple(range_hashes(source, beside[::-1]))
