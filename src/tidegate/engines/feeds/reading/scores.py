"""Which score does a CVSS vector have? Recomputed, since published ones do not always agree."""

from __future__ import annotations

from typing import Final

from tidegate.engines.feeds.assertions import Json
from tidegate.engines.formats import severities

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


def score_of(vector: str) -> float | None:
    """Return the base score of a vector of CVSS 2, 3 or 4, or None for what is none.

    Feeds write version 2 without a prefix, and in parentheses at times.
    """
    if not vector.startswith(("CVSS:3", "CVSS:4")):
        vector = f"CVSS:2.0/{vector.removeprefix('CVSS:2.0/').strip('()')}"
    return severities.score_of(vector)


def version_of(vector: str) -> str:
    """Return the version of CVSS that a vector is written in: `4.0`, `3.1`, `3.0`, `2.0`."""
    prefix, _, rest = vector.partition("/")
    version = prefix.removeprefix("CVSS:")
    return version if rest and version in _VERSIONS else "2.0"
