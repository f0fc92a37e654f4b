"""How a tree is cut into tiles: their names, which of them a tree has, and what is in them.

A tile holds up to 256 neighbouring hashes of one level; eight levels of the tree lie between one
level of tiles and the next. An entry bundle holds the entries under one tile of level 0. Full
tiles never change. The last tile of a level is partial, and is named by how many it holds:

    tile/0/x001/x234/067          level 0, index 1,234,067, full
    tile/1/000.p/17               level 1, index 0, 17 hashes
    tile/entries/000.p/112        the first 112 entries

From: https://c2sp.org/tlog-tiles.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from tidegate.engines.transparency.errors import MissingHashError, TileError
from tidegate.engines.transparency.hashing import HASH_BYTES, node_hash
from tidegate.engines.transparency.nodes import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tidegate.engines.transparency.nodes import HashSource

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
MOST_LEVELS: Final = 64
MAX_ENTRY_BYTES: Final = (1 << 16) - 1

_LENGTH: Final = struct.Struct(">H")


@dataclass(frozen=True, slots=True)
class Tile:
    """The name of a tile of hashes."""

    level: int
    """0 for the tiles of entries' hashes."""
    index: int
    width: int = TILE_WIDTH
    """How many hashes it holds: 256, or fewer in a partial tile."""

    def __post_init__(self) -> None:
        if not (0 <= self.level < MOST_LEVELS and 0 < self.width <= TILE_WIDTH and self.index >= 0):
            raise TileError(
                f"there is no tile of level {self.level}, index {self.index}, width {self.width}"
            )

    @property
    def path(self) -> str:
        """Where it is served, relative to the log."""
        return f"tile/{self.level}/{_numbered(self.index, self.width)}"

    @property
    def entries_path(self) -> str:
        """Where the entries under it are served, for a tile of level 0."""
        return f"tile/entries/{_numbered(self.index, self.width)}"

    @property
    def full(self) -> Tile:
        """The full tile of the same place."""
        return Tile(self.level, self.index)

    @property
    def nodes(self) -> list[Node]:
        """The subtrees whose hashes it holds."""
        start = self.index * TILE_WIDTH
        return [Node(self.level * TILE_HEIGHT, start + one) for one in range(self.width)]


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """Yield the tiles that a tree of `new` entries has and the one of `old` had not.

    With `old` 0: all tiles of the tree.
    """
    for level in range(MOST_LEVELS):
        before, now = old >> level * TILE_HEIGHT, new >> level * TILE_HEIGHT
        if now == 0:
            return
        if now > before:
            for index in range(before // TILE_WIDTH, -(-now // TILE_WIDTH)):
                yield Tile(level, index, min(TILE_WIDTH, now - index * TILE_WIDTH))


def tile_bytes(tile: Tile, source: HashSource) -> bytes:
    """Return what a tile holds. Raises `MissingHashError`."""
    hashes = source.read(tile.nodes)
    if None in hashes:
        raise MissingHashError(
            f"{tile.path} cannot be cut: a hash of it is not kept;"
            " build the hashes anew from the entries and verify them"
        )
    return b"".join(one for one in hashes if one is not None)


def bundle(entries: Iterable[bytes]) -> bytes:
    """Write an entry bundle. Raises `TileError` for an entry of more than 65,535 bytes."""
    written = bytearray()
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise TileError(f"an entry has {len(entry):,} bytes; at most {MAX_ENTRY_BYTES:,}")
        written += _LENGTH.pack(len(entry)) + entry
    return bytes(written)


def unbundle(raw: bytes) -> tuple[list[bytes], bytes]:
    """Return the entries of a bundle, and the bytes after them; a sound bundle has none."""
    entries = list(_entries(raw))
    return entries, raw[_bundled_bytes(entries) :]


def first_of_bundle(raw: bytes, count: int) -> bytes:
    """Return the bundle of the first `count` entries of a bundle, or all of it if it has fewer."""
    entries = list(islice(_entries(raw), count))
    return raw[: _bundled_bytes(entries)] if len(entries) == count else raw


def _bundled_bytes(entries: Iterable[bytes]) -> int:
    return sum(_LENGTH.size + len(entry) for entry in entries)


def _entries(raw: bytes) -> Iterator[bytes]:
    place = 0
    while place + _LENGTH.size <= len(raw):
        start = place + _LENGTH.size
        place = start + _LENGTH.unpack_from(raw, place)[0]
        if place > len(raw):
            return
        yield raw[start:place]


class TileHashes:
    """The hashes of a tree, read back from its tiles; a `HashSource` of which nothing is trusted.

    Holds a few tiles in memory, not the tree.
    """

    def __init__(self, size: int, read_tile: Callable[[Tile], bytes | None]) -> None:
        """Read the tiles of a tree of `size` entries through `read_tile`; None is a lost one."""
        self._size = size
        self._read_tile = read_tile
        self._held: dict[Tile, bytes | None] = {}

    def read(self, nodes: Sequence[Node]) -> Sequence[bytes | None]:
        """Return the hash of each node, in order; None where no tile has it."""
        return [self._hash(node) for node in nodes]

    def _hash(self, node: Node) -> bytes | None:
        level, above = divmod(node.level, TILE_HEIGHT)
        index, place = divmod(node.index << above, TILE_WIDTH)
        width = min(TILE_WIDTH, (self._size >> level * TILE_HEIGHT) - index * TILE_WIDTH)
        count = 1 << above
        if place + count > width:
            return None
        raw = self._tile(Tile(level, index, width)) or b""
        hashes = [
            raw[start : start + HASH_BYTES]
            for start in range(place * HASH_BYTES, (place + count) * HASH_BYTES, HASH_BYTES)
        ]
        if len(hashes[-1]) != HASH_BYTES:
            return None
        while len(hashes) > 1:
            hashes = [*map(node_hash, hashes[::2], hashes[1::2])]
        return hashes[0]

    def _tile(self, tile: Tile) -> bytes | None:
        if tile not in self._held:
            if len(self._held) >= MOST_LEVELS:
                self._held.clear()
            self._held[tile] = self._read_tile(tile)
        return self._held[tile]


def _numbered(index: int, width: int) -> str:
    written = f"{index % 1000:03}"
    while index := index // 1000:
        written = f"x{index % 1000:03}/{written}"
    return written if width == TILE_WIDTH else f"{written}.p/{width}"
