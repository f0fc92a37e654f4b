"""Files that are there as a whole or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tidegate.engines.formats.files import write_atomically, write_new

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_written_and_replaced(tmp_path):
    path = tmp_path / "receipt.json"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_what_was_there_stays_when_the_writing_is_broken_off(tmp_path, monkeypatch, error):
    path = tmp_path / "receipt.json"
    write_atomically(path, b"one")

    def broken(_):
        raise error

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(error):
        write_atomically(path, b"two")
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_the_mode_is_narrowed_by_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "a", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_a_link_is_replaced_and_its_goal_left_alone(tmp_path):
    goal = tmp_path / "goal"
    goal.write_bytes(b"untouched")
    link = tmp_path / "link"
    link.symlink_to(goal)
    write_atomically(link, b"new")
    assert goal.read_bytes() == b"untouched"
    assert not link.is_symlink()


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "missing" / "a", b"")


def test_a_new_file_never_replaces_one(tmp_path):
    path: Path = tmp_path / "a"
    path.write_bytes(b"one")
    with pytest.raises(FileExistsError):
        write_new(path, b"two", mode=0o600)
    assert path.read_bytes() == b"one"
