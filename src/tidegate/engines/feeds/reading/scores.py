"""Which score does a CVSS vector have? Recomputed, since published ones do not always agree."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cvss import CVSS2, CVSS3, CVSS4, CVSSError  # type: ignore[import-untyped]

from tidegate.engines.feeds.assertions import Json

_LONGEST_VECTOR: Final = 500
"""Characters; CVSS 4.0 with every metric has under 250."""
_VERSIONS: Final = ("4.0", "3.1", "3.0")


def compared(vector: str, published: float | None) -> dict[str, Json]:
    """Return a vector, its published score, the recomputed one, and whether the two agree."""
    recomputed = score_of(vector)
    are_there = published is not None and recomputed is not None
    return {
        "vector": vector,
        "published": published,
        "recomputed": recomputed,
        # Scores have one digit after the point (CVSS v3.1, 7.4; v4.0, 8.2).
        "agrees": round(published or 0, 1) == recomputed if are_there else None,
    }


@lru_cache(maxsize=1 << 14)
def score_of(vector: str) -> float | None:
    """Return the base score of a vector of CVSS 2, 3 or 4, or None for what is none."""
    if len(vector) > _LONGEST_VECTOR:
        return None
    try:
        if vector.startswith("CVSS:4"):
            return float(CVSS4(vector).base_score)
        if vector.startswith("CVSS:3"):
            return float(CVSS3(vector).base_score)
        return float(CVSS2(vector.removeprefix("CVSS:2.0/").strip("()")).base_score)
    except (CVSSError, ValueError, ArithmeticError, LookupError):
        # The library says CVSSError; the others would be slips of it on hostile text.
        return None


def version_of(vector: str) -> str:
    """Return the version of CVSS that a vector is written in: `4.0`, `3.1`, `3.0`, `2.0`."""
    prefix, _, rest = vector.partition("/")
    version = prefix.removeprefix("CVSS:")
    return version if rest and version in _VERSIONS else "2.0"
