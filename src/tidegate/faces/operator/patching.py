"""Which lines of a lock file are to be changed? As a unified diff, where it can be made offline.

`package-lock.json` (versions 2 and 3) and `requirements.txt` are patched. What cannot be known
without the registry is not invented: a new version's hash and address are left out, and it is said
what fills them in. `uv.lock` and `poetry.lock` name a hash for every file, and are whole only if
their own tool writes them: the command is given instead.
"""

from __future__ import annotations

import difflib
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
    diff: str
    """Empty where none can be made."""
    notes: tuple[str, ...]
    """What the diff does not hold, and what to run for it."""


def patches(plan: Plan, read: Sequence[Installed], here: Path) -> tuple[Patch, ...]:
    """Return the patches of a plan's files; paths below a folder are shown relative to it."""
    found = []
    for one in read:
        items = [item for item in plan.items if item.path == str(one.path)]
        wanted = _wanted(items)
        if wanted:
            found.append(_patch(one, wanted, _shown(one.path, here)))
    return tuple(found)


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


def _patch(one: Installed, wanted: Sequence[Wanted], path: str) -> Patch:
    kind = one.inventory.format
    if kind in _COMMANDS:
        runs = tuple(
            f"run `{_COMMANDS[kind].format(name=each.name, version=each.to)}`"
            f" (from {each.was} to {each.to})"
            for each in wanted
        )
        return Patch(path, "", (f"only its own tool can write {path}:", *runs))
    if kind not in ("package-lock", "requirements"):
        told = tuple(
            f"{each.name}: change {each.was} to {each.to} where it is built" for each in wanted
        )
        return Patch(path, "", (f"{path} is an inventory, and no lock file:", *told))
    try:
        before = one.raw.decode("utf-8")
    except UnicodeDecodeError:
        return Patch(
            path, "", (f"{path} is compressed or not UTF-8; patch the file it is made of",)
        )
    after, notes = (
        patched_lock(before, wanted)
        if kind == "package-lock"
        else patched_requirements(before, wanted)
    )
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        f"a/{path}",
        f"b/{path}",
    )
    return Patch(path, "".join(_ended(line) for line in lines), tuple(notes))


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _shown(path: Path, here: Path) -> str:
    try:
        return path.relative_to(here).as_posix()
    except ValueError:
        return path.as_posix().lstrip("/")
