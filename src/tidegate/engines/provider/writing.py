"""Many files of one folder, changed together: all of them, or none, also after a crash.

What is new is first staged, in a folder beside this one that nobody serves, and flushed. Then a
journal says what goes where; from then on the change is decided. Files are moved into place one by
one, and the journal goes last. Whoever opens the folder next finishes what a journal still says,
and throws away what was staged without one.

A reader sees each file whole. Between two files it may see, for a moment, the new one and the old
one: so what refers to others is moved after them, in the order in which it was staged.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from tidegate.engines.formats.files import flush_folder, write_atomically

_STAGE: Final = "staged"
_JOURNAL: Final = "journal.json"
_LOCK: Final = "lock"

_MANY: Final = 100
"""Files from which on flushing the whole disk once is cheaper than flushing each."""


@contextmanager
def changes_of(folder: Path) -> Iterator[Changes]:
    """Open a folder for a change, one writer at a time; commit it when the block ends well.

    The folder is made if it is missing. Raises `OSError`; then everything is as it was, or, once
    the journal stands, will be finished by whoever opens the folder next.
    """
    folder.mkdir(parents=True, exist_ok=True)
    work_folder(folder).mkdir(mode=0o700, exist_ok=True)
    with (work_folder(folder) / _LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _finish(folder)
        made = Changes(folder)
        yield made
        made.commit()


def work_folder(folder: Path) -> Path:
    """Return where a folder's changes are prepared: on the same disk, and served to nobody."""
    return folder.with_name(f".{folder.name}-changes")


class Changes:
    """Files that will be written, moved over and removed together."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.touched: set[str] = set()
        """The names that were staged, or that would have been had they not been there already."""
        self._stage = work_folder(folder) / _STAGE
        self._moves: dict[str, str] = {}
        self._gone: list[str] = []

    def write(self, name: str, content: bytes) -> None:
        """Stage a file, by its path in the folder. One that has this content already is left."""
        self.touched.add(name)
        if name not in self._moves and _is(self.folder / name, content):
            return
        with self.staged(name) as file:
            file.write(content)

    @contextmanager
    def staged(self, name: str) -> Iterator[BinaryIO]:
        """Stage a file that is too large to be held: what is written here becomes its content."""
        self._stage.mkdir(exist_ok=True)
        self.touched.add(name)
        place = self._moves.setdefault(name, str(len(self._moves)))
        with (self._stage / place).open("wb") as file:
            yield file

    def read(self, name: str, most: int = -1) -> bytes | None:
        """Return a file as it will be, or that much of it; None if it is not there."""
        if not self.has(name):
            return None
        with self._place(name).open("rb") as file:
            return file.read(most)

    def has(self, name: str) -> bool:
        """Say whether a file will be there."""
        return self._place(name).is_file()

    def remove(self, name: str) -> None:
        """Remove a file, after all others were written."""
        self._gone.append(name)

    def _place(self, name: str) -> Path:
        return self._stage / self._moves[name] if name in self._moves else self.folder / name

    def commit(self) -> None:
        """Do it. Without anything staged, nothing happens."""
        gone = [name for name in self._gone if (self.folder / name).is_file()]
        if not self._moves and not gone:
            return
        if self._moves:
            _flush(self._stage, list(self._moves.values()))
        journal = {"moves": list(self._moves.items()), "gone": gone}
        write_atomically(work_folder(self.folder) / _JOURNAL, json.dumps(journal).encode())
        _finish(self.folder)


def _finish(folder: Path) -> None:
    journal, stage = work_folder(folder) / _JOURNAL, work_folder(folder) / _STAGE
    if journal.is_file():
        decided = json.loads(journal.read_bytes())
        touched: set[Path] = set()
        for name, place in decided["moves"]:
            target = folder / name
            if not target.parent.is_dir():
                target.parent.mkdir(parents=True, exist_ok=True)
            # What is not staged any more was moved before the crash.
            if (stage / place).is_file():
                (stage / place).replace(target)
            touched.add(target.parent)
        for name in decided["gone"]:
            (folder / name).unlink(missing_ok=True)
            touched.add((folder / name).parent)
        for parent in touched:
            if parent.is_dir():
                flush_folder(parent)
        journal.unlink()
    shutil.rmtree(stage, ignore_errors=True)


def _flush(stage: Path, places: list[str]) -> None:
    if len(places) > _MANY:
        os.sync()
    else:
        for place in places:
            with (stage / place).open("rb") as file:
                os.fsync(file.fileno())
    flush_folder(stage)


def _is(path: Path, content: bytes) -> bool:
    try:
        if path.stat().st_size != len(content):
            return False
        return path.read_bytes() == content
    except (FileNotFoundError, NotADirectoryError):
        return False
