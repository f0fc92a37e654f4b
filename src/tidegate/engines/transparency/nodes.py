"""Which complete subtrees a tree is made of, and where their hashes are kept.

`Node(level, index)` is the complete subtree over the 2^level entries from `index << level` on.
Once complete it never changes, so its hash is written once; every root and proof at every size
is made of such hashes. A log keeps a little less than two hashes for each entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from tidegate.engines.transparency.errors import MissingHashError
from tidegate.engines.transparency.hashing import EMPTY_ROOT, node_hash

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Node:
    """A complete subtree."""

    level: int
    index: int

    @property
    def first(self) -> int:
        """The first entry under it."""
        return self.index << self.level

    @property
    def last(self) -> int:
        """The last entry under it."""
        return ((self.index + 1) << self.level) - 1


class HashSource(Protocol):
    """Whatever holds the hashes of complete subtrees: a table, tiles, a dictionary."""

    def read(self, nodes: Sequence[Node]) -> Sequence[bytes | None]:
        """Return the hash of each node, in order; None where there is none."""
        ...


class HashStore(HashSource, Protocol):
    """A source that can be added to. What was written is never written again."""

    def write(self, hashes: Sequence[tuple[Node, bytes]]) -> None:
        """Keep hashes of subtrees that have just become complete."""
        ...


class MemoryHashes:
    """Hashes in a dictionary: for small logs and for tests."""

    def __init__(self) -> None:
        self.kept: dict[Node, bytes] = {}

    def read(self, nodes: Sequence[Node]) -> Sequence[bytes | None]:
        """Return the hash of each node, in order; None where there is none."""
        return [self.kept.get(node) for node in nodes]

    def write(self, hashes: Sequence[tuple[Node, bytes]]) -> None:
        """Keep hashes of subtrees that have just become complete."""
        self.kept.update(hashes)


def split(size: int) -> int:
    """Return where a tree of `size` entries, two at least, divides: the k of RFC 9162, 2.1.1."""
    return 1 << (size - 1).bit_length() - 1


def cover(start: int, end: int) -> list[Node]:
    """Return the complete subtrees over the entries [start, end), from left to right.

    For the ranges into which `split` divides a tree, and for a tree as a whole.
    """
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append(Node(level, start >> level))
        start += 1 << level
    return nodes


def range_hashes(source: HashSource, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    """Return the Merkle tree hash over each range of entries; all are read at once.

    Raises `MissingHashError`.
    """
    covers = [cover(start, end) for start, end in ranges]
    wanted = [node for nodes in covers for node in nodes]
    read = iter(_complete(wanted, source.read(wanted)))
    return [fold(list(islice(read, len(nodes)))) for nodes in covers]


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over neighbouring subtrees, given from left to right, each smaller."""
    if not hashes:
        return EMPTY_ROOT
    *rest, folded = hashes
    for left in reversed(rest):
        folded = node_hash(left, folded)
    return folded


def _complete(nodes: Sequence[Node], hashes: Sequence[bytes | None]) -> list[bytes]:
    complete = [one for one in hashes if one is not None]
    if len(complete) != len(nodes):
        lost = next(node for node, one in zip(nodes, hashes, strict=True) if one is None)
        raise MissingHashError(
            f"the hash of level {lost.level}, index {lost.index}"
            f" (entries {lost.first} to {lost.last}) is not kept; build the hashes anew"
            " from the entries and verify them"
        )
    return complete
