"""A unified diff on files in memory, to the letter: nothing is guessed, nothing is run.

A hunk must find its lines exactly; only the line numbers may be off, as they are in a file that
grew above. There is no fuzz: a patch that fits by half is another patch than the one that was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class PatchError(Exception):
    """A change does not fit a file; the message names the file, the hunk and the reason."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """One block of a diff."""

    start: int
    """Line of the old file, from 1; 0 where the old file has no lines there."""
    old: tuple[bytes, ...]
    """The lines that have to be there, with their ends."""
    new: tuple[bytes, ...]
    """The lines that come in their place."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a diff does to one file."""

    path: str
    """Below the package's root, with `/`."""
    adds: bool
    removes: bool
    hunks: tuple[Hunk, ...]


def applied(change: Change, content: bytes | None) -> tuple[bytes | None, int]:
    """Return a file's content after a change, None if it goes, and the largest offset in lines.

    `content` is None for a file that is not there.

    Raises:
        PatchError: it does not fit.
    """
    if change.adds:
        if content is not None:
            raise PatchError(f"{change.path} is to be new, and is there already")
        return b"".join(line for hunk in change.hunks for line in hunk.new), 0
    if content is None:
        raise PatchError(f"{change.path} is not there")
    lines = _lines(content)
    made: list[bytes] = []
    done, shift, largest = 0, 0, 0
    for number, hunk in enumerate(change.hunks, 1):
        # A hunk that only inserts stands after the line that it names.
        wanted = hunk.start - 1 if hunk.old else hunk.start
        at = _place(lines, hunk.old, wanted + shift, done)
        if at is None:
            raise PatchError(
                f"hunk {number} of {change.path} (line {hunk.start}) does not find its lines"
            )
        shift = at - wanted
        largest = max(largest, abs(shift))
        made += [*lines[done:at], *hunk.new]
        done = at + len(hunk.old)
    rest = lines[done:]
    if change.removes:
        if made or rest:
            raise PatchError(f"{change.path} is to be removed, and holds more than the diff says")
        return None, largest
    return b"".join([*made, *rest]), largest


def _lines(content: bytes) -> list[bytes]:
    """Split at line feeds only, as diff does."""
    parts = content.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _place(lines: Sequence[bytes], old: Sequence[bytes], near: int, least: int) -> int | None:
    """Return where `old` stands, not before `least`: the place nearest to `near`."""
    if not old:
        return near if least <= near <= len(lines) else None
    last = len(lines) - len(old)
    for at in sorted(range(least, last + 1), key=lambda place: (abs(place - near), place)):
        if lines[at] == old[0] and list(lines[at : at + len(old)]) == list(old):
            return at
    return None
