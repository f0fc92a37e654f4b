"""Which format is this, and how do its records lie in the stream? Told by the first bytes.

Only the keys of the first record count, never the name of a file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.reports import Format
from tidegate.engines.formats.unpacking import is_compressed

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD_BYTES: Final = 1 << 20
"""How much of a stream is looked at."""

ACCEPTED: Final = (
    "native findings, OSV 1.7 or mantis findings, CSAF 2.1 vulnerability reports or VINCE cases"
    " (one JSON document, one record a line, or a JSON list), or a SARIF 2.1.0 document; each also"
    " as gzip, zstd, bzip2 or xz"
)

# Keys at the top of a record that speak for a format. `id` and `title` say nothing.
_DECIDING_KEYS: Final = {
    "runs": Format.SARIF,
    "schema": Format.FINDING,
    "affected": Format.OSV,
    "modified": Format.OSV,
    "code_paths": Format.MANTIS,
    "repro_status": Format.MANTIS,
    "document": Format.CSAF_REPORT,
    "get_case": Format.VINCE,
    "get_original_report": Format.VINCE,
    "vul_description": Format.VINCE,
}
_SPEAKING_KEYS: Final = {
    Format.FINDING: frozenset({"target", "effect", "pov", "weaknesses", "tlp", "embargo_until"}),
    Format.OSV: frozenset({"schema_version", "published", "withdrawn", "details", "summary"}),
    Format.MANTIS: frozenset(
        {
            "history",
            "impact",
            "mitigation",
            "production_viability",
            "reasoning",
            "repro_hints",
            "run_command",
            "mantis_risk_score",
        }
    ),
}

# What is often handed in by mistake, by its first bytes, with the mend.
_OTHERS: Final = (
    (b"PK\x03\x04", "a zip archive; unpack it and hand in the files"),
    (b"PK\x05\x06", "an empty zip archive; hand in the files themselves"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it and hand in the files"),
    (b"Rar!\x1a\x07", "a rar archive; unpack it and hand in the files"),
    (b"\xff\xfe", "UTF-16 text; save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text; save it as UTF-8"),
)
_SCHEMA_BYTES: Final = 4096
_TAR_MAGIC: Final = slice(257, 262)

# A text that the head cuts off goes to its end, so that no quote in it is tried again.
_TOKEN = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}:,]|[^\s"\[\]{}:,]++', re.DOTALL
)


class Shape(Enum):
    """How the records lie in the stream."""

    DOCUMENT = "one document"
    LINES = "one record a line"
    LIST = "a list of records"


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a stream holds."""

    format: Format
    shape: Shape


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """Why a stream is refused as a whole."""

    reason: str


def recognise(head: bytes, known: Format | None, *, whole: bool) -> Recognised | Unrecognised:
    """Tell the format, unless it is known, and the shape from a stream's first `HEAD_BYTES`.

    `whole` says that the stream ends there.
    """
    for magic, what in _OTHERS:
        if head.startswith(magic):
            return Unrecognised(f"is {what}")
    if head[_TAR_MAGIC] == b"ustar":
        return Unrecognised("is a tar archive; unpack it and hand in the files")
    if is_compressed(head):
        return Unrecognised("is compressed twice; unpack it once")
    text = head.lstrip(b" \t\r\n")
    if not text:
        return Unrecognised(f"is empty; hand in {ACCEPTED}")
    shape = _shape(text, whole=whole)
    found = known or _format(text, shape)
    if found is None:
        begins = shown(text[:40].decode("utf-8", "replace"))
        return Unrecognised(
            f"begins with {begins}, which is no format read here; hand in {ACCEPTED}"
        )
    if found is Format.SARIF:
        shape = Shape.DOCUMENT
    return Recognised(found, shape)


def _shape(text: bytes, *, whole: bool) -> Shape:
    if text.startswith(b"["):
        return Shape.LIST
    if not text.startswith(b"{"):
        return Shape.LINES
    first, _, rest = text.partition(b"\n")
    if not rest.strip(b" \t\r\n"):
        return Shape.DOCUMENT if whole else Shape.LINES
    if _is_whole_object(first):
        return Shape.LINES
    # A damaged first line, or a document over several: there a line of its own is no object.
    second = rest.lstrip(b" \t\r\n").partition(b"\n")[0]
    return Shape.LINES if _is_whole_object(second) else Shape.DOCUMENT


def _is_whole_object(line: bytes) -> bool:
    depth = 0
    ended = False
    for token in _tokens(line):
        if ended or (depth == 0 and token != b"{"):
            return False
        if token in (b"{", b"["):
            depth += 1
        elif token in (b"}", b"]"):
            depth -= 1
            ended = depth == 0
    return ended


def _format(text: bytes, shape: Shape) -> Format | None:
    """Tell the format by the keys of the first record that has any that speak for one."""
    for piece in text.split(b"\n") if shape is Shape.LINES else [text]:
        keys = [key.decode("latin-1") for key in _keys(piece, 2 if shape is Shape.LIST else 1)]
        for key in keys:
            if key in _DECIDING_KEYS:
                return _DECIDING_KEYS[key]
        if "$schema" in keys and b"sarif" in piece[:_SCHEMA_BYTES].lower():
            return Format.SARIF
        votes = {found: len(words.intersection(keys)) for found, words in _SPEAKING_KEYS.items()}
        best = max(votes, key=lambda found: votes[found])
        if votes[best]:
            return best
    return None


def _keys(text: bytes, depth: int) -> Iterator[bytes]:
    """Give the keys of the first object at a depth, as they are written."""
    level = 0
    before = b""
    begun = False
    for token in _tokens(text):
        if token in (b"{", b"["):
            level += 1
            begun = begun or level == depth
        elif token in (b"}", b"]"):
            level -= 1
            if begun and level < depth:
                return
        elif token == b":" and level == depth and before.startswith(b'"'):
            yield before[1:-1]
        before = token


def _tokens(text: bytes) -> Iterator[bytes]:
    return (match.group() for match in _TOKEN.finditer(text))
