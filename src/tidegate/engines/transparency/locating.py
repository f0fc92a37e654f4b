"""Which entry is the first wrong one, once it is known that the entries give another root.

The signed root is the only thing that is believed. From it, downwards: two hashes that somebody
keeps, and that together give the hash above, are as good as signed. So the way from the root to
the first wrong entry is walked with the kept hashes of any source, however damaged that source is
beside the way. Where no source has the two hashes, only a range can be told.

Entries are read once more for each step down, half of them each time: in all about as many as
there are. Nothing is held in memory.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from tidegate.engines.transparency.entries import sequence_of
from tidegate.engines.transparency.errors import MissingHashError
from tidegate.engines.transparency.frontier import Frontier
from tidegate.engines.transparency.hashing import leaf_hash, node_hash
from tidegate.engines.transparency.nodes import Node, range_hashes, split
from tidegate.engines.transparency.verdicts import Broken, Damage, Place, damage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tidegate.engines.transparency.folders import Rows
    from tidegate.engines.transparency.nodes import HashSource
    from tidegate.engines.transparency.tree import TreeHead

_BATCH = 256


def locate(
    rows: Rows,
    signed: TreeHead,
    sources: Sequence[HashSource],
    *,
    count: int,
    size: int,
    known_good: int,
) -> Broken:
    """Return the first wrong entry of a table whose entries do not give the root of `signed`.

    There are `count` rows; the log, of which `sources` keep hashes, has `size` entries, not fewer
    than `signed`. The first `known_good` rows are known to be right, from an earlier checkpoint.
    """
    start, end, parent = 0, signed.size, signed.root
    source: HashSource | None = None
    while end - start > 1:
        middle = start + split(end - start)
        found = _children(sources, start, middle, end, parent)
        if found is None:
            return _within(rows, count, max(start, known_good), end)
        left, right, source = found
        if _hash_of_rows(rows, start, middle) == left:
            start, parent = middle, right
        else:
            end, parent = middle, left
    if start >= count:
        return Broken(Place.TABLE, start, start, Damage.TRUNCATED)
    later = _leaf_hashes(source, start + 1, size) if source else ()
    return Broken(Place.TABLE, start, start, _damage_at(rows, start, parent, later, count - size))


def _children(
    sources: Sequence[HashSource], start: int, middle: int, end: int, parent: bytes
) -> tuple[bytes, bytes, HashSource] | None:
    """Find the two hashes under `parent`: as they are kept, or else from the entries' hashes."""
    ranges = [(start, middle), (middle, end)]
    for source in sources:
        for read in (range_hashes, _range_hashes_from_leaves):
            try:
                left, right = read(source, ranges)
            except MissingHashError:
                continue
            if node_hash(left, right) == parent:
                return left, right, source
    return None


def _range_hashes_from_leaves(source: HashSource, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    hashes = []
    for start, end in ranges:
        frontier = Frontier()
        for one in _leaf_hashes(source, start, end):
            if one is None:
                raise MissingHashError(f"the hash of entry {start + frontier.size} is not kept")
            frontier.append(one)
        hashes.append(frontier.root())
    return hashes


def _leaf_hashes(source: HashSource, start: int, end: int) -> Iterator[bytes | None]:
    for batch in range(start, end, _BATCH):
        yield from source.read([Node(0, index) for index in range(batch, min(end, batch + _BATCH))])


def _hash_of_rows(rows: Rows, start: int, end: int) -> bytes | None:
    frontier = Frontier()
    for leaf in islice(rows(start), end - start):
        frontier.append(leaf_hash(leaf))
    return frontier.root() if frontier.size == end - start else None


def _damage_at(
    rows: Rows, index: int, right: bytes, later: Iterable[bytes | None], surplus: int
) -> Damage:
    there = leaf_hash(next(rows(index)))
    return damage(
        there in later,
        any(leaf_hash(leaf) == right for leaf in rows(index + 1)),
        surplus=surplus,
    )


def _within(rows: Rows, count: int, first: int, end: int) -> Broken:
    """Say what can be told of a range under a signed hash, below which nothing is kept.

    A leaf with another number than its own is wrong at the latest; before it others may be.
    """
    for index, leaf in enumerate(islice(rows(first), end - first), first):
        number = sequence_of(leaf)
        if number is None:
            return Broken(Place.TABLE, first, index, Damage.CHANGED)
        if number != index:
            kind = Damage.DROPPED if number > index else Damage.INSERTED
            return Broken(Place.TABLE, first, index, kind)
    if count < end:
        return Broken(Place.TABLE, first, max(first, count), Damage.TRUNCATED)
    return Broken(Place.TABLE, first, end - 1, Damage.UNKNOWN)
