"""The list of changes: what came, in order, so that a client reads only what it has not seen.

    changes/latest.json    {"lines": 32, "segment": 3, "sequence": 66}
    changes/000001.json    sequences 1 to 32, one change a line; full, never changed again
    changes/000003.json    sequences 65 and 66; lines are only ever added to it

A line is `{"at": ..., "path": ..., "sequence": ..., "sha256": ..., "what": ...}`. Whoever holds all
up to a sequence reads `wanted(sequence, latest)`, and of these what `after` returns. `latest.json`
names the sequence that the updates are at; a client that is told of a lower one than it has seen
was told something old.

Everything here is pure; the bytes come from the repository, where TUF has vouched for them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from tidegate.engines.formats.documents import Fault, parse, shown
from tidegate.engines.updates.errors import ChangeListError

LATEST_PATH: Final = "changes/latest.json"

LINES: Final = 32
"""In a full segment. What a client fetches for one change is up to this many lines of 200 bytes."""

MOST_LINES: Final = 256
"""In a segment that is read."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_PATH: Final = re.compile(r"[a-z]{1,20}(?:/[A-Za-z0-9][A-Za-z0-9._@+-]{0,199}){1,3}")
_LONGEST_PATH: Final = 300
_LONGEST_LINE: Final = 1024
_MOST_SEGMENTS: Final = 999_999


class What(StrEnum):
    """What became of a target."""

    PUBLISHED = "published"
    REVISED = "revised"
    WITHDRAWN = "withdrawn"
    """An advisory stays, and says itself that it is withdrawn; of other targets nothing stays."""
    RESTRICTED = "restricted"
    """It is encrypted; whoever has a key tries it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the list."""

    sequence: int
    """From 1, without gaps."""
    at: datetime
    """In UTC, to the second: when it was published."""
    path: str
    """Of the target, such as `advisories/TG-2026-k3m9q2x4.json`."""
    sha256: str
    """Of the target's bytes as they are from then on; of the last ones, if nothing of it stays."""
    what: What


@dataclass(frozen=True, slots=True)
class News:
    """A change that has no place in the list yet."""

    path: str
    sha256: str
    what: What


@dataclass(frozen=True, slots=True)
class Latest:
    """Where the list ends."""

    sequence: int
    """Of the last change; 0 for a list that has none."""
    segment: int
    """The number of the segment that it is in; 1 for a list that has none."""
    lines: int = LINES
    """In each segment before that one."""


@dataclass(frozen=True, slots=True)
class Appended:
    """What has to be written so that the list has some more changes."""

    latest: Latest
    segments: Mapping[int, bytes]
    """By number, the whole new content of each that has new lines; all but the last are full."""
    changes: tuple[Change, ...]


EMPTY: Final = Latest(0, 1)


def segment_path(number: int) -> str:
    """Return the path of a segment: `changes/000003.json`."""
    return f"changes/{number:06}.json"


def wanted(held: int, latest: Latest) -> range:
    """Return the numbers of the segments with what came after the sequence `held`.

    Raises:
        ChangeListError: `held` is beyond the end of the list: what is told is older than what is
            held.
    """
    if held < 0 or held > latest.sequence:
        raise ChangeListError(
            f"the list of changes ends at {latest.sequence}, before {held}, which is held already;"
            " somebody shows an old state: fetch again from another mirror"
        )
    if held == latest.sequence:
        return range(0)
    return range(held // latest.lines + 1, latest.segment + 1)


def after(changes: Sequence[Change], held: int) -> tuple[Change, ...]:
    """Return those that came after the sequence `held`."""
    return tuple(change for change in changes if change.sequence > held)


def append(latest: Latest, last_segment: bytes, news: Sequence[News], at: datetime) -> Appended:
    """Return the list with more changes at its end; `last_segment` is the content of that segment.

    Raises:
        ChangeListError: `last_segment` is not the one that `latest` names; the list is full; or
            something in `news` cannot stand in a line.
    """
    held = read_segment(last_segment, latest.segment, latest) if latest.sequence else ()
    if not latest.sequence and last_segment:
        raise ChangeListError("the list has no changes, but its first segment is not empty")
    changes = tuple(
        Change(latest.sequence + number, _second(at), one.path, one.sha256, one.what)
        for number, one in enumerate(news, 1)
    )
    segments: dict[int, list[Change]] = {latest.segment: list(held)} if changes else {}
    for change in changes:
        segments.setdefault((change.sequence - 1) // latest.lines + 1, []).append(change)
    # A last segment that was full already has no new lines.
    written = {
        number: b"".join(map(_line, lines))
        for number, lines in segments.items()
        if lines and lines[-1].sequence > latest.sequence
    }
    if max(written, default=0) > _MOST_SEGMENTS:
        raise ChangeListError("the list of changes is full; begin a new repository")
    ends = Latest(
        latest.sequence + len(changes), max(written, default=latest.segment), latest.lines
    )
    return Appended(ends, written, changes)


def write_latest(latest: Latest) -> bytes:
    """Return the content of `changes/latest.json`."""
    said = {"lines": latest.lines, "segment": latest.segment, "sequence": latest.sequence}
    return _json(said)


def read_latest(raw: bytes) -> Latest:
    """Read `changes/latest.json`.

    Raises:
        ChangeListError: it is no such file, or contradicts itself.
    """
    said = _object(raw, LATEST_PATH, {"sequence", "segment", "lines"})
    numbers = [said["sequence"], said["segment"], said["lines"]]
    if not all(type(number) is int for number in numbers):
        raise ChangeListError(f"{LATEST_PATH} does not hold three whole numbers")
    sequence, segment, lines = numbers
    if not 1 <= lines <= MOST_LINES:
        raise ChangeListError(f"{LATEST_PATH} has {lines} lines in a segment; 1 to {MOST_LINES}")
    if sequence < 0 or segment != max(1, -(-sequence // lines)) or segment > _MOST_SEGMENTS:
        raise ChangeListError(
            f"{LATEST_PATH} contradicts itself: {sequence} is not in segment {segment}"
        )
    return Latest(sequence, segment, lines)


def read_segment(raw: bytes, number: int, latest: Latest) -> tuple[Change, ...]:
    """Read one segment of the list that ends at `latest`.

    Raises:
        ChangeListError: it is no such file, or a line of it is missing, out of order or too much.
    """
    name = segment_path(number)
    if len(raw) > MOST_LINES * _LONGEST_LINE:
        raise ChangeListError(f"{name} is larger than {MOST_LINES * _LONGEST_LINE >> 10} KiB")
    first = (number - 1) * latest.lines + 1
    last = min(number * latest.lines, latest.sequence)
    lines = raw.split(b"\n")
    if lines.pop() or len(lines) != max(0, last - first + 1):
        raise ChangeListError(f"{name} has not the lines {first} to {last}, each with its newline")
    found = tuple(_change(line, f"{name} line {n}") for n, line in enumerate(lines, 1))
    if [change.sequence for change in found] != list(range(first, last + 1)):
        raise ChangeListError(f"{name} does not count from {first} to {last}")
    return found


def is_path(path: str) -> bool:
    """Say whether a text can be a target's path: it needs no quoting and leads nowhere else."""
    return len(path) <= _LONGEST_PATH and ".." not in path and bool(_PATH.fullmatch(path))


def _change(line: bytes, place: str) -> Change:
    said = _object(line, place, {"sequence", "at", "path", "sha256", "what"})
    sequence, at, path, sha256, what = (
        said[name] for name in ("sequence", "at", "path", "sha256", "what")
    )
    if type(sequence) is not int:
        raise ChangeListError(f"{place}: the sequence is not a whole number")
    if not isinstance(path, str) or not is_path(path):
        raise ChangeListError(f"{place}: {shown(path)} is no path of a target")
    if not isinstance(sha256, str) or not _DIGEST.fullmatch(sha256):
        raise ChangeListError(f"{place}: sha256 is not 64 digits of lower-case hex")
    try:
        when = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except (TypeError, ValueError) as error:
        raise ChangeListError(f"{place}: {shown(at)} is no time in UTC") from error
    if what not in set(What):
        # A word that comes later must not be passed over: it may say that something is gone.
        raise ChangeListError(f"{place}: {shown(what)} is not known here; bring the client up")
    return Change(sequence, when, path, sha256, What(what))


def _object(raw: bytes, place: str, names: set[str]) -> dict[str, Any]:
    parsed = parse(raw, max_bytes=_LONGEST_LINE, max_values=16)
    if isinstance(parsed, Fault):
        raise ChangeListError(f"{place}: {parsed.field or 'it is'} {parsed.reason}")
    if not isinstance(parsed.value, dict) or not names <= set(parsed.value):
        raise ChangeListError(f"{place} is not an object with {', '.join(sorted(names))}")
    return parsed.value


def _line(change: Change) -> bytes:
    if not is_path(change.path) or not _DIGEST.fullmatch(change.sha256):
        raise ChangeListError(
            f"{shown(change.path)} with {shown(change.sha256, 20)} cannot stand in the list: a path"
            " has parts of A-Z a-z 0-9 . _ @ + - between slashes, a digest 64 digits of hex"
        )
    return _json(
        {
            "at": f"{change.at:%Y-%m-%dT%H:%M:%SZ}",
            "path": change.path,
            "sequence": change.sequence,
            "sha256": change.sha256,
            "what": change.what.value,
        }
    )


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"
