"""Words by which lists are narrowed, checked before a database is asked with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tidegate.desks.findings.queries.errors import FilterError

_LONGEST: Final = 200


def bounded(name: str, word: str) -> str:
    """Return a free text to look for, without the blanks around it.

    `name` is that of the filter.

    Raises:
        FilterError: it is too long, or holds what PostgreSQL takes in no text.
    """
    text = word.strip()
    if len(text) > _LONGEST or "\0" in text:
        raise FilterError(
            f"{name} cannot be looked for; write at most {_LONGEST} printable signs",
            parameter=name,
        )
    return text


def one_of(name: str, word: str, known: Iterable[str]) -> str:
    """Return a word that is one of the known ones; `name` is that of the filter.

    Raises:
        FilterError: it is none of them; the message names them all.
    """
    words = tuple(known)
    if word not in words:
        listed = ", ".join(words)
        raise FilterError(
            f"the {name} {word[:40]!r} is not known; known are {listed}", parameter=name
        )
    return word
