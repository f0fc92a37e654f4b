"""Moves packages of a `package-lock.json`, versions 2 and 3, to other versions.

A version is changed where it stands, and with it `resolved` and `integrity` go: the hash of a
version that was never fetched here is not known, and npm fills both in. A package that something
else in the lock asks for in a range without the new version is left alone, and is named: npm would
refuse such a lock. What the new version itself depends on is not known offline, either; so the
patch is a beginning, and `npm install --package-lock-only` settles it.

From: https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from univers.version_range import NpmVersionRange
from univers.versions import SemverVersion

if TYPE_CHECKING:
    from tidegate.faces.operator.patching import Wanted

_FOLDER: Final = "node_modules/"
_ASKING: Final = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
_SETTLE: Final = (
    "hashes of versions that were never fetched here are not known, so `integrity` and `resolved`"
    " were left out; run `npm install --package-lock-only` to fill them in, and `npm ci` after it"
)


def patched_lock(text: str, wanted: Sequence[Wanted]) -> tuple[str, list[str]]:
    """Return the text of a lock with packages moved, and what it does not hold.

    The text comes back as it was where nothing can be done.
    """
    try:
        lock: Any = json.loads(text)
    except ValueError:
        return text, ["it is not JSON any more; nothing was changed"]
    written = _written(text, lock)
    if written is None:
        named = " ".join(f"{one.name}@{one.to}" for one in wanted)
        words = "it is not written as npm writes it, so a diff would change every line"
        return text, [f"{words}; run `npm install {named}`"]
    packages = lock.get("packages")
    if not isinstance(packages, dict):
        return text, ["it is of version 1; run `npm install --package-lock-only` and plan again"]
    notes: list[str] = []
    is_changed = False
    for one in wanted:
        for path, entry in packages.items():
            if not _is(path, entry, one):
                continue
            asking = next(_refusing(packages, path, one), None)
            if asking is not None:
                notes.append(
                    f"{one.name} at {path} stays at {one.was}: {asking} without {one.to}; raise"
                    " that first, or set it under `overrides` in package.json"
                )
                continue
            _move(entry, one)
            _move_in_tree(lock, path, one)
            is_changed = True
    if is_changed:
        notes.append(_SETTLE)
    indent, ending = written
    return json.dumps(lock, indent=indent, ensure_ascii=False) + ending, notes


def _written(text: str, lock: Any) -> tuple[Any, str] | None:
    """Return the indent and the end with which a text is written, if it is as npm does."""
    ending = text[len(text.rstrip()) :]
    for indent in (2, "\t", 4, 3, 1):
        if json.dumps(lock, indent=indent, ensure_ascii=False) == text.rstrip():
            return indent, ending
    return None


def _is(path: str, entry: Any, one: Wanted) -> bool:
    if not isinstance(entry, dict) or _FOLDER not in path or entry.get("link"):
        return False
    name = entry.get("name", path.rpartition(_FOLDER)[2])
    return isinstance(name, str) and name.lower() == one.name and entry.get("version") == one.was


def _move(entry: dict[str, Any], one: Wanted) -> None:
    entry["version"] = one.to
    for name in ("resolved", "integrity"):
        entry.pop(name, None)


def _move_in_tree(lock: dict[str, Any], path: str, one: Wanted) -> None:
    """Move it in the nested form as well, that version 2 has for older programs."""
    here: Any = lock
    for name in path.split(_FOLDER)[1:]:
        tree = here.get("dependencies") if isinstance(here, dict) else None
        here = tree.get(name.rstrip("/")) if isinstance(tree, dict) else None
    if isinstance(here, dict) and here is not lock and here.get("version") == one.was:
        _move(here, one)


def _refusing(packages: dict[str, Any], path: str, one: Wanted) -> Iterator[str]:
    """Yield who asks for a package in a range that the new version is not in."""
    name = path.rpartition(_FOLDER)[2]
    for other, entry in packages.items():
        if not isinstance(entry, dict) or _resolved(packages, other, name) != path:
            continue
        for kind in _ASKING:
            asked = entry.get(kind)
            range_ = asked.get(name) if isinstance(asked, dict) else None
            if isinstance(range_, str) and not _holds(range_, one.to):
                yield f"{other.rpartition(_FOLDER)[2] or 'package.json'} asks for {range_[:60]!r}"


def _resolved(packages: dict[str, Any], asking: str, name: str) -> str | None:
    """Return where a package at a path finds another one: in its own folder, or further up."""
    here = asking
    while True:
        path = f"{here}/{_FOLDER}{name}".lstrip("/")
        if path in packages:
            return path
        if not here:
            return None
        here = here.rpartition(_FOLDER)[0].rstrip("/")


def _holds(range_: str, version: str) -> bool:
    """Say whether a range of npm holds a version; one that cannot be read holds nothing."""
    if range_.strip() in ("", "*", "latest", version):
        return True
    try:
        asked = NpmVersionRange.from_native(range_.strip())  # type: ignore[no-untyped-call]
        return SemverVersion(version) in asked
    except Exception:  # noqa: BLE001 - univers raises whatever it comes upon in odd ranges
        return False
