"""What the runs of a case's findings say together of each version, as spans that may be published.

Several findings of one bug were run on the same releases. A version is affected if any of their
proofs fired on it, and unaffected only where every proof was run and none fired. From that the
spans follow as everywhere (`engines.reproduction.intervals`): a span begins at `0` only if the
oldest release in the listing was itself run and fired, and ends as fixed only where the next
release is known not to be affected. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any, Final

from tidegate.desks.findings.queries.evidence import RangeShown, Release
from tidegate.engines.formats.advisories.record import (
    BEGINNING,
    Basis,
    Evidence,
    Span,
)
from tidegate.engines.matching.ecosystems import Ecosystem
from tidegate.engines.matching.versions import UnparsableVersionError, comparator
from tidegate.engines.reproduction.intervals import Interval, affected_range
from tidegate.engines.reproduction.ranges import NOT_TESTED, VersionRun
from tidegate.engines.reproduction.verdicts import Word

_WORDS: Final = frozenset(Word)


@dataclass(frozen=True, slots=True)
class Spans:
    """What may be said of a package's versions."""

    affected: tuple[Span, ...]
    unaffected: tuple[str, ...]
    """Run, and no proof fired, nor a variant of one."""
    unknown: tuple[str, ...]
    """Outside of the spans, and nothing can be said of them."""


def spans_of(
    ranges: Sequence[RangeShown],
    *,
    by: str,
    receipts: Sequence[str],
    ecosystem: Ecosystem | None,
    not_fixed: Collection[str] = (),
) -> Spans:
    """Return what the ranges of a case's findings say together.

    Args:
        ranges: one for each finding that was run.
        by: who ran them.
        receipts: SHA-256 of the receipts of the runs, in hex.
        ecosystem: of the package; None where its order of versions is not known here.
        not_fixed: versions that a trial has shown not to be a whole fix: no span ends with one, and
            where a proof was quiet on one, others were not, so it is unknown.
    """
    if not ranges:
        return Spans((), (), ())
    listed = tuple(release.version for one in ranges for release in one.releases)
    order = _order(listed, ecosystem)
    failed = not_fixed_among(listed, not_fixed, ecosystem)
    runs = _together(ranges, order)
    found = affected_range(runs, order=order, scheme="generic")
    oldest = runs[0].version if runs else ""
    spans = tuple(
        _span(interval, Evidence(Basis.RUN, by, tuple(receipts)), oldest, failed)
        for interval in found.intervals
    )
    inside = {
        run.version
        for run in runs
        for one in found.intervals
        if order(one.first) <= order(run.version) <= order(one.last)
    }
    return Spans(
        affected=spans,
        unaffected=tuple(
            run.version
            for run in runs
            # Of two versions that are equal in their order, no range can tell one from the other.
            if run.version not in inside | failed and run.run and run.word and run.word.unaffected
        ),
        unknown=tuple(
            run.version
            for run in runs
            if run.version not in inside
            and (run.version in failed or not (run.word and run.word.definite))
        ),
    )


def not_fixed_among(
    versions: Iterable[str], not_fixed: Collection[str], ecosystem: Ecosystem | None
) -> frozenset[str]:
    """Return those versions that are the same as one that is not fixed, however it is written."""
    return frozenset(
        version
        for version in versions
        if any(is_same(version, failed, ecosystem) for failed in not_fixed)
    )


def is_same(one: str, other: str, ecosystem: Ecosystem | None) -> bool:
    """Say whether two texts are one version, in the ecosystem's order where that knows both."""
    if one == other or ecosystem is None:
        return one == other
    try:
        return comparator(ecosystem.order)(one, other) == 0
    except UnparsableVersionError:
        return False


def _span(interval: Interval, evidence: Evidence, oldest: str, not_fixed: Collection[str]) -> Span:
    introduced = interval.first
    if interval.from_the_start:
        introduced = BEGINNING
        evidence = Evidence(evidence.basis, evidence.by, evidence.receipts, oldest)
    if interval.fixed is not None and interval.fixed not in not_fixed:
        return Span(introduced, interval.fixed, is_fixed=True, evidence=evidence)
    ended = None if interval.open else interval.last
    return Span(introduced, ended, is_fixed=False, evidence=evidence)


def _order(versions: Iterable[str], ecosystem: Ecosystem | None) -> Callable[[str], Any]:
    """Return what versions are sorted by: the ecosystem's order, or that of the listing."""
    listed = tuple(dict.fromkeys(versions))
    if ecosystem is not None:
        try:
            key = cmp_to_key(comparator(ecosystem.order))
            keys = {version: key(version) for version in listed}
            sorted(keys.values())
        except UnparsableVersionError:
            pass
        else:
            return keys.__getitem__
    place = {version: number for number, version in enumerate(listed)}
    return place.__getitem__


def _together(ranges: Sequence[RangeShown], order: Callable[[str], Any]) -> tuple[VersionRun, ...]:
    by_version: dict[str, list[Release]] = {}
    for one in ranges:
        for release in one.releases:
            by_version.setdefault(release.version, []).append(release)
    every = len(ranges)
    runs = [_one(releases, every) for releases in by_version.values()]
    return tuple(sorted(runs, key=lambda run: order(run.version)))


def _one(releases: Sequence[Release], every: int) -> VersionRun:
    """Return what is known of one version, of which `every` findings might say something."""
    first = releases[0]
    said = [(_word(release), release.inferred) for release in releases]
    fired = [inferred for word, inferred in said if word is not None and word.affected]
    word, inferred = None, False
    if fired:
        # One that was run says more than any number that were inferred.
        word, inferred = Word.REPRODUCED, all(fired)
        if not any(found is Word.REPRODUCED for found, _ in said):
            word = Word.FLAKY
    elif len(said) == every and all(found is Word.NOT_REPRODUCED for found, _ in said):
        word, inferred = Word.NOT_REPRODUCED, any(inferred for _, inferred in said)
    elif all(found is not None for found, _ in said) and len(said) == every:
        word = Word.INCONCLUSIVE
    return VersionRun(
        first.version,
        first.line,
        word,
        inferred=inferred,
        prerelease=first.prerelease,
        yanked=first.yanked,
    )


def _word(release: Release) -> Word | None:
    if release.verdict == NOT_TESTED or release.verdict not in _WORDS:
        return None
    return Word(release.verdict)
