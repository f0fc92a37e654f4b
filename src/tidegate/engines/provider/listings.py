"""The two lists of a directory of CSAF documents: `index.txt` and `changes.csv`.

Both hold a line for every document, as the standard asks (CSAF 2.0, 7.1.12 and 7.1.13), so they
grow with the number of documents: about 30 and 60 bytes for each. A change of one document touches
one line, and copies the others as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tidegate.engines.provider.documents import SiteError, Version, instant

INDEX: Final = "index.txt"
CHANGES: Final = "changes.csv"

_FEW: Final = 50
"""Lines up to which each is put in by itself, and the others are only copied."""


def indexed(old: bytes, names: list[str]) -> bytes:
    """Return an index with these names in it; new ones come last. Sorted by nothing else."""
    there = set(old.split(b"\n")) if len(names) > _FEW else None
    whole = b"\n" + old
    new = []
    for name in dict.fromkeys(names):
        line = name.encode()
        if (line in there) if there is not None else (b"\n%b\n" % line in whole):
            continue
        new.append(line + b"\n")
    return old + b"".join(new)


def without(index: bytes, gone: set[str]) -> bytes:
    """Return an index without these names."""
    return b"".join(
        line + b"\n" for line in index.split(b"\n") if line and line.decode() not in gone
    )


def changed(old: bytes, released: Mapping[str, str], gone: set[str], version: Version) -> bytes:
    """Return a list of changes, the latest first, in which these documents have these dates.

    Args:
        old: the list as it is.
        released: by its name, the `current_release_date` of each document as it is written in it.
        gone: names that are taken out.
        version: 2.0 quotes its fields, 2.1 does not.

    Raises:
        SiteError: the old list is damaged.
    """
    quote = '"' if version is Version.V20 else ""
    beginnings = {name: f"{quote}{name}{quote},".encode() for name in (*released, *gone)}
    for name in gone:
        old = _taken_out(old, beginnings[name], at_start=True)
    lines = {
        beginnings[name]: beginnings[name] + f"{quote}{date}{quote}\n".encode()
        for name, date in released.items()
    }
    return latest_first(old, lines, at_start=True)


def latest_first(old: bytes, lines: Mapping[bytes, bytes], *, at_start: bool) -> bytes:
    """Put lines into a list that is sorted by its dates, the latest first.

    Args:
        old: the list; each line is a name and a date with a comma between.
        lines: the new lines by how each is known: by what it begins with, or ends with. The line
            that is known so already is replaced.
        at_start: whether the name stands first in a line; else the date does.

    Raises:
        SiteError: a line has no date.
    """
    if len(lines) > _FEW:
        everything = [
            line for line in old.splitlines(True) if _known_by(line, at_start) not in lines
        ]
        everything += lines.values()
        everything.sort(key=lambda line: _order(line, at_start))
        return b"".join(everything)
    for name, line in lines.items():
        old = _inserted(_taken_out(old, name, at_start=at_start), line, at_start=at_start)
    return old


def released(changes: bytes, name: str) -> str:
    """Return the date that a list of changes has for a document; empty without one."""
    for written in (f'"{name}",', f"{name},"):
        for start in ("\n" + written, written):
            at = changes.find(start.encode())
            if at == 0 or (at > 0 and start.startswith("\n")):
                rest = changes[at + len(start) :]
                return rest.split(b"\n", 1)[0].strip(b'"\r').decode("ascii", "replace")
    return ""


def dates(changes: bytes) -> dict[str, str]:
    """Return the date of each document by its name. Raises `SiteError`."""
    found = {}
    for line in changes.decode("utf-8", "replace").split("\n"):
        if not line:
            continue
        name, comma, date = line.replace('"', "").strip("\r").partition(",")
        if not comma:
            raise SiteError(f"{CHANGES} has the line {line[:60]!r}; rebuild the folder")
        found[name] = date
    return found


def _known_by(line: bytes, at_start: bool) -> bytes:
    """Return what a line is known by, with the comma."""
    first, comma, last = line.partition(b",")
    return first + comma if at_start else comma + last


def _taken_out(raw: bytes, name: bytes, *, at_start: bool) -> bytes:
    """Return a list without the line that begins, or ends, like this."""
    if at_start:
        at = 0 if raw.startswith(name) else raw.find(b"\n" + name) + 1
        if at == 0 and not raw.startswith(name):
            return raw
        return raw[:at] + raw[raw.index(b"\n", at) + 1 :]
    end = raw.find(name)
    if end < 0:
        return raw
    return raw[: raw.rfind(b"\n", 0, end) + 1] + raw[end + len(name) :]


def _inserted(raw: bytes, line: bytes, *, at_start: bool) -> bytes:
    """Return a list with a line in its place, which is found by halving."""
    order = _order(line, at_start)
    low, high = 0, len(raw)
    while low < high:
        begin = raw.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = raw.index(b"\n", begin) + 1
        if _order(raw[begin:end], at_start) < order:
            low = end
        else:
            high = begin
    return raw[:low] + line + raw[low:]


def _order(line: bytes, at_start: bool) -> tuple[float, str]:
    name, _, date = line.decode("utf-8", "replace").replace('"', "").strip().partition(",")
    if not at_start:
        name, date = date, name
    try:
        return -instant(date).timestamp(), name
    except ValueError as error:
        raise SiteError(f"a list gives {name[:80]} the date {date[:40]!r}; rebuild it") from error
