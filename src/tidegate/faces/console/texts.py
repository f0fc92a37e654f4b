"""Text of strangers, made fit to be looked at: what hides or turns text around is written out.

Escaping for HTML keeps text from becoming markup. It does not keep it from lying: a right-to-left
override shows `gpj.exe` as `exe.jpg`, a zero-width sign makes two names look like one, a tower of
accents covers the lines around it. All of these are shown by their code points.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

MOST_WORDS: Final = 600
"""Words of each text that are compared; more would cost more than they tell."""

_ODD: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MOST_ACCENTS: Final = 3
_MOST_LISTED: Final = 64
_ODD_SIGN: Final = '<span class="odd-sign" title="{}">{}</span>'


def visible(text: str, *, lines: bool = False) -> SafeString:
    """Return text as HTML in which every sign can be seen; `lines` keeps tabs and line ends."""
    parts = _parts(text if lines else " ".join(text.splitlines()), "\n\t" if lines else "\t")
    return format_html(
        "<bdi>{}</bdi>",
        format_html_join(
            "",
            "{}",
            (
                (format_html(_ODD_SIGN, part.name, part.text) if part.name else part.text,)
                for part in parts
            ),
        ),
    )


def spelled(text: str) -> str:
    """Return text on one line in which every sign can be seen, where there is room for no HTML."""
    return "".join(part.text for part in _parts(" ".join(text.split()), ""))


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    name: str = ""
    """What it is that was written out; empty for what stands as it came."""


def _parts(text: str, kept: str) -> Iterator[_Part]:
    for kind, group in groupby(text, key=lambda sign: _kind(sign, kept)):
        signs = "".join(group)
        if kind == "plain" or (kind == "accent" and len(signs) <= _MOST_ACCENTS):
            yield _Part(signs)
        elif kind == "accent":
            yield _Part(f"+{len(signs)} combining marks", "a tower of combining marks")
        else:
            for sign in signs[:_MOST_LISTED]:
                name = unicodedata.name(sign, "control character").lower()
                yield _Part(f"U+{ord(sign):04X}", name)
            if len(signs) > _MOST_LISTED:
                yield _Part(f"and {len(signs) - _MOST_LISTED} more", "signs that cannot be seen")


def _kind(sign: str, kept: str) -> str:
    if sign in kept:
        return "plain"
    category = unicodedata.category(sign)
    if category in _ODD:
        return "odd"
    return "accent" if category in ("Mn", "Me") else "plain"


def differing(one: str, other: str) -> tuple[SafeString, SafeString]:
    """Return two texts with the words marked that only one of them has."""
    left, right = one.split()[:MOST_WORDS], other.split()[:MOST_WORDS]
    folded = [[word.casefold().strip(".,;:()`'\"") for word in words] for words in (left, right)]
    matcher = SequenceMatcher(None, folded[0], folded[1], autojunk=False)
    ours: list[tuple[SafeString]] = []
    theirs: list[tuple[SafeString]] = []
    for what, a, b, c, d in matcher.get_opcodes():
        wrapping = "{} " if what == "equal" else "<mark>{}</mark> "
        for words, into in ((left[a:b], ours), (right[c:d], theirs)):
            if words:
                into.append((format_html(wrapping, visible(" ".join(words))),))
    return format_html_join("", "{}", ours), format_html_join("", "{}", theirs)
