"""CVSS vectors as CSAF's metrics.

From: CSAF 2.1, 3.2.4, Metrics, and the members that FIRST's schemas of CVSS require.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cvss import CVSS2, CVSS3, CVSS4, CVSSError  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator


def metrics_of(vectors: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Give the content of a metric for each vector: one of each version (6.1.7), none unscored."""
    versions: set[str] = set()
    for vector in vectors:
        version = vector.partition("/")[0]
        content = None if version in versions else _scored(vector)
        if content is not None:
            versions.add(version)
            yield content


def _scored(vector: str) -> dict[str, Any] | None:
    """Return the content of a metric, or None for a vector that has no score."""
    try:
        if vector.startswith("CVSS:2.0/"):
            bare = vector.removeprefix("CVSS:2.0/")
            score = float(CVSS2(bare).base_score)
            return {"cvss_v2": {"version": "2.0", "vectorString": bare, "baseScore": score}}
        is_fourth = vector.startswith("CVSS:4.0/")
        made = (CVSS4 if is_fourth else CVSS3)(vector)
        words = [made.severity] if is_fourth else made.severities()
        key = "cvss_v4" if is_fourth else "cvss_v3"
        return {
            key: {
                "version": vector[5:8],
                "vectorString": vector,
                "baseScore": float(made.base_score),
                "baseSeverity": str(words[0]).upper(),
            }
        }
    except (CVSSError, ValueError, ArithmeticError, LookupError):
        # As in `severities`: the library says CVSSError, the others would be slips of it.
        return None
