"""Paths of names to a prototype, in whatever notation a text has them, rewritten by a table.

A path is found by one of the table's ways to a prototype (`__proto__`, `constructor.prototype`),
as it is written in one of its notations. It may then take another way, go on for longer, be
spelled otherwise, or be written in another notation. In JSON, the way is a nest of objects; in a
program, a list of names or a chain of brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tidegate.engines.reproduction.fixes.literals import Literal

_SEGMENT = "[\\w$\ue000-\uf8fe]"
_PATHS = 4


@dataclass(frozen=True, slots=True)
class _Found:
    """A way to a prototype, found in a body."""

    start: int
    end: int
    way: tuple[str, ...]
    notation: Mapping[str, str]
    first: bool
    """Whether it begins its path, so that its first name has no separator before it."""

    def written(self, names: Sequence[str], literal: Literal) -> str:
        """Return names in this notation, in place of the way."""
        return _joined(names, self.notation, literal, first=self.first)


def paths(literal: Literal, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each step of the table, and the body that it makes of a literal's."""
    body = literal.body
    for found in _ways(body, table)[:_PATHS]:
        for way in table["accessors"]:
            if tuple(way) != found.way:
                made = found.written(way, literal)
                yield f"by {'.'.join(way)}", body[: found.start] + made + body[found.end :]
        end, rest = _rest(body, found)
        for tail in table["tails"]:
            made = "".join(found.notation["next"].format(name) for name in tail)
            yield f"longer by {'.'.join(tail)}", body[:end] + made + body[end:]
        for notation in table["notations"]:
            if notation != found.notation and rest:
                made = _joined([*found.way, *rest], notation, literal, first=found.first)
                step = f"separated by {notation['separator']}"
                yield step, body[: found.start] + made + body[end:]
    for name, spellings in table["spellings"].items():
        for spelling in spellings if name in body else ():
            yield f"{name} as {spelling!r}", body.replace(name, literal.quoted(spelling))
    yield from _in_lists(literal, table)
    yield from _in_objects(literal, table)


def _ways(body: str, table: Mapping[str, Any]) -> list[_Found]:
    """Find the ways in a body: the longest first, none inside of another."""
    found: list[_Found] = []
    ways = sorted((tuple(way) for way in table["accessors"] if "" not in way), key=len)
    for way in reversed(ways):
        for notation in table["notations"]:
            for first in (True, False):
                text = _plain(way, notation, first=first)
                for match in re.finditer(re.escape(text), body):
                    one = _Found(match.start(), match.end(), way, notation, first)
                    if _fits(body, one) and not any(_overlap(one, other) for other in found):
                        found.append(one)
    return sorted(found, key=lambda one: one.start)


def _plain(names: Sequence[str], notation: Mapping[str, str], *, first: bool) -> str:
    begun = notation["first" if first else "next"].format(names[0])
    return begun + "".join(notation["next"].format(name) for name in names[1:])


def _joined(
    names: Sequence[str], notation: Mapping[str, str], literal: Literal, *, first: bool
) -> str:
    """Write names in a notation; the notation's own quotes are those of a text."""
    form = {key: literal.quoted(value) for key, value in notation.items()}
    return _plain(names, form, first=first)


def _fits(body: str, found: _Found) -> bool:
    """Tell whether a way stands for itself: no name goes on at its ends, and what follows fits."""
    before, after = body[: found.start], body[found.end :]
    separator = found.notation["separator"]
    if found.first:
        if re.search(_SEGMENT + r"$", before) or before.endswith((".", "[", "/", "'")):
            return False
    elif len(found.way) == 1 and separator == "[" and not before:
        return False
    if re.match(_SEGMENT, after) and not separator.startswith("_"):
        return False
    # Alone, one name is of any notation; what follows it says of which.
    return len(found.way) > 1 or not found.first or after.startswith(separator)


def _overlap(one: _Found, other: _Found) -> bool:
    return one.start < other.end and other.start < one.end


def _rest(body: str, found: _Found) -> tuple[int, list[str]]:
    """Return where the path ends, and the names that follow the way."""
    pattern = re.escape(found.notation["next"]).replace(r"\{\}", f"({_SEGMENT}+)")
    end, names = found.end, []
    while match := re.compile(pattern).match(body, end):
        names.append(match[1])
        end = match.end()
    return end, names


def _in_lists(literal: Literal, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield ways for a name that is a text of its own: in a list of names, or between brackets."""
    quote = literal.quote
    if len(quote) != 1:
        return
    for way in table["accessors"]:
        if tuple(way) != (literal.body,) and [literal.body] in table["accessors"]:
            for between, told in ((f"{quote}, {quote}", "listed"), (f"{quote}][{quote}", "nested")):
                yield f"by {'.'.join(way)}, {told}", between.join(way)


def _in_objects(literal: Literal, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield ways for `"__proto__": value`, as nested objects."""
    body = literal.body
    for match in re.finditer(r"(\\?[\"'])__proto__\1\s*:\s*", body):
        end = _value_end(body, match.end())
        if end is None:
            continue
        value, mark = body[match.end() : end], match[1]
        for way in table["accessors"]:
            if way != ["__proto__"]:
                made = value
                for number, name in enumerate(reversed(way), 1):
                    made = f"{mark}{name}{mark}: {made}"
                    made = "{" + made + "}" if number < len(way) else made
                yield f"by {'.'.join(way)}, in objects", body[: match.start()] + made + body[end:]


def _value_end(body: str, start: int) -> int | None:
    """Return where a JSON value ends that begins at `start`; None if it does not."""
    depth, at, inside = 0, start, False
    while at < len(body):
        sign = body[at]
        if sign == '"' and (at == 0 or body[at - 1] != "\\" or not inside):
            inside = not inside
        elif not inside and sign in "{[":
            depth += 1
        elif not inside and sign in "}]":
            if depth == 0:
                return at
            depth -= 1
            if depth == 0:
                return at + 1
        elif not inside and sign == "," and depth == 0:
            return at
        at += 1
    return None
