"""Mandatory tests of scores and weaknesses.

From: CSAF 2.0 and 2.1, section 6.1; the numbers stand in `mandatory`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cvss import CVSS2, CVSS3, CVSS4, CVSSError  # type: ignore[import-untyped]

from tidegate.engines.formats.advisories.csaf.views import Fault, Score, View
from tidegate.engines.formats.advisories.csaf.weaknesses import enumeration, weakness


def doubled_scores(view: View) -> Iterator[Fault]:
    """Find products with two scores of one CVSS version by one source."""
    seen: set[tuple[str, ...]] = set()
    for score in view.scores():
        kind = score.kind if view.edition == "2.1" else str(score.content.get("version"))
        for product in score.products:
            key = (score.vulnerability, product, kind, score.source)
            if key in seen:
                yield Fault(score.place, f"{product!r} has two scores of {kind}; keep one")
            seen.add(key)


def wrong_scores(view: View) -> Iterator[Fault]:
    """Find scores and their words that are not those of their vector."""
    return _differing(view, are_scores=True)


def inconsistent_scores(view: View) -> Iterator[Fault]:
    """Find members of a score that differ from its vector."""
    return _differing(view, are_scores=False)


def wrong_weaknesses(view: View) -> Iterator[Fault]:
    """Find weaknesses that are none, or have another name; of the version that is shipped."""
    for place, one in view.vulnerabilities:
        found = [(f"{place}/cwe", one["cwe"])] if "cwe" in one else []
        found += [(f"{place}/cwes/{at}", entry) for at, entry in enumerate(one.get("cwes", ()))]
        for at, entry in found:
            known = weakness(entry["id"])
            if entry.get("version", enumeration()) != enumeration():
                continue
            if known is None:
                yield Fault(at, f"{entry['id']} is no weakness that is known; remove it")
            elif known.name != entry["name"]:
                yield Fault(f"{at}/name", f"{entry['id']} is called {known.name!r}")


def _differing(view: View, *, are_scores: bool) -> Iterator[Fault]:
    for score in view.scores():
        for name, value in _computed(score).items():
            stated = score.content.get(name)
            if name.endswith(("Score", "Severity")) != are_scores or stated is None:
                continue
            if not _is_same(stated, value):
                words = f"{stated!r} is not what the vector has; that is {value!r}"
                yield Fault(f"{score.place}/{name}", words)


def _computed(score: Score) -> dict[str, Any]:
    """Return the members that a vector has, as FIRST's schemas name them."""
    vector = score.content.get("vectorString", "")
    try:
        if score.kind == "cvss_v2":
            return _with_scores(CVSS2(vector).as_json())
        if score.kind == "cvss_v3":
            return _with_scores(CVSS3(vector).as_json())
        made = CVSS4(vector)
        # The other members of CVSS 4.0 have other names in the library.
        word = str(made.severity).upper()
        return {"version": "4.0", "baseScore": float(made.base_score), "baseSeverity": word}
    except (CVSSError, ValueError, ArithmeticError, LookupError):
        # As in `severities`: the library says CVSSError, the others would be slips of it.
        return {}


def _with_scores(members: dict[str, Any]) -> dict[str, Any]:
    return {key: float(value) if key.endswith("Score") else value for key, value in members.items()}


def _is_same(stated: Any, computed: Any) -> bool:
    if isinstance(stated, int | float) and isinstance(computed, float):
        return abs(float(stated) - computed) < 0.01
    return bool(stated == computed)
