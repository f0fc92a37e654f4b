"""Whether all that is kept of a log is what was signed, and if not, which entry is wrong first.

1. The entries are read once, in blocks of 256. Their hashes are compared with the table of
   hashes and, block by block, with the tiles and the entry bundles; each earlier checkpoint is
   compared when its size is reached.
2. The entries give the signed root: then they are right, and whatever differs from them is wrong.
3. They do not: then one of them is wrong, and `locating` finds the first.

What is held in memory is one block, one unfinished tile a level and the tree's edge: about as
much for a million entries as for a thousand. Nobody may append meanwhile, or the rows have to end
at the checkpoint: an entry that no checkpoint covers counts as inserted.
"""

from __future__ import annotations

from collections import defaultdict, deque
from itertools import count, islice
from typing import TYPE_CHECKING

from tidegate.engines.transparency.entries import sequence_of
from tidegate.engines.transparency.frontier import Frontier
from tidegate.engines.transparency.hashing import HASH_BYTES, leaf_hash, node_hash
from tidegate.engines.transparency.locating import locate
from tidegate.engines.transparency.nodes import Node
from tidegate.engines.transparency.tiles import (
    MAX_ENTRY_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    TileHashes,
    bundle,
    unbundle,
)
from tidegate.engines.transparency.tree import TreeHead
from tidegate.engines.transparency.verdicts import (
    Broken,
    Damage,
    Place,
    Sound,
    Verdict,
    first_difference,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidegate.engines.transparency.folders import LogFolder, Rows
    from tidegate.engines.transparency.nodes import HashSource


def verify(
    rows: Rows,
    head: TreeHead,
    *,
    hashes: HashSource | None = None,
    folder: LogFolder | None = None,
    earlier: Sequence[TreeHead] = (),
) -> Verdict:
    """Verify the leaves that `rows` gives, and what is kept of their hashes, against a signed tree.

    `head` comes from a checkpoint whose signature was checked (`checkpoints.open_checkpoint`), and
    so do the `earlier` ones, of any sizes; those that the reader kept himself are worth the most.
    The more of them, the narrower is the range where nothing else tells the first wrong entry.
    Raises what `rows`, `hashes` and reading the folder raise.
    """
    heads = sorted([*earlier, head], key=lambda one: one.size)
    if heads[-1].size > head.size:
        return Broken(Place.CHECKPOINT, head.size, head.size, Damage.TRUNCATED)
    walk = _Walk(heads, hashes, folder)
    leaves = rows(0)
    for start in range(0, head.size, TILE_WIDTH):
        walk.take(list(islice(leaves, min(TILE_WIDTH, head.size - start))))
    walk.finish()
    surplus = sum(1 for _ in leaves)
    if walk.head != head:
        sources: list[HashSource] = [] if hashes is None else [hashes]
        if folder is not None:
            sources.append(TileHashes(head.size, folder.read_tile))
        return locate(
            rows,
            walk.contradicted or head,
            sources,
            count=walk.head.size + surplus,
            size=head.size,
            known_good=walk.good,
        )
    if walk.contradicted is not None:
        last = walk.contradicted.size - 1
        return Broken(Place.CHECKPOINT, min(walk.good, last), last, Damage.REWRITTEN)
    if surplus:
        walk.note(Broken(Place.TABLE, head.size, head.size, Damage.INSERTED))
    return Sound(head) if walk.fault is None else walk.fault


class _Walk:
    """One way through the entries; notes the first thing that differs from what they say."""

    def __init__(
        self, heads: Sequence[TreeHead], hashes: HashSource | None, folder: LogFolder | None
    ) -> None:
        self.fault: Broken | None = None
        self.good = 0
        """The size of the largest of the heads that fitted, up to the first that did not."""
        self.contradicted: TreeHead | None = None
        """The first of the heads that did not fit."""
        self._heads = deque(heads)
        self._hashes = hashes
        self._folder = folder
        self._edge = Frontier()
        self._unfinished: dict[int, list[bytes]] = defaultdict(list)
        """For each level of tiles above 0: the hashes of the tile that is not full yet."""

    @property
    def head(self) -> TreeHead:
        """What the entries up to here give."""
        return TreeHead(self._edge.size, self._edge.root())

    def note(self, fault: Broken) -> None:
        """Remember a fault, if it is before all others."""
        if self.fault is None or (fault.first, fault.last) < (self.fault.first, self.fault.last):
            self.fault = fault

    def take(self, leaves: Sequence[bytes]) -> None:
        """Go on by the next 256 entries; by fewer only at the end."""
        start = self._edge.size
        for index, leaf in enumerate(leaves, start):
            if sequence_of(leaf) != index:
                self.note(Broken(Place.TABLE, index, index, Damage.MISNUMBERED))
                break
        level = [leaf_hash(leaf) for leaf in leaves]
        self._compare_heads(level)
        if self._folder is not None and leaves:
            tile = Tile(0, start // TILE_WIDTH, len(leaves))
            self._compare_tile(tile, level)
            self._compare_bundle(tile, leaves)
        self._grow(level)

    def finish(self) -> None:
        """Compare the partial tiles at the end of each level."""
        for level in [level for level, hashes in self._unfinished.items() if hashes]:
            self._compare_unfinished(level)

    def _compare_heads(self, leaf_hashes: Sequence[bytes]) -> None:
        if not self._heads or self._heads[0].size > self._edge.size + len(leaf_hashes):
            return
        edge = self._edge.copy()
        for one in (None, *leaf_hashes):
            if one is not None:
                edge.append(one)
            while self._heads and self._heads[0].size == edge.size:
                self._compare_head(self._heads.popleft(), edge.root())

    def _compare_head(self, head: TreeHead, root: bytes) -> None:
        if self.contradicted is None:
            if head.root == root:
                self.good = head.size
            else:
                self.contradicted = head

    def _grow(self, level: list[bytes]) -> None:
        """Append the block, as one subtree if it is full, and compare all that it completes."""
        start = self._edge.size
        completed: list[tuple[Node, bytes]] = []
        if len(level) < TILE_WIDTH:
            for one in level:
                completed += self._edge.append(one)
        else:
            for height in range(TILE_HEIGHT):
                if self._hashes is not None:
                    nodes = (Node(height, one) for one in count(start >> height))
                    completed += zip(nodes, level, strict=False)
                level = [*map(node_hash, level[::2], level[1::2])]
            completed += self._edge.append(level[0], TILE_HEIGHT)
        if self._hashes is not None:
            self._compare_hashes(self._hashes, completed)
        if self._folder is not None:
            for node, one in completed:
                above, between = divmod(node.level, TILE_HEIGHT)
                if above and not between:
                    self._unfinished[above].append(one)
                    if len(self._unfinished[above]) == TILE_WIDTH:
                        self._compare_unfinished(above)

    def _compare_hashes(self, source: HashSource, completed: Sequence[tuple[Node, bytes]]) -> None:
        kept = source.read([node for node, _ in completed])
        for (node, right), found in zip(completed, kept, strict=True):
            if found != right:
                kind = Damage.MISSING if found is None else Damage.CHANGED
                self.note(Broken(Place.HASHES, node.first, node.last, kind, f"level {node.level}"))

    def _compare_unfinished(self, level: int) -> None:
        hashes = self._unfinished[level]
        index = ((self._edge.size >> level * TILE_HEIGHT) - 1) // TILE_WIDTH
        self._compare_tile(Tile(level, index, len(hashes)), hashes)
        hashes.clear()

    def _compare_tile(self, tile: Tile, hashes: Sequence[bytes]) -> None:
        assert self._folder is not None
        raw = self._folder.read_tile(tile)
        if not raw:
            last = tile.nodes[-1].last
            self.note(Broken(Place.TILES, tile.nodes[0].first, last, Damage.MISSING, tile.path))
            return
        found = [raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES)]
        if difference := first_difference(hashes, found):
            place, kind = difference
            node = Node(tile.level * TILE_HEIGHT, tile.index * TILE_WIDTH + place)
            self.note(Broken(Place.TILES, node.first, node.last, kind, tile.path))

    def _compare_bundle(self, tile: Tile, leaves: Sequence[bytes]) -> None:
        assert self._folder is not None
        first = tile.index * TILE_WIDTH
        raw = self._folder.read_bundle(tile)
        if not raw:
            last = first + tile.width - 1
            self.note(Broken(Place.BUNDLES, first, last, Damage.MISSING, tile.entries_path))
        elif difference := _bundle_difference(leaves, raw):
            at = first + difference[0]
            self.note(Broken(Place.BUNDLES, at, at, difference[1], tile.entries_path))


def _bundle_difference(leaves: Sequence[bytes], raw: bytes) -> tuple[int, Damage] | None:
    if len(max(leaves, key=len)) > MAX_ENTRY_BYTES:
        # No bundle can hold it, and no ledger signed it: its number was found to be wrong.
        return None
    if raw == bundle(leaves):
        return None
    found, rest = unbundle(raw)
    difference = first_difference(leaves, [*found, rest] if rest else found)
    # The rest may look like the last entry, without its length before it.
    return difference or (len(leaves) - 1, Damage.CHANGED)
