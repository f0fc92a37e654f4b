"""What has to be held in memory to append to a tree: its right edge, one hash for each level.

The complete subtrees along the right edge of a tree of n entries are as many as n has ones in
binary. They are enough to append, and to know the root: for a million entries at most 20 hashes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidegate.engines.transparency.hashing import node_hash
from tidegate.engines.transparency.nodes import Node, fold

if TYPE_CHECKING:
    from collections.abc import Sequence


class Frontier:
    """The right edge of a growing tree."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Take up a tree of `size` entries; `hashes` are those of `cover(0, size)`."""
        if len(hashes) != size.bit_count():
            raise ValueError(
                f"a tree of {size} entries has {size.bit_count()} subtrees at its edge"
            )
        self.size = size
        self._hashes = list(hashes)

    def copy(self) -> Frontier:
        """Return another one that grows by itself."""
        return Frontier(self.size, self._hashes)

    def append(self, subtree: bytes, level: int = 0) -> list[tuple[Node, bytes]]:
        """Append an entry's hash, or that of a complete subtree of 2^level entries.

        Returns the subtrees that it completes, itself first. Raises `ValueError` for a subtree
        that does not fit the present size.
        """
        index, misfit = divmod(self.size, 1 << level)
        if misfit:
            raise ValueError(f"no subtree of level {level} begins at entry {self.size}")
        self.size += 1 << level
        completed = [(Node(level, index), subtree)]
        while index & 1:
            subtree = node_hash(self._hashes.pop(), subtree)
            level, index = level + 1, index >> 1
            completed.append((Node(level, index), subtree))
        self._hashes.append(subtree)
        return completed

    def root(self) -> bytes:
        """Return the root at the present size."""
        return fold(self._hashes)
