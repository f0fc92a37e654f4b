"""What follows from the judgements that are there: what to run next, and which range.

Pure: everything here is a function of the list of releases, as data, and of the judgements by
version. So a search can be stopped after any judgement and goes on, elsewhere, as if it had not
been; and the list stays the one that the search began with, whatever a registry lists meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tidegate.engines.reproduction.intervals import AffectedRange, affected_range
from tidegate.engines.reproduction.judgements import Judgement
from tidegate.engines.reproduction.lines import Candidate, Probed
from tidegate.engines.reproduction.packages import Ecosystem, Release
from tidegate.engines.reproduction.ranges import BUDGET_SECONDS, RangeResult, infer, next_wave
from tidegate.engines.reproduction.verdicts import RUNS

Listing = Mapping[str, Any]
"""The released versions of one package as JSON data, as `listing` makes it."""

Judgements = Mapping[str, Judgement]
"""By version."""


@dataclass(frozen=True, slots=True)
class Range:
    """What running the released versions showed."""

    search: RangeResult
    affected: AffectedRange
    judged: Judgements
    """Every version that was run."""


def listing(ecosystem: Ecosystem, releases: Sequence[Release]) -> dict[str, Any]:
    """Return `releases`, in version order, as JSON data."""
    return {
        "type": ecosystem.type,
        "releases": [
            {
                "version": release.version,
                "line": ecosystem.line(release.version),
                "prerelease": release.prerelease,
                "yanked": release.yanked,
                "published": release.published.isoformat() if release.published else None,
            }
            for release in releases
        ],
    }


def candidates(listed: Listing) -> list[Candidate]:
    """Return the releases as the search sees them."""
    return [
        Candidate(one["version"], one["line"], one["prerelease"], one["yanked"])
        for one in listed["releases"]
    ]


def as_answer(judgement: Judgement) -> Probed:
    """Return a judgement as the search sees it."""
    return Probed(judgement.word, judgement.runtime_name, judgement.reason)


def wanted(
    listed: Listing,
    answers: Judgements,
    named: Judgement,
    *,
    exhaustive: bool = False,
    thrifty: bool = False,
    budget: float = BUDGET_SECONDS,
    elapsed: float = 0.0,
) -> Sequence[str]:
    """Return the versions to be judged next, the most telling first; empty if none are.

    `elapsed` is what the judgements in `answers`, without the named version's, took together.
    """
    known = {named.version: as_answer(named), **_answers(answers)}
    return next_wave(
        candidates(listed),
        known,
        probed=len(known) - 1,
        elapsed=elapsed,
        named=named.version,
        budget=budget,
        exhaustive=exhaustive,
        thrifty=thrifty,
    )


def doubtful(listed: Listing, answers: Judgements, budget: float = BUDGET_SECONDS) -> Sequence[str]:
    """Return the versions on either side of a boundary that were not run `RUNS` times yet."""
    found: list[str] = []
    for before, after in pairwise(infer(candidates(listed), _answers(answers), budget=budget).runs):
        if not (before.run and after.run and before.word and after.word):
            continue
        if before.word.affected == after.word.affected or not after.word.definite:
            continue
        found += (before.version, after.version)
    return [
        version
        for version in dict.fromkeys(found)
        if answers[version].required < RUNS and answers[version].runtime is not None
    ]


def conclude(
    listed: Listing,
    answers: Judgements,
    order: Callable[[str], Any],
    budget: float = BUDGET_SECONDS,
) -> Range:
    """Return the range that `answers`, the named version's among them, allow to be claimed.

    `order` is the ecosystem's sort key for versions.
    """
    found = infer(candidates(listed), _answers(answers), budget=budget)
    return Range(found, affected_range(found.runs, order=order, scheme=listed["type"]), answers)


def _answers(judgements: Judgements) -> dict[str, Probed]:
    return {version: as_answer(judgement) for version, judgement in judgements.items()}
