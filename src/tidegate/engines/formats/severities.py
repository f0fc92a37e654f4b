"""How bad a finder says it is, in one word: from a CVSS vector, a score, or a word."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cvss import CVSS2, CVSS3, CVSS4, CVSSError  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterable

WORDS: Final = ("critical", "high", "medium", "low")
"""From the worst to the mildest."""

_SYNONYMS: Final = {"moderate": "medium", "important": "high"}

_LONGEST_WORD: Final = 100
_LONGEST_VECTOR: Final = 500
"""Characters; CVSS 4.0 with every metric has under 250."""


def word_of_vectors(vectors: Iterable[str]) -> str | None:
    """Return the word for the worst of some CVSS vectors; None if none of them has a score."""
    worst = highest_score(vectors)
    return None if worst is None else word_of_score(worst)


def highest_score(vectors: Iterable[str]) -> float | None:
    """Return the highest base score of some CVSS vectors; None if none of them has one."""
    scores = [score for score in map(score_of, vectors) if score is not None]
    return max(scores, default=None)


def word_of_score(score: float) -> str | None:
    """Return the word for a CVSS base score; None for 0 and for what is no score.

    From: CVSS v3.1, section 5, and CVSS v4.0, section 6: qualitative severity rating scale.
    """
    if not 0 < score <= 10:
        return None
    for least, word in ((9.0, "critical"), (7.0, "high"), (4.0, "medium")):
        if score >= least:
            return word
    return "low"


def word_of(text: str) -> str | None:
    """Return the word that a text is, however it is written; None for any other text."""
    word = text[:_LONGEST_WORD].strip().lower()
    word = _SYNONYMS.get(word, word)
    return word if word in WORDS else None


@lru_cache(maxsize=1 << 14)
def score_of(vector: str) -> float | None:
    """Return the base score of a vector that begins with `CVSS:`, or None."""
    if len(vector) > _LONGEST_VECTOR:
        return None
    try:
        if vector.startswith("CVSS:4"):
            return float(CVSS4(vector).base_score)
        if vector.startswith("CVSS:3"):
            return float(CVSS3(vector).base_score)
        if vector.startswith("CVSS:2.0/"):
            return float(CVSS2(vector.removeprefix("CVSS:2.0/")).base_score)
    except (CVSSError, ValueError, ArithmeticError, LookupError):
        # The library says CVSSError; the others would be slips of it on hostile text.
        return None
    return None
