"""The lines of a unified difference, each with what it is; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_KINDS: Final = {"+": "add", "-": "del", "@": "at"}
_HEADS: Final = ("+++ ", "--- ", "diff ", "index ")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a difference, as it is shown."""

    kind: str
    """`add`, `del`, `at`, `file`, or nothing."""
    text: str


def lines_of(text: str) -> tuple[Line, ...]:
    """Return the lines of a unified difference; none of an empty text."""
    lines = text.rstrip("\n").split("\n") if text else ()
    return tuple(
        Line("file" if line.startswith(_HEADS) else _KINDS.get(line[:1], ""), line)
        for line in lines
    )
