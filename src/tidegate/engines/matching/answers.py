"""What is to be answered of an installed component: affected, not affected, or unknown and why.

This is the reference for one component and one advisory. What matches millions compares by columns
(`columns/`), what matches at the desk in tables; what several advisories come to is the desk's.

'Not affected' is an answer that has to be earned. It is given when the component has a place, every
range that names its package was read, and nothing about its package is in doubt. Where any of this
fails and no range holds the version, the answer is 'unknown' with its reason.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tidegate.engines.matching.advisories import Affected, Certainty, Slice
from tidegate.engines.matching.packages import Coordinate, Reason, Unplaced
from tidegate.engines.matching.ranges import slice_holding


class Answer(NamedTuple):
    """What one advisory says of one component."""

    certainty: Certainty
    reason: Reason | None = None
    """Why it is unknown; None for the other two."""
    words: str = ""
    """For people: which range holds it, or what is not known."""
    slice: Slice | None = None
    """The range that holds it, if it is affected."""
    is_prerelease_of_first_affected: bool = False
    """Whether it is not affected by the order alone: `2.0.0-rc.1`, where 2.0.0 introduced it."""


def answer(placed: Coordinate | Unplaced, affected: Affected) -> Answer:
    """Say whether a component is affected, after what one advisory says of its package.

    What is said of another package says nothing of this one: the caller asks of the same.
    """
    if isinstance(placed, Unplaced):
        return Answer(Certainty.UNKNOWN, placed.reason, placed.words)
    held = slice_holding(affected.slices, placed.key)
    if held is not None:
        return Answer(Certainty.AFFECTED, None, _range_words(held), held)
    if affected.unreadable:
        words = f"the advisory's {', '.join(affected.unreadable[:3])} cannot be read"
        return Answer(Certainty.UNKNOWN, Reason.UNPARSABLE_VERSION, words)
    if placed.doubt is not None:
        return Answer(Certainty.UNKNOWN, placed.doubt, _doubt_words(placed))
    early = any(is_prerelease_of(placed, one.introduced) for one in affected.slices)
    return Answer(Certainty.NOT_AFFECTED, is_prerelease_of_first_affected=early)


def is_prerelease_of(placed: Coordinate, version: str) -> bool:
    """Say whether a component is a pre-release of a version, which is a release itself.

    By the look of semantic versions and of Python's (PEP 440); of other orders it says no.
    """
    ecosystem = placed.package.ecosystem
    pattern = _PYTHON if ecosystem == "PyPI" else _SEMANTIC if ecosystem in _SEMANTICS else None
    if pattern is None:
        return False
    early, release = pattern.fullmatch(placed.version), pattern.fullmatch(version)
    return bool(early and release and early[2] and not release[2] and _same(early[1], release[1]))


_SEMANTICS: Final = frozenset({"npm", "Go", "crates.io", "NuGet", "Hex", "SwiftURL"})
_SEMANTIC: Final = re.compile(r"[vV=]?([0-9]{1,20}(?:\.[0-9]{1,20}){0,3})(-[^+]*)?(?:\+.*)?")
_PYTHON: Final = re.compile(
    r"[vV]?((?:0!)?[0-9]{1,20}(?:\.[0-9]{1,20}){0,20})"
    r"([-_.]?(?:a|b|c|rc|alpha|beta|pre|preview|dev)[-_.]?[0-9]*.*)?",
    re.IGNORECASE,
)


def _same(one: str, other: str) -> bool:
    """Say whether two releases are one: 2.0 is 2.0.0."""
    return re.sub(r"(\.0+)+$", "", one) == re.sub(r"(\.0+)+$", "", other)


def _doubt_words(placed: Coordinate) -> str:
    if placed.doubt is Reason.SOURCE_NOT_TOLD:
        return f"it is not told of which source package {placed.package.name} was built"
    return "its package is in doubt"


def _range_words(held: Slice) -> str:
    begins = "all versions" if held.introduced == "0" else f"from {held.introduced} on"
    if not held.ended:
        return f"{begins}, no fix known"
    if held.introduced == held.ended and not held.is_fixed:
        return held.introduced
    return f"{begins}, {'fixed in' if held.is_fixed else 'up to'} {held.ended}"
