"""What is public is what a folder of the log would hold, under the names that it has there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desks.ledger.ledgers import add, checkpoint, fill, published
from tidegate.desks.ledger.queries.heads import published_note
from tidegate.desks.ledger.queries.tiles import tile_file
from tidegate.engines.transparency.tiles import tiles_between

pytestmark = pytest.mark.django_db


def test_every_file_of_a_published_folder_is_served_too(tmp_path: Path):
    fill(300)
    published(tmp_path)
    names = [
        path.relative_to(tmp_path / "tile").as_posix()
        for path in (tmp_path / "tile").rglob("*")
        if path.is_file()
    ]
    assert len(names) == 5
    for name in names:
        assert tile_file(name) == (tmp_path / "tile" / name).read_bytes()


def test_a_partial_tile_of_an_earlier_size_is_served_still():
    fill(300)
    for size in (1, 44, 255, 257):
        for tile in tiles_between(0, size):
            assert tile_file(tile.path.removeprefix("tile/")) is not None


@pytest.mark.parametrize(
    "name",
    [
        "0/002", "0/001.p/45", "1/001", "1/000", "2/000.p/1", "0/000.p/0", "0/000.p/256",
        "0/000.p/007", "00/000", "0/0", "0/x000/000", "0/000/000", "64/000", "-1/000", "0/000.p/",
        "entries/001", "entries/001.p/45", "entries/../../key", "data/000", "", "0/٠٠٠",
        "0/x999/x999/x999/x999/x999/999", "0/x999/x999/x999/x999/x999/x999/999", "0/000\n",
    ],
)  # fmt: skip
def test_there_is_no_other_tile(name: str):
    fill(300)
    assert tile_file(name) is None


@given(st.text(alphabet="0159x/.p-entris ", max_size=24))
def test_no_name_is_an_error(name: str):
    assert tile_file(name) is None


def test_the_checkpoint_that_is_shown_is_the_newest_that_was_published(tmp_path: Path):
    assert published_note() == ""
    add(2)
    assert published_note().encode() == checkpoint()
    published(tmp_path)
    shown = checkpoint()
    add(1)
    assert published_note().encode() == shown
