"""A patch, applied to a copy of what a release installs: in memory, and then in the cache.

Nothing is executed here, and nothing is written through a link.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.fixes.patching import Change, PatchError, applied
from tidegate.engines.reproduction.fixes.places import in_package, is_aside
from tidegate.engines.reproduction.fixes.reading import changes
from tidegate.engines.reproduction.fixes.values import Fix
from tidegate.engines.reproduction.packages import Installation

_LAYOUT = "fixed-1"
_MOST_CHANGED_BYTES = 16 << 20


class NotReleasedError(PatchError):
    """A diff changes what a release does not hold in that form: sources that are compiled."""


def patched(
    cache: Cache, fix: Fix, installation: Installation
) -> tuple[Installation, tuple[str, ...]]:
    """Return an installation whose target has a patch applied, and notes on how.

    Raises:
        NotReleasedError: it changes only what the release does not hold.
        PatchError: it does not apply.
    """
    target = next(bind for bind in installation.binds if bind.target in installation.target_roots)
    made, notes = _contents(changes(fix), target.source, installation)
    identity = [str(part) for part in target.source.parts[-3:]]
    for path, content in sorted(made.items()):
        identity += [path, hashlib.sha256(content).hexdigest() if content is not None else "-"]
    key = hashlib.sha256("\n".join(identity).encode()).hexdigest()
    tree = cache.tree(_LAYOUT, key, lambda folder: copy_with(target.source, folder, made))
    binds = tuple(
        replace(bind, source=tree) if bind is target else bind for bind in installation.binds
    )
    return replace(installation, binds=binds, note="patched"), notes


def copy_with(source: Path | None, folder: Path, made: Mapping[str, bytes | None]) -> None:
    """Fill a folder with a tree, if there is one, and exchange some files; None is one that goes.

    Nothing is written through a link: what stands in the way of a new file is taken out first.
    """
    if source is not None:
        shutil.copytree(source, folder, symlinks=True, dirs_exist_ok=True)
    folder.chmod(0o755)
    for path, content in made.items():
        place = folder
        *above, name = path.split("/")
        for part in above:
            place /= part
            if place.is_symlink() or (place.exists() and not place.is_dir()):
                raise PatchError(f"{path} does not lie in a folder of the package")
            place.mkdir(mode=0o755, exist_ok=True)
        shutil.rmtree(place / "__pycache__", ignore_errors=True)
        file = place / name
        mode = 0o755 if file.is_file() and file.stat().st_mode & 0o100 else 0o644
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
            file.chmod(mode)


def _contents(
    changed: Sequence[Change], root: Path, installation: Installation
) -> tuple[dict[str, bytes | None], tuple[str, ...]]:
    made: dict[str, bytes | None] = {}
    notes: list[str] = []
    total = 0
    for change in changed:
        path = in_package(change, root, installation.modules, python=bool(installation.search_path))
        if path is None:
            if not is_aside(change.path):
                raise NotReleasedError(
                    f"{change.path} is not among what the release installs; give a diff against"
                    " that, or a released version"
                )
            notes.append(f"{change.path} is not installed, so it was left out")
            continue
        if path in made:
            notes.append(f"{change.path} is for another Python, so it was left out")
            continue
        content = None if change.adds else _read(root, path)
        made[path], offset = applied(replace(change, path=path), content)
        total += len(made[path] or b"")
        if total > _MOST_CHANGED_BYTES:
            raise PatchError(f"it changes more than {_MOST_CHANGED_BYTES >> 20} MiB")
        if offset:
            notes.append(f"{change.path} fits {offset} lines from where the diff says")
    if not made:
        raise NotReleasedError("it changes nothing of what the release installs")
    return made, tuple(notes)


def _read(root: Path, path: str) -> bytes | None:
    place = root / path
    if any(above.is_symlink() for above in (place, *place.parents) if root in above.parents):
        raise PatchError(f"{path} is a link, which cannot be patched")
    if not place.is_file():
        return None
    if place.stat().st_size > _MOST_CHANGED_BYTES:
        raise PatchError(f"{path} is larger than {_MOST_CHANGED_BYTES >> 20} MiB")
    return place.read_bytes()
