"""What a text is made of, as far as it is compared: its words, and the names of code in it.

A text is a stranger's. It is cut to `MAX_CHARACTERS`, read once by patterns that cannot go back
(each is one class of characters), and what is longer than a name ever is is passed over.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tidegate.engines.similarity.lexicon import SHORT_FORMS

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CHARACTERS: Final = 8_000
"""What of a title and text is read; a description is told in less."""
MAX_WORDS: Final = 160
"""Different words that are kept, the first ones; a longer list would only match more by chance."""
MAX_NAMES: Final = 32
_MAX_CHUNK: Final = 80

_CHUNK: Final = re.compile(r"[^\s\"'`(),;<>\[\]{}|=*!?]+")
_LETTERS: Final = re.compile(r"[A-Za-z0-9]+")
_CASE_CHANGE: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_STEM_LENGTH: Final = 6

_SUFFIXES: Final = (
    "ization", "ations", "ation", "ating", "ated", "ates", "ate", "ities", "ity", "ions", "ion",
    "ings", "ing", "edly", "ies", "ied", "ers", "ed", "es", "er", "ly", "s", "e",
)  # fmt: skip
_LEAST_STEM: Final = 3

_EMPTY_TEXT: Final = """
a all allow allowed allows an and any are as at be been by can com could did do does for from github
had has have http https if in into is it its may might no not of on or org other some such than that
the then this to use used using via was were when where which who will with would www
"""
_EMPTY_WORDS: Final = frozenset(_EMPTY_TEXT.split())


def content_words(text: str, without: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return the stems of a text, in order, each with the word that it was first seen as.

    `without` are stems to pass over, such as those of the package's name. Numbers and versions
    are passed over, too: every telling of a bug has other ones.
    """
    found: dict[str, str] = {}
    for chunk in _chunks(text):
        for whole, stemmed, word in _words_of(chunk):
            if stemmed not in found and stemmed not in without and whole not in without:
                found[stemmed] = word
                if len(found) == MAX_WORDS:
                    return found
    return found


def names_in(text: str, without: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return the names of code in a text (`setKey`, `lib/index.js`, `Proxy-Authorization`).

    The key is what is compared, in lower case and without what leads to it; the value is the name
    as it was written. Names that consist of words of `without` only are passed over.
    """
    found: dict[str, str] = {}
    for chunk in _chunks(text):
        if _is_name(chunk):
            name = last_part(chunk)
            if len(name) > _LEAST_STEM and not _consists_of(name, without):
                found.setdefault(name.lower(), name)
                if len(found) == MAX_NAMES:
                    return found
    return found


def last_part(name: str) -> str:
    """Return what a path, a dotted or a scoped name ends in; a file keeps its ending."""
    part = name.replace("::", "/").replace("#", "/").rsplit("/", 1)[-1]
    head, dot, tail = part.rpartition(".")
    is_file = bool(dot) and tail.islower() and len(tail) <= _LEAST_STEM + 1 and "." not in head
    return part if is_file or not dot else tail


@lru_cache(maxsize=1 << 15)
def stem(word: str) -> str:
    """Return what words of one family share: without one English ending, and at most 6 letters."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _LEAST_STEM:
            return word[: -len(suffix)][:_STEM_LENGTH]
    return word[:_STEM_LENGTH]


def stems_of(name: str) -> frozenset[str]:
    """Return the stems of a package's name, in one word and in its parts."""
    found = [one for chunk in _chunks(name) for one in _words_of(chunk)]
    return frozenset(one for whole, stemmed, _ in found for one in (whole, stemmed))


def _chunks(text: str) -> Iterator[str]:
    for found in _CHUNK.finditer(text[:MAX_CHARACTERS]):
        chunk = found[0].strip(".:-_/#~&")
        if chunk and len(chunk) <= _MAX_CHUNK:
            yield chunk


@lru_cache(maxsize=1 << 14)
def _words_of(chunk: str) -> tuple[tuple[str, str, str], ...]:
    """Return each word with the stem of what it was written in, and its own: `setKey` has two."""
    found: list[tuple[str, str, str]] = []
    for written in _LETTERS.findall(chunk):
        whole = written.lower()
        parts = [whole] if whole in SHORT_FORMS else _CASE_CHANGE.sub(" ", written).lower().split()
        for part in parts:
            if len(part) > 1 and part not in _EMPTY_WORDS and not _is_number(part):
                words = SHORT_FORMS.get(part, (part,))
                found.extend((stem(whole), stem(word), word) for word in words)
    return tuple(found)


def _is_number(word: str) -> bool:
    """Whether it is a number, a version or a digest, and tells nothing of the bug."""
    return word[0].isdigit() or 2 * sum(map(str.isdigit, word)) >= len(word)


@lru_cache(maxsize=1 << 14)
def _is_name(chunk: str) -> bool:
    if not (chunk.isascii() and chunk.isprintable()) or "://" in chunk:
        return False
    if _is_number(chunk.replace(".", "")):
        return False
    inner = chunk[1:]
    return (
        "_" in inner
        or "::" in inner
        or "/" in inner
        or "." in inner
        or _CASE_CHANGE.search(chunk) is not None
        or ("-" in inner and inner.lower() != inner)
    )


def _consists_of(name: str, stems: frozenset[str]) -> bool:
    return all(stem(word) in stems for word in _LETTERS.findall(name.lower()))
