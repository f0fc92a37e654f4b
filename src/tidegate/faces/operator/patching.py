"""Which lines of a lock file are to be changed? As a unified diff, where it can be made offline.

`package-lock.json` (versions 2 and 3) and `requirements.txt` are patched. What cannot be known
without the registry is not invented: a new version's hash and address are left out, and it is said
what fills them in. `uv.lock` and `poetry.lock` name a hash for every file, and are whole only if
their own tool writes them: the command is given instead.

Paths in a diff are relative to one folder, which is told beside it: where the command was run, if
all files are below it; else the one that holds them all. `patch` takes no absolute ones, and `git
apply` passes over what is outside of its work tree without a word.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tidegate.engines.matching.ecosystems import ecosystem_named
from tidegate.engines.matching.versions import version_key
from tidegate.faces.operator.installed import Installed
from tidegate.faces.operator.patching_npm import patched_lock
from tidegate.faces.operator.patching_requirements import patched_requirements
from tidegate.faces.operator.planning import Doing, Item, Plan

_COMMANDS: Final = {
    "uv-lock": "uv lock --upgrade-package {name}=={version}",
    "poetry-lock": "poetry update {name}",
}
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_ESCAPES: Final = {
    ord(sign): f"\\{letter}" for sign, letter in zip('\a\b\t\n\v\f\r"\\', 'abtnvfr"\\', strict=True)
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A package that is to be moved from one version to another."""

    name: str
    was: str
    to: str


@dataclass(frozen=True, slots=True)
class Patch:
    """What is to be changed in one file."""

    path: str
    """As it is said to people: relative if it is below where the command was run."""
    folder: str
    """Where the paths of the diff begin."""
    diff: str
    """Empty where none can be made."""
    notes: tuple[str, ...]
    """What the diff does not hold, and what to run for it."""


def patches(plan: Plan, read: Sequence[Installed], here: Path) -> tuple[Patch, ...]:
    """Return the patches of a plan's files; `here` is the folder where the command was run."""
    wanted = {}
    for one in read:
        if moves := _wanted([item for item in plan.items if item.path == str(one.path)]):
            wanted[_whole(one.path, here)] = (one, moves)
    folder = folder_of(list(wanted), here)
    return tuple(_patch(one, moves, place, folder, here) for place, (one, moves) in wanted.items())


def folder_of(places: Sequence[Path], here: Path) -> Path:
    """Return the folder that paths in a diff of these files are relative to; all are absolute."""
    if all(place.is_relative_to(here) for place in places):
        return here
    return Path(os.path.commonpath([place.parent for place in places]))


def _wanted(items: Iterable[Item]) -> tuple[Wanted, ...]:
    """Return each package's move, once; several advisories may ask for one, the highest counts."""
    moves: dict[tuple[str, str], Item] = {}
    for item in items:
        if item.change.doing is not Doing.UPGRADE:
            continue
        key = (item.package.name, item.version)
        if key not in moves or _key(item) > _key(moves[key]):
            moves[key] = item
    return tuple(
        Wanted(name, version, item.change.to) for (name, version), item in sorted(moves.items())
    )


def _key(item: Item) -> bytes:
    known = ecosystem_named(item.package.ecosystem)
    assert known is not None
    return version_key(known.order, item.change.to)


def _patch(
    one: Installed, wanted: Sequence[Wanted], place: Path, folder: Path, here: Path
) -> Patch:
    kind = one.inventory.format
    path = str(place.relative_to(here) if place.is_relative_to(here) else place)
    if kind in _COMMANDS:
        runs = tuple(
            f"run `{_COMMANDS[kind].format(name=each.name, version=each.to)}`"
            f" (from {each.was} to {each.to})"
            for each in wanted
        )
        return Patch(path, str(folder), "", (f"only its own tool can write {path}:", *runs))
    if kind not in ("package-lock", "requirements"):
        told = tuple(
            f"{each.name}: change {each.was} to {each.to} where it is built" for each in wanted
        )
        return Patch(path, str(folder), "", (f"{path} is an inventory, and no lock file:", *told))
    try:
        before = one.raw.decode("utf-8")
    except UnicodeDecodeError:
        return Patch(
            path,
            str(folder),
            "",
            (f"{path} is compressed or not UTF-8; patch the file it is made of",),
        )
    after, notes = (
        patched_lock(before, wanted)
        if kind == "package-lock"
        else patched_requirements(before, wanted)
    )
    lines = difflib.unified_diff(
        _lines(before),
        _lines(after),
        _header(f"a/{place.relative_to(folder).as_posix()}"),
        _header(f"b/{place.relative_to(folder).as_posix()}"),
    )
    return Patch(path, str(folder), "".join(_ended(line) for line in lines), tuple(notes))


def _lines(text: str) -> list[str]:
    """Return lines as `patch` counts them: what else Python takes for an end is within a line."""
    return _LINE.findall(text)


def _header(name: str) -> str:
    """Return a file's name as git writes it into a diff: quoted, where more than a name is in it.

    A newline in the name of a folder would end the line, and what follows be read as the name of
    another file, and as what is to be written there.

    From: git's `core.quotePath`, https://git-scm.com/docs/git-config
    """
    raw = os.fsencode(name)
    if all(0x20 <= sign < 0x7F and sign not in b'"\\' for sign in raw):
        # The tab ends a name with blanks in it; without one, `patch` may take its end for a date.
        return f"{name}\t" if " " in name else name
    return '"' + "".join(_ESCAPES.get(sign) or _quoted(sign) for sign in raw) + '"'


def _quoted(sign: int) -> str:
    return chr(sign) if 0x20 <= sign < 0x7F else f"\\{sign:03o}"


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _whole(path: Path, here: Path) -> Path:
    """Return a path from the root on, without steps up; links in it stay."""
    return Path(os.path.normpath(here / path))
