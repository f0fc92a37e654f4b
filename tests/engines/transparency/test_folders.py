"""A log as a folder: what is published can be read, and a reader never finds half of it."""

import pytest

from tests.engines.transparency.logs import LOG, Ledger, rows_of
from tidegate.engines.transparency import LogFolder, open_checkpoint, sign_checkpoint, verify
from tidegate.engines.transparency.errors import TileError
from tidegate.engines.transparency.tiles import Tile, tiles_between, unbundle


def publish(ledger, folder, old, new):
    folder.publish(
        old,
        new,
        source=ledger.hashes,
        rows=rows_of(ledger.leaves),
        checkpoint=sign_checkpoint(ledger.head_at(new), LOG),
    )


def names(path):
    return {str(one.relative_to(path)) for one in path.rglob("*") if one.is_file()}


def test_a_log_is_laid_out_as_the_specification_says(tmp_path):
    Ledger(300).publish(tmp_path)
    assert names(tmp_path) == {
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/44",
    }


def test_a_log_that_grew_in_steps_is_sound_at_each(tmp_path):
    ledger, folder = Ledger(520), LogFolder(tmp_path)
    for old, new in [(0, 3), (3, 255), (255, 256), (256, 511), (511, 520)]:
        publish(ledger, folder, old, new)
        head = open_checkpoint(folder.read_checkpoint() or b"", [LOG.key]).head
        assert head == ledger.head_at(new)
        assert verify(rows_of(ledger.leaves[:new]), head, folder=folder)


def test_partial_tiles_go_when_their_full_tile_is_there(tmp_path):
    ledger, folder = Ledger(260), LogFolder(tmp_path)
    publish(ledger, folder, 0, 200)
    publish(ledger, folder, 200, 250)
    assert {"tile/0/000.p/200", "tile/0/000.p/250"} <= names(tmp_path)
    publish(ledger, folder, 250, 260)
    assert names(tmp_path) == {"checkpoint"} | {
        name
        for tile in tiles_between(0, 260)
        for name in ([tile.path, tile.entries_path] if tile.level == 0 else [tile.path])
    }


def test_who_holds_an_older_checkpoint_reads_the_full_tile_in_place_of_the_partial(tmp_path):
    ledger = Ledger(260)
    folder = ledger.publish(tmp_path)
    assert len(folder.read_tile(Tile(0, 0, 100))) == 3200
    assert unbundle(folder.read_bundle(Tile(0, 0, 100))) == (ledger.leaves[:100], b"")
    assert folder.read_tile(Tile(0, 2, 1)) is None
    assert folder.read_bundle(Tile(0, 2, 1)) is None
    assert verify(rows_of(ledger.leaves[:100]), ledger.head_at(100), folder=folder)


def test_publishing_again_changes_nothing(tmp_path):
    ledger = Ledger(300)
    folder = ledger.publish(tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}
    publish(ledger, folder, 0, 300)
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before


def test_the_old_checkpoint_stands_when_the_new_tiles_cannot_be_written(tmp_path):
    ledger, folder = Ledger(300), LogFolder(tmp_path)
    publish(ledger, folder, 0, 200)
    with pytest.raises(TileError, match="too few rows"):
        folder.publish(
            200,
            300,
            source=ledger.hashes,
            rows=rows_of(ledger.leaves[:299]),
            checkpoint=ledger.checkpoint,
        )
    assert verify(rows_of(ledger.leaves[:200]), ledger.head_at(200), folder=folder)
    assert open_checkpoint(folder.read_checkpoint() or b"", [LOG.key]).head.size == 200


def test_a_folder_of_nothing_has_nothing(tmp_path):
    folder = LogFolder(tmp_path / "none")
    assert folder.read_checkpoint() is None
    assert folder.read_tile(Tile(0, 0, 1)) is None


def test_a_folder_in_the_place_of_a_file_is_no_file(tmp_path):
    (tmp_path / "checkpoint").mkdir()
    assert LogFolder(tmp_path).read_checkpoint() is None


def test_a_file_of_any_size_is_read_up_to_a_bound(tmp_path):
    (tmp_path / "checkpoint").write_bytes(b"x" * (3 << 20))
    assert len(LogFolder(tmp_path).read_checkpoint() or b"") == (1 << 20) + 1
