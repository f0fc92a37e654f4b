"""Moves pins of a `requirements.txt` to other versions.

A pin is changed where it stands; its hashes go, since those of the new version are not known here.
pip then refuses a file in which other lines have hashes, which is right: it is said what makes them
anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tidegate.engines.formats.inventories.python_locks import normal_name

if TYPE_CHECKING:
    from tidegate.faces.operator.patching import Wanted

_PIN: Final = re.compile(
    r"(?P<head>\s*(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*===?\s*)"
    r"(?P<version>[A-Za-z0-9][A-Za-z0-9.!+_-]*)(?P<rest>.*)",
    re.DOTALL,
)
_HASH: Final = re.compile(r"\s*\\?\s*--hash[= ]\s*[A-Za-z0-9]+:[A-Za-z0-9=+/_-]+")
_HASHES_GONE: Final = (
    "hashes of versions that were never fetched here are not known, so they were left out; make"
    " them anew with `pip-compile --generate-hashes` or `uv pip compile --generate-hashes`, or pip"
    " refuses the file"
)


def patched_requirements(text: str, wanted: Sequence[Wanted]) -> tuple[str, list[str]]:
    """Return the text with pins moved, and what it does not hold."""
    moves = {(one.name, one.was): one for one in wanted}
    notes: list[str] = []
    changed: list[str] = []
    has_dropped = False
    for line in _logical_lines(text):
        match = _PIN.match(line)
        one = moves.get((normal_name(match["name"]), match["version"])) if match else None
        if match is None or one is None:
            changed.append(line)
            continue
        rest = _HASH.sub("", match["rest"])
        has_dropped = has_dropped or rest != match["rest"]
        changed.append(f"{match['head']}{one.to}{rest}")
    if has_dropped:
        notes.append(_HASHES_GONE)
    return "".join(changed), notes


def _logical_lines(text: str) -> list[str]:
    """Return lines, each with those that it goes on in after a backslash."""
    lines: list[str] = []
    is_open = False
    for line in text.splitlines(keepends=True):
        if is_open:
            lines[-1] += line
        else:
            lines.append(line)
        is_open = line.rstrip("\r\n").endswith("\\")
    return lines
