"""Many files change together, or none, also when the writer is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidegate.engines.provider import writing
from tidegate.engines.provider.writing import changes_of, work_folder


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    here = tmp_path / "public"
    with changes_of(here) as changes:
        changes.write("a", b"old")
        changes.write("b/c", b"old")
        changes.write("gone", b"old")
    return here


class Killed(BaseException):
    """Nobody catches it, as nobody catches SIGKILL."""


def change(folder: Path) -> None:
    with changes_of(folder) as changes:
        changes.write("a", b"new")
        changes.write("b/c", b"new")
        changes.write("d/e", b"new")
        changes.remove("gone")


NEW = {"a": "new", "b/c": "new", "d/e": "new"}
OLD = {"a": "old", "b/c": "old", "gone": "old"}


def test_a_change_is_there_as_a_whole(folder: Path):
    change(folder)
    assert contents(folder) == NEW


def test_a_block_that_fails_changes_nothing(folder: Path):
    def half(folder: Path) -> None:
        with changes_of(folder) as changes:
            changes.write("a", b"new")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        half(folder)
    assert contents(folder) == OLD


@pytest.mark.parametrize("moved", range(4))
def test_a_writer_killed_at_any_move_leaves_all_or_nothing_to_the_next(
    folder: Path, moved: int, monkeypatch: pytest.MonkeyPatch
):
    replace, left = Path.replace, [moved]

    def killed(self: Path, target: Path) -> Path:
        # The journal's own move is not counted: it is what decides.
        if self.parent.name == "staged":
            if left[0] == 0:
                raise Killed
            left[0] -= 1
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        if moved < 3:
            with pytest.raises(Killed):
                change(folder)
        else:
            change(folder)
    with changes_of(folder):
        pass
    assert contents(folder) == NEW
    assert not (work_folder(folder) / "journal.json").exists()


def test_a_writer_killed_before_the_journal_has_changed_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(writing, "write_atomically", killed)
        with pytest.raises(Killed):
            change(folder)
    with changes_of(folder):
        pass
    assert contents(folder) == OLD


def test_a_file_that_has_its_content_already_is_left_alone(folder: Path):
    before = (folder / "a").stat()
    with changes_of(folder) as changes:
        changes.write("a", b"old")
    assert (folder / "a").stat().st_ino == before.st_ino


def test_what_is_read_is_what_was_staged(folder: Path):
    with changes_of(folder) as changes:
        assert changes.read("a") == b"old"
        changes.write("a", b"new")
        assert changes.read("a") == b"new"
        assert changes.read("not there") is None
