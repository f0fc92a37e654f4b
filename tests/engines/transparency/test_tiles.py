"""Tiles: named, cut and read as C2SP tlog-tiles has them."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.transparency.definitions import defined_root
from tests.engines.transparency.logs import Ledger
from tidegate.engines.transparency import MemoryHashes, Node, leaf_hash
from tidegate.engines.transparency.errors import MissingHashError, TileError
from tidegate.engines.transparency.nodes import cover, range_hashes
from tidegate.engines.transparency.tiles import (
    Tile,
    TileHashes,
    bundle,
    first_of_bundle,
    tile_bytes,
    tiles_between,
    unbundle,
)

LEDGER = Ledger(600)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(0, 1234067, 89), "tile/0/x001/x234/067.p/89"),
        (Tile(1, 1000), "tile/1/x001/000"),
        (Tile(63, 999, 255), "tile/63/999.p/255"),
    ],
)
def test_paths_are_those_of_the_specification(tile, path):
    assert tile.path == path
    assert tile.entries_path == path.replace(f"tile/{tile.level}/", "tile/entries/")


@pytest.mark.parametrize(
    ("level", "index", "width"), [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)]
)
def test_a_tile_that_cannot_be_is_none(level, index, width):
    with pytest.raises(TileError, match="there is no tile"):
        Tile(level, index, width)


def test_a_tree_has_the_tiles_of_the_specifications_example():
    tiles = list(tiles_between(0, 70_000))
    assert sum(tile.level == 0 and tile.width == 256 for tile in tiles) == 273
    assert [tile for tile in tiles if tile.width < 256] == [
        Tile(0, 273, 112),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert Tile(1, 0) in tiles
    assert len(tiles) == 273 + 1 + 3


@pytest.mark.parametrize(
    ("old", "new", "tiles"),
    [
        (0, 0, []),
        (5, 5, []),
        (0, 256, [Tile(0, 0), Tile(1, 0, 1)]),
        (255, 256, [Tile(0, 0), Tile(1, 0, 1)]),
        (256, 257, [Tile(0, 1, 1)]),
        (257, 259, [Tile(0, 1, 3)]),
    ],
)
def test_growing_makes_only_the_tiles_that_changed(old, new, tiles):
    assert list(tiles_between(old, new)) == tiles


@given(st.lists(st.integers(0, 200_000), max_size=5))
def test_in_however_many_steps_a_log_grows_it_has_the_same_full_tiles(sizes):
    sizes = [0, *sorted(sizes)]
    grown = {tile for old, new in pairwise(sizes) for tile in tiles_between(old, new)}
    at_once = set(tiles_between(0, sizes[-1]))
    assert at_once <= grown
    assert {tile for tile in grown if tile.width == 256} <= at_once


def cut(ledger):
    return {tile: tile_bytes(tile, ledger.hashes) for tile in tiles_between(0, ledger.head.size)}


def test_a_tile_holds_the_hashes_that_the_specification_defines():
    hashes = [leaf_hash(leaf) for leaf in LEDGER.leaves]
    for tile, raw in cut(LEDGER).items():
        n, under = tile.index, 256**tile.level
        defined = [
            defined_root(hashes[(n * 256 + i) * under : (n * 256 + i + 1) * under])
            for i in range(tile.width)
        ]
        assert raw == b"".join(defined)


def test_each_hash_of_the_tree_is_read_back_from_its_tiles():
    read = TileHashes(600, cut(LEDGER).get)
    nodes = list(LEDGER.hashes.kept)
    assert list(read.read(nodes)) == list(LEDGER.hashes.kept.values())


@settings(max_examples=30)
@given(st.integers(0, 600))
def test_roots_and_proofs_come_from_tiles_as_from_the_table(size):
    read = TileHashes(600, cut(LEDGER).get)
    ranges = [(node.first, node.last + 1) for node in cover(0, size)]
    assert range_hashes(read, ranges) == range_hashes(LEDGER.hashes, ranges)


@pytest.mark.parametrize("node", [Node(0, 600), Node(9, 1), Node(10, 0), Node(16, 0), Node(60, 0)])
def test_a_hash_that_no_tile_has_is_none(node):
    assert TileHashes(600, cut(LEDGER).get).read([node]) == [None]


def test_a_lost_or_short_tile_gives_no_hash_and_no_error():
    assert TileHashes(600, lambda _: None).read([Node(0, 3), Node(8, 1)]) == [None, None]
    tiles = cut(LEDGER) | {Tile(0, 0): b"\0" * 100}
    read = TileHashes(600, tiles.get)
    assert read.read([Node(0, 2), Node(0, 3), Node(1, 1)]) == [bytes(32), None, None]


def test_a_tile_is_not_cut_from_hashes_that_are_lost():
    store = MemoryHashes()
    store.kept = {node: one for node, one in LEDGER.hashes.kept.items() if node != Node(0, 300)}
    with pytest.raises(MissingHashError, match="tile/0/001 cannot be cut"):
        tile_bytes(Tile(0, 1), store)
    assert len(tile_bytes(Tile(0, 0), store)) == 8192


@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(0, 9))
def test_a_bundle_is_read_back(entries, count):
    raw = bundle(entries)
    assert unbundle(raw) == (entries, b"")
    assert first_of_bundle(raw, count) == bundle(entries[:count])


def test_a_bundle_has_a_length_of_two_bytes_before_each_entry():
    assert bundle([b"", b"abc"]) == b"\0\0\0\3abc"
    assert unbundle(bundle([b"x" * 65_535])) == ([b"x" * 65_535], b"")
    with pytest.raises(TileError, match="65,536 bytes; at most 65,535"):
        bundle([b"x" * 65_536])


@given(st.binary(max_size=60))
def test_no_bytes_do_more_than_leave_a_rest(raw):
    entries, rest = unbundle(raw)
    assert bundle(entries) + rest == raw
