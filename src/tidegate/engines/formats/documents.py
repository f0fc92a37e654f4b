"""How a JSON document of unknown origin becomes a value: strictly, and within bounds.

Whoever wrote the document may be hostile, so size, nesting and the number of values are bounded
before the parser sees them, and whatever two readers might understand differently is refused:
repeated keys, NaN and the infinities, numbers that a double cannot hold, text that is not
Unicode. What is left has exactly one RFC 8785 form, and so exactly one digest.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import rfc8785

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_BYTES: Final = 64 << 20
"""Largest document, in bytes."""

MAX_DEPTH: Final = 64
"""Deepest nesting of objects and lists."""

MAX_VALUES: Final = 10_000
"""Most values in one document; a finding that fills every bound of its schema has under 2,000."""

MAX_TEXT: Final = 1_398_104
"""Longest single text, in characters: the longest that the schema of findings allows anywhere."""

TOO_LARGE: Final = "larger than {} MiB; split it or leave things out"
"""The reason for a refusal by size; takes the bound."""

# From: RFC 8785, 3.2.2.3 and RFC 7493, 2.2: integers that every IEEE 754 double holds exactly.
_MAX_INTEGER: Final = 2**53 - 1
_LONGEST_NUMBER: Final = 400

# Possessive, so that an unclosed or escape-ridden text costs one pass and no stack.
# One that is never closed goes to the end: there the parser fails, so nothing after it counts.
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a document: the place and a reason that names the mend."""

    field: str
    """Such as `target.purl` or `pov.files['poc.js']`; empty for the whole document."""
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document."""

    value: Any


def parse(
    raw: bytes,
    *,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_values: int = MAX_VALUES,
    max_text: int = MAX_TEXT,
) -> Document | Fault:
    """Parse one JSON document, or say why it is refused; never raises for any bytes."""
    if len(raw) > max_bytes:
        return Fault("", TOO_LARGE.format(max_bytes >> 20))
    if not raw.strip(b" \t\r\n"):
        return Fault("", "empty; write a JSON object")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return Fault("", f"not UTF-8 at byte {error.start + 1}; save it as UTF-8")
    if fault := _out_of_bounds(raw, max_depth, max_values):
        return fault
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_Unfit,
        )
    except json.JSONDecodeError as error:
        place = f"column {error.colno}"
        if error.lineno > 1:
            place = f"line {error.lineno} {place}"
        return Fault("", f"not JSON at {place} ({error.msg}); mend it there")
    return _unfit(value, (), max_text) or Document(value)


def sha256_of(value: Any) -> str:
    """Return the SHA-256, in hex, over the RFC 8785 form of a value that `parse` returned."""
    return hashlib.sha256(canonical(value)).hexdigest()


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 form of a value that `parse` returned."""
    if not _is_plain(value):
        return rfc8785.dumps(value)
    # The same bytes, some ten times as quickly: the RFC departs from what `json` writes only in
    # fractions (3.2.2.3) and in the order of keys beyond U+FFFF (3.2.3).
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def member_forms(value: dict[str, Any]) -> dict[str, bytes]:
    """Return the RFC 8785 form of each member of an object, in the order of keys of its 3.2.3.

    For many objects that share all but one member: what they share is written once.
    """
    keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
    return {key: b"%b:%b" % (canonical(key), canonical(value[key])) for key in keys}


def object_form(forms: dict[str, bytes], key: str, value: Any) -> bytes:
    """Return the RFC 8785 form of an object, with another value for one of its members."""
    changed = b"%b:%b" % (canonical(key), canonical(value))
    return b"{%b}" % b",".join((forms | {key: changed}).values())


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return "".join(value).isascii() and all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return not isinstance(value, float)


def field_path(path: Iterable[str | int]) -> str:
    """Write a place in a document the way errors name it: `pov.files['a b'].base64`."""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            written += f".{part}" if written else part
        else:
            written += f"[{shown(part)}]"
    return written


def shown(value: Any, limit: int = 60) -> str:
    """Write a value from a document so that it is safe on a terminal and short."""
    if isinstance(value, str):
        # repr escapes control, format and surrogate characters; a terminal obeys some of them.
        return repr(value if len(value) <= limit else value[: limit - 1] + "…")
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return json.dumps(value)


def _out_of_bounds(raw: bytes, max_depth: int, max_values: int) -> Fault | None:
    """Count brackets and commas outside of texts, without building anything."""
    bare = _TEXT.sub(b"", raw)
    depth = 0
    values = 1
    for match in _BRACKET.finditer(bare):
        if match.group() in b"[{":
            depth += 1
            values += 1
            if depth > max_depth:
                return Fault("", f"nested more than {max_depth} deep; flatten it")
            if values > max_values:
                break
        else:
            depth -= 1
    if values + bare.count(b",") > max_values:
        return Fault("", f"more than {max_values:,} values; split it or leave things out")
    return None


@dataclass(frozen=True, slots=True)
class _Unfit:
    """Stands where a number was that JSON or a double cannot hold."""

    text: str


class _Repeated(dict[str, Any]):
    """An object in which a key came twice."""

    key: str


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    repeated = _Repeated(value)
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            repeated.key = key
            break
        seen.add(key)
    return repeated


def _integer(text: str) -> int | _Unfit:
    if len(text) > _LONGEST_NUMBER:
        return _Unfit(text)
    number = int(text)
    return number if abs(number) <= _MAX_INTEGER else _Unfit(text)


def _float(text: str) -> float | _Unfit:
    if len(text) > _LONGEST_NUMBER:
        return _Unfit(text)
    number = float(text)
    return number if math.isfinite(number) else _Unfit(text)


def _unfit(value: Any, path: tuple[str | int, ...], max_text: int) -> Fault | None:
    """Find the first thing that the parser let pass and that has no single meaning."""
    if isinstance(value, _Unfit):
        return Fault(
            field_path(path),
            f"{shown(value.text, 40)} is a number that not every reader can hold;"
            " write it as text, or use a number that a double holds exactly",
        )
    if isinstance(value, str):
        return _unfit_text(value, path, max_text)
    if isinstance(value, dict):
        if isinstance(value, _Repeated):
            field = field_path((*path, value.key))
            return Fault(field, "comes twice in the same object; keep one")
        for key, member in value.items():
            place = (*path, key)
            if fault := _unfit_text(key, place, max_text) or _unfit(member, place, max_text):
                return fault
    if isinstance(value, list):
        for index, member in enumerate(value):
            if fault := _unfit(member, (*path, index), max_text):
                return fault
    return None


def _unfit_text(text: str, path: tuple[str | int, ...], max_text: int) -> Fault | None:
    if len(text) > max_text:
        return Fault(field_path(path), f"has {len(text):,} characters; at most {max_text:,}")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            return Fault(
                field_path(path),
                f"holds half a character (a lone surrogate, U+{ord(text[error.start]):04X});"
                " write the whole character, or the bytes in base64",
            )
    return None
