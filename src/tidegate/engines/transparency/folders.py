"""A log as a folder of files, laid out so that any web server can serve it: C2SP tlog-tiles.

    checkpoint
    tile/0/000, tile/0/001.p/44, tile/1/000.p/1, ...
    tile/entries/000, tile/entries/001.p/44, ...

Tiles are written before the checkpoint that needs them, so a reader who has a checkpoint finds
its tiles, also when the writer is killed in between. What is read here is believed nothing.

From: https://c2sp.org/tlog-tiles.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

from tidegate.engines.formats.files import write_atomically
from tidegate.engines.transparency.errors import TileError
from tidegate.engines.transparency.hashing import HASH_BYTES
from tidegate.engines.transparency.notes import MAX_NOTE_BYTES
from tidegate.engines.transparency.tiles import (
    MAX_ENTRY_BYTES,
    TILE_WIDTH,
    Tile,
    bundle,
    first_of_bundle,
    tile_bytes,
    tiles_between,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tidegate.engines.transparency.nodes import HashSource

Rows = Callable[[int], Iterator[bytes]]
"""Gives the leaves of a log in their order, from the index on that it is called with."""

_MOST_TILE_BYTES: Final = TILE_WIDTH * HASH_BYTES
_MOST_BUNDLE_BYTES: Final = TILE_WIDTH * (2 + MAX_ENTRY_BYTES)


class LogFolder:
    """The folder of one log."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def publish(
        self,
        old: int,
        new: int,
        *,
        source: HashSource,
        rows: Rows,
        checkpoint: bytes,
    ) -> None:
        """Write the tiles that the tree of `new` entries has and the one of `old` had not.

        `rows` gives the leaves from an index on, `source` the hashes, `checkpoint` is signed and
        of `new` entries; it is written last. Doing it again does no harm, and `old` may be
        smaller than what was published. Partial tiles go when their full tile is there. Raises
        `OSError`, `MissingHashError`, or `TileError` if there are too few rows; then the old
        checkpoint stands, with all of its tiles.
        """
        for tile in tiles_between(old, new):
            if tile.level == 0:
                leaves = list(islice(rows(tile.index * TILE_WIDTH), tile.width))
                if len(leaves) != tile.width:
                    raise TileError(f"{tile.entries_path} cannot be cut: there are too few rows")
                self._write(tile.entries_path, bundle(leaves))
            self._write(tile.path, tile_bytes(tile, source))
        self._write("checkpoint", checkpoint)
        for tile in tiles_between(old, new):
            if tile.width == TILE_WIDTH:
                self._remove_partials(tile)

    def read_tile(self, tile: Tile) -> bytes | None:
        """Return a tile's bytes, or those of the full tile in its place; None if neither is there.

        Of a full tile in place of a partial one, only what the partial one would hold.
        """
        raw = self._read(tile.path, _MOST_TILE_BYTES)
        if raw is None and tile.width < TILE_WIDTH:
            raw = self._read(tile.full.path, _MOST_TILE_BYTES)
            raw = raw and raw[: tile.width * HASH_BYTES]
        return raw

    def read_bundle(self, tile: Tile) -> bytes | None:
        """Return the bundle of the entries under a tile of level 0, as `read_tile` does."""
        raw = self._read(tile.entries_path, _MOST_BUNDLE_BYTES)
        if raw is None and tile.width < TILE_WIDTH:
            raw = self._read(tile.full.entries_path, _MOST_BUNDLE_BYTES)
            raw = raw and first_of_bundle(raw, tile.width)
        return raw

    def read_checkpoint(self) -> bytes | None:
        """Return the bytes of the checkpoint; None if there is none."""
        return self._read("checkpoint", MAX_NOTE_BYTES)

    def _read(self, name: str, limit: int) -> bytes | None:
        path = self.path / name
        if not path.is_file():
            return None
        with path.open("rb") as file:
            # One byte more than there can be tells a reader that the file is too long.
            return file.read(limit + 1)

    def _write(self, name: str, content: bytes) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)

    def _remove_partials(self, tile: Tile) -> None:
        names = [tile.path, tile.entries_path] if tile.level == 0 else [tile.path]
        for name in names:
            shutil.rmtree(self.path / f"{name}.p", ignore_errors=True)
