"""What is to be answered of an installed component: affected, not affected, or unknown and why.

This is the reference: it takes one component and the advisories of one vulnerability, and compares.
What matches millions does the same with columns (`columns/`) and is tested against this.

'Not affected' is an answer that has to be earned. It is given when the component has a place, every
range that names its package was read, nothing about its package is in doubt, and the feed is fresh.
Where any of this fails and no range holds the version, the answer is 'unknown' with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from tidegate.engines.matching.advisories import Advisory, Affected, Certainty, Slice
from tidegate.engines.matching.ecosystems import ecosystem_named
from tidegate.engines.matching.packages import Coordinate, Package, Reason, Unplaced
from tidegate.engines.matching.ranges import slice_holding
from tidegate.engines.matching.versions import UnparsableVersionError, version_key

OWN_SOURCE: Final = "tidegate"
"""The source of advisories whose ranges were proven here, by running."""


class Answer(NamedTuple):
    """What is known of one component and one vulnerability."""

    certainty: Certainty
    reason: Reason | None = None
    """Why it is unknown; None for the other two."""
    words: str = ""
    """For people: which range holds it, or what is not known."""
    slice: Slice | None = None
    """The range that holds it, if it is affected."""
    is_prerelease_of_first_affected: bool = False
    """Whether it is not affected by the order alone: `2.0.0-rc.1`, where 2.0.0 introduced it."""


class Match(NamedTuple):
    """What one advisory says of a component."""

    advisory: Advisory
    answer: Answer


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all advisories of one vulnerability come to, for one component."""

    answer: Answer
    by: tuple[Match, ...]
    """The advisories that the answer rests on."""
    differing: tuple[Match, ...]
    """Those that say otherwise, what was proven here overruled or another source saw more in."""

    @property
    def is_own(self) -> bool:
        """Whether it rests on what was proven here."""
        return any(match.advisory.source == OWN_SOURCE for match in self.by)


@dataclass(frozen=True, slots=True)
class Difference:
    """In which versions two ranges of one package differ."""

    only_ours: tuple[str, ...]
    only_theirs: tuple[str, ...]
    unknown: tuple[str, ...]
    """Of which one of the two, or both, say nothing certain, or which have no place."""

    @property
    def is_none(self) -> bool:
        """Whether they agree wherever both say something."""
        return not self.only_ours and not self.only_theirs


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


def verdict(
    placed: Coordinate | Unplaced, advisories: Iterable[Advisory], *, is_feed_fresh: bool = True
) -> Verdict:
    """Say what all advisories of one vulnerability come to.

    Affected is what any of them says is; unknown, if none does and one cannot tell. What was proven
    here and is certain wins over the others. Withdrawn advisories say nothing.

    Args:
        placed: the component.
        advisories: all that are about the vulnerability, from whatever source.
        is_feed_fresh: whether the feeds that would tell of its ecosystem are loaded and of an age
            that they may have; where not, nothing is 'not affected' but what was proven here.
    """
    if isinstance(placed, Unplaced):
        return Verdict(Answer(Certainty.UNKNOWN, placed.reason, placed.words), (), ())
    matches = [
        Match(advisory, answer(placed, affected))
        for advisory in advisories
        if advisory.withdrawn_at is None
        for affected in advisory.affected
        if affected.package == placed.package
    ]
    own = [
        match
        for match in matches
        if match.advisory.source == OWN_SOURCE and match.answer.certainty is not Certainty.UNKNOWN
    ]
    said = _strongest(own or matches) or _nothing_said(placed)
    if said.certainty is Certainty.NOT_AFFECTED and not is_feed_fresh and not own:
        return Verdict(_stale(placed), (), tuple(matches))
    by = tuple(match for match in own or matches if match.answer.certainty is said.certainty)
    differing = tuple(match for match in matches if match.answer.certainty is not said.certainty)
    return Verdict(said, by, differing)


def compare_ranges(ours: Affected, theirs: Affected, versions: Iterable[str]) -> Difference:
    """Say for which of some versions our range and a published one differ, in the given order.

    Both are of the same package; `versions` are its releases.
    """
    only_ours, only_theirs, unknown = [], [], []
    for version in versions:
        certainties = _certainties(ours.package, version, (ours, theirs))
        if Certainty.UNKNOWN in certainties:
            unknown.append(version)
        elif certainties == (Certainty.AFFECTED, Certainty.NOT_AFFECTED):
            only_ours.append(version)
        elif certainties == (Certainty.NOT_AFFECTED, Certainty.AFFECTED):
            only_theirs.append(version)
    return Difference(tuple(only_ours), tuple(only_theirs), tuple(unknown))


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


_STRENGTH: Final = (Certainty.AFFECTED, Certainty.UNKNOWN, Certainty.NOT_AFFECTED)


def _strongest(matches: Sequence[Match]) -> Answer | None:
    """Return the answer that several come to: the first of those of the strongest kind."""
    answers = [match.answer for match in matches]
    if not answers:
        return None
    strongest = min(answers, key=lambda one: _STRENGTH.index(one.certainty))
    if strongest.certainty is Certainty.NOT_AFFECTED:
        early = any(one.is_prerelease_of_first_affected for one in answers)
        return strongest._replace(is_prerelease_of_first_affected=early)
    return strongest


def _nothing_said(placed: Coordinate) -> Answer:
    if placed.doubt is not None:
        return Answer(Certainty.UNKNOWN, placed.doubt, _doubt_words(placed))
    return Answer(Certainty.NOT_AFFECTED)


def _stale(placed: Coordinate) -> Answer:
    words = f"no fresh feed tells of {placed.package.ecosystem}"
    return Answer(Certainty.UNKNOWN, Reason.FEED_TOO_OLD, words)


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


def _certainties(
    package: Package, version: str, both: tuple[Affected, Affected]
) -> tuple[Certainty, Certainty]:
    known = ecosystem_named(package.ecosystem)
    if known is None:
        return Certainty.UNKNOWN, Certainty.UNKNOWN
    try:
        placed = Coordinate(package, version, version_key(known.order, version))
    except UnparsableVersionError:
        return Certainty.UNKNOWN, Certainty.UNKNOWN
    ours, theirs = (answer(placed, affected).certainty for affected in both)
    return ours, theirs
