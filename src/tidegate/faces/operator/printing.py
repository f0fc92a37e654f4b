"""Tables and JSON for people and programs; nothing of what came can move a terminal's cursor."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

_NARROWEST: Final = 8
_GAP: Final = "  "


def say(*lines: str) -> None:
    """Print sentences, folded to the width of the terminal."""
    width = _width()
    for line in lines:
        sys.stdout.write(
            textwrap.fill(plain(line), width, break_on_hyphens=False, break_long_words=False) + "\n"
        )


def complain(*lines: str) -> None:
    """Print sentences to stderr."""
    for line in lines:
        sys.stderr.write(
            textwrap.fill(plain(line), 100, break_on_hyphens=False, break_long_words=False) + "\n"
        )


def say_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table that fits the terminal; cells that are too long go on below."""
    cells = [[plain(cell) for cell in row] for row in rows]
    natural = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    widths = _fitted(natural, _width() - len(_GAP) * (len(heads) - 1))
    for row in (list(heads), ["-" * width for width in widths], *cells):
        wrapped = [
            textwrap.wrap(cell, width, break_on_hyphens=False) or [""]
            for cell, width in zip(row, widths, strict=True)
        ]
        for at in range(max(map(len, wrapped))):
            parts = [cell[at] if at < len(cell) else "" for cell in wrapped]
            line = _GAP.join(part.ljust(width) for part, width in zip(parts, widths, strict=True))
            sys.stdout.write(line.rstrip() + "\n")


def say_json(document: Mapping[str, Any]) -> None:
    """Print one document on one line."""
    sys.stdout.write(json.dumps(as_data(document), ensure_ascii=True) + "\n")


def as_data(value: Any) -> Any:
    """Return a value as JSON data; a dataclass is the object of its fields."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: as_data(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): as_data(one) for name, one in value.items()}
    if hasattr(value, "_asdict"):
        return as_data(value._asdict())
    if isinstance(value, (list, tuple)):
        return [as_data(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, (date, Path)):
        return str(value)
    return value


def counted(number: int, one: str, more: str) -> str:
    """Return how many there are, with the right word: `1 advisory`, `2,000 advisories`."""
    return f"{number:,} {one if number == 1 else more}"


def plain(text: str) -> str:
    """Return a text without what a terminal obeys."""
    return "".join("?" if unicodedata.category(sign).startswith("C") else sign for sign in text)


def _width() -> int:
    return max(60, min(200, shutil.get_terminal_size((100, 24)).columns))


def _fitted(natural: list[int], room: int) -> list[int]:
    """Return widths that fit: the widest columns give way first."""
    widths = list(natural)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widest = widths.index(max(widths))
        widths[widest] -= 1
    return widths
