"""Where the texts in a program are: the literals that a mutation may rewrite, and how to put them.

Only texts are ever varied, never code: a program that calls another function is another claim, not
a variant of this one. Names of modules and of the contract's variables are left alone as well.

A scanner, not a parser: it passes over comments and finds quoted texts of Python and JavaScript,
template literals among them. Of a regular expression that holds a quote it may make a text; such a
mutant does not run, and counts for nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HOLE_SIGNS = range(0xE000, 0xF8FF)  # private use: no proof needs them
_PYTHON_OPENING = re.compile(r"(?<![\w])([A-Za-z]{0,2})('''|\"\"\"|'|\")")
_JAVASCRIPT_OPENING = re.compile(r"()(['\"`])")
_PYTHON_HOLES = re.compile(r"%\([\w]+\)[sdr]|%[sdr]|\{[\w.!:]*\}")
_MODULE_BEFORE = re.compile(r"(?:\brequire\s*\(|\bimport\s*\(?|\bfrom|\bimport_module\s*\()\s*$")
_MOST_LITERALS = 400


@dataclass(frozen=True, slots=True)
class Literal:
    """One text in a program; `start` and `end` are those of what stands between its quotes."""

    start: int
    end: int
    quote: str
    raw: bool
    body: str
    """The source between the quotes; each hole, such as `${name}` or `%s`, is one private sign."""
    holes: tuple[str, ...]
    """The source of each hole, in order."""

    @property
    def before(self) -> int:
        """Where its opening quote stands."""
        return self.start - len(self.quote)

    def written(self, body: str) -> str | None:
        """Return a body as source again; None if a hole stands where it must not."""
        made = []
        for sign in body:
            place = ord(sign) - _HOLE_SIGNS.start
            if 0 <= place < len(_HOLE_SIGNS):
                if place >= len(self.holes):
                    return None
                made.append(self.holes[place])
            else:
                made.append(sign)
        return "".join(made)

    def quoted(self, text: str) -> str:
        """Return a plain text as it is written between these quotes."""
        if self.raw:
            return text
        text = text.replace("\\", "\\\\")
        if len(self.quote) == 1 and self.quote != "`":
            text = text.replace("\n", "\\n").replace("\r", "\\r")
        if self.quote == "`":
            text = text.replace("${", "\\${")
        return text.replace(self.quote[0], "\\" + self.quote[0])


def literals(source: str, language: str) -> list[Literal]:
    """Return the texts of a program that may be varied, in order."""
    python = language == "python"
    opening = _PYTHON_OPENING if python else _JAVASCRIPT_OPENING
    found: list[Literal] = []
    at = 0
    while at < len(source) and len(found) < _MOST_LITERALS:
        if skipped := _comment(source, at, python=python):
            at = skipped
            continue
        match = opening.match(source, at)
        if match is None:
            at += 1
            continue
        quote, prefix = match[2], match[1].lower()
        start = match.end()
        end = _closing(source, start, quote)
        if end is None:
            at = start
            continue
        literal = _literal(source, start, end, quote, prefix, python=python)
        at = end + len(quote)
        if literal is not None:
            found.append(literal)
    return found


def _comment(source: str, at: int, *, python: bool) -> int | None:
    """Return where a comment that begins here ends."""
    if python:
        begins, ends = source[at] == "#", "\n"
    elif source.startswith("/*", at):
        begins, ends = True, "*/"
    else:
        begins, ends = source.startswith("//", at), "\n"
    if not begins:
        return None
    end = source.find(ends, at + 1)
    return len(source) if end < 0 else end + len(ends)


def _closing(source: str, start: int, quote: str) -> int | None:
    at = start
    while at < len(source):
        if source[at] == "\\":
            at += 2
        elif source.startswith(quote, at):
            return at
        elif quote == "`" and source.startswith("${", at):
            at = _end_of_hole(source, at)
        elif source[at] == "\n" and quote in ("'", '"'):
            return None
        else:
            at += 1
    return None


def _end_of_hole(source: str, at: int) -> int:
    depth = 0
    for place in range(at + 1, len(source)):
        depth += (source[place] == "{") - (source[place] == "}")
        if depth == 0:
            return place + 1
    return len(source)


def _literal(
    source: str, start: int, end: int, quote: str, prefix: str, *, python: bool
) -> Literal | None:
    text = source[start:end]
    opened = start - len(quote) - len(prefix)
    if "TIDEGATE_" in re.sub(r"\$\{[^}]*\}", "", text) or _MODULE_BEFORE.search(
        source[max(0, opened - 40) : opened]
    ):
        return None
    holes: list[str] = []

    def hole(part: str) -> str:
        holes.append(part)
        return chr(_HOLE_SIGNS.start + len(holes) - 1)

    if python:
        body = _PYTHON_HOLES.sub(lambda found: hole(found[0]), text)
    elif quote == "`":
        body, at = "", 0
        while (found := text.find("${", at)) >= 0:
            after = _end_of_hole(text, found)
            body += text[at:found] + hole(text[found:after])
            at = after
        body += text[at:]
    else:
        body = text
    return Literal(start, end, quote, "r" in prefix, body, tuple(holes))


def is_hole(sign: str) -> bool:
    """Tell whether a sign of a body stands for a hole."""
    return ord(sign) in _HOLE_SIGNS
