"""Whether two findings in one package are one bug, told by each proof on the other's releases.

A release that mends a bug stops every proof of that bug, whoever wrote it. So each proof is run on
the releases at which the other one's verdict changes: on the first mended one, and on the last one
before it. If each mended release stops both, and both fire or stay silent everywhere else, nothing
tells the two apart. If one of them gets through where the other is stopped, they are two bugs, or
the first mend was incomplete; both have to be worked on.

That nothing tells them apart is no proof: releases that mend several bugs at once are common. So
`same` confirms a suspicion that has a reason of its own, such as the same signature on a release
that both were run on; it is none by itself. `different` and `variant-or-incomplete` are proofs:
some release was seen to stop one and not the other, `RUNS` times.

Pure. What the rule is worth, measured: docs/decisions/0006.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, zip_longest
from typing import Any, TypeGuard

from tidegate.engines.reproduction.conclusions import Judgements
from tidegate.engines.reproduction.judgements import Judgement
from tidegate.engines.reproduction.ranges import NOT_TESTED
from tidegate.engines.reproduction.records import RangeData
from tidegate.engines.reproduction.verdicts import RUNS, Word

MOST_CROSSED = 16
"""How many releases are crossed for one pair; each is two judgements at most."""


class Likeness(StrEnum):
    """What crossing two proofs came to."""

    SAME = "same"
    """No release tells them apart, and a mended one of each stops both."""
    DIFFERENT = "different"
    """A mended release of each lets the other one through, or no release has both."""
    VARIANT = "variant-or-incomplete"
    """Some release stops one of them and not the other."""
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Side:
    """One of two findings: its range, and the judgements on its proof by version."""

    range: RangeData
    """As `records.range_data` makes it."""
    answers: Judgements
    """The ones of its own search and those from crossing, whatever there is."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """What crossing two proofs showed, and on which releases."""

    word: Likeness
    reason: str
    alike: tuple[str, ...] = ()
    """Releases on which both fire, or both stay silent."""
    apart: tuple[str, ...] = ()
    """Releases that stop one of them and not the other."""
    let_through: tuple[str, ...] = ()
    """Those of them that mend one and let the other through: an incomplete fix, or two bugs. The
    others only have one and not yet, or no longer, the other, as where a function came later."""
    open: tuple[str, ...] = ()
    """Releases that were to be crossed and of which nothing definite is known."""
    same_place: tuple[str, ...] = ()
    """Releases on which both fire with the same signature: the strongest reason to suspect one
    bug, also where the two findings name different releases, between which the code has moved."""
    other_place: tuple[str, ...] = ()
    """Releases on which both fire, each with a signature of its own."""
    began: tuple[str, ...] = ()
    """Releases with which both came into their line, on top of being mended together."""


def disagreements(a: RangeData, b: RangeData) -> Sequence[str]:
    """Return the releases that both searches ran with a definite answer, but not the same one."""
    words = [{row["version"]: word for row, word in _run(found)} for found in (a, b)]
    return [
        version
        for version, word in words[0].items()
        if word.definite
        and words[1].get(version, Word.INCONCLUSIVE).definite
        and word.affected is not words[1][version].affected
    ]


def releases_to_cross(a: RangeData, b: RangeData) -> Sequence[str]:
    """Return the releases that tell most about two ranges, `MOST_CROSSED` at most.

    First the newest and the oldest on which the two searches disagree. Then the first mended
    release after each affected stretch of either range, and the last affected one before it; the
    newest first, those of the two in turns. Which of the two is given first makes no difference.
    """
    doubts = disagreements(a, b)
    newest_first = sorted([v for pair in reversed(_mends(one)) for v in pair] for one in (a, b))
    in_turns = chain.from_iterable(zip_longest(*newest_first))
    telling = chain(doubts[-1:], doubts[:1], in_turns)
    return [version for version in dict.fromkeys(telling) if version is not None][:MOST_CROSSED]


def still_to_run(side: Side, releases: Sequence[str]) -> Sequence[str]:
    """Return those of `releases` on which a proof was not run `RUNS` times yet."""
    return [
        version
        for version in releases
        if version not in side.answers or side.answers[version].required < RUNS
    ]


def judge_crossing(a: Side, b: Side) -> Crossing:
    """Say what the judgements of two proofs on each other's releases mean.

    Only a version counts on which both have a definite, stable answer from `RUNS` runs each:
    `reproduced` or `not-reproduced`. Every such version counts, also one that was not among those
    to cross. Which of the two is given first makes no difference to the word.
    """
    crossed = releases_to_cross(a.range, b.range)
    told = {
        version: a.answers[version].word is b.answers[version].word
        for version in dict.fromkeys([*crossed, *sorted(a.answers)])
        if _is_stable(a.answers.get(version)) and _is_stable(b.answers.get(version))
    }
    left = tuple(version for version in crossed if version not in told)
    through_a, stopped_a = _at_mends(a, b, told)
    through_b, stopped_b = _at_mends(b, a, told)
    alike = tuple(version for version in told if told[version])
    apart = tuple(version for version in told if not told[version])
    only_a = [version for version in apart if a.answers[version].word.affected]
    only_b = [version for version in apart if b.answers[version].word.affected]
    same_place, other_place = _places(a, b, alike)
    if through_a and through_b:
        word = Likeness.DIFFERENT
        reason = f"{through_a[0]} mends only the first, {through_b[0]} only the second"
    elif only_a and only_b and not any(a.answers[v].word.affected for v in alike):
        word, reason = Likeness.DIFFERENT, "no release has both"
    elif apart:
        where = [*through_a, *through_b, *apart][0]
        word, reason = Likeness.VARIANT, f"{where} stops one of the proofs and not the other"
    elif left:
        word, reason = Likeness.UNDECIDED, f"nothing definite is known of both on {left[0]}"
    elif not (stopped_a and stopped_b):
        word, reason = Likeness.UNDECIDED, "no release is known that mends both"
    else:
        mends = " and ".join(dict.fromkeys((stopped_a[0], stopped_b[0])))
        word, reason = Likeness.SAME, f"{mends} mends both, and no release tells them apart"
    let_through = (*through_a, *through_b)
    begun = [version for version in _begins(a.range) if version in _begins(b.range)]
    return Crossing(
        word, reason, alike, apart, let_through, left, same_place, other_place, tuple(begun)
    )


def _mends(found: RangeData) -> list[tuple[str, str]]:
    """Return each last affected release and the first mended one after it, in version order."""
    mends: list[tuple[str, str]] = []
    last: str | None = None
    for row, word in _run(found):
        if word.affected:
            last = row["version"]
        elif word.unaffected:
            if last is not None:
                mends.append((last, row["version"]))
            last = None
    return mends


def _begins(found: RangeData) -> list[str]:
    """Return each first affected release after one of its line that was not, in version order."""
    begins: list[str] = []
    silent: set[str] = set()
    for row, word in _run(found):
        line = row.get("line", "")
        if word.unaffected:
            silent.add(line)
        elif word.affected:
            if line in silent:
                begins.append(row["version"])
            silent.discard(line)
    return begins


def _run(found: RangeData) -> Iterator[tuple[Mapping[str, Any], Word]]:
    """Yield the releases that were really run; what was inferred is no evidence."""
    for row in found["runs"]:
        if row["verdict"] != NOT_TESTED and not row["inferred"]:
            yield row, Word(row["verdict"])


def _at_mends(one: Side, other: Side, told: Mapping[str, bool]) -> tuple[list[str], list[str]]:
    """Return the mended releases of one that let the other through, and those that stop both."""
    mended = [fixed for _, fixed in _mends(one.range) if fixed in told]
    silent = [version for version in mended if one.answers[version].word.unaffected]
    through = [version for version in silent if other.answers[version].word.affected]
    return through, [version for version in silent if version not in through]


def _places(a: Side, b: Side, alike: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the releases on which both did it in the same place, and in another one."""
    both = [(v, a.answers[v].signature, b.answers[v].signature) for v in alike]
    known = [(v, one, other) for v, one, other in both if not (one.empty or other.empty)]
    same = tuple(version for version, one, other in known if one.matches(other))
    return same, tuple(version for version, _, _ in known if version not in same)


def _is_stable(judgement: Judgement | None) -> TypeGuard[Judgement]:
    if judgement is None or judgement.required < RUNS:
        return False
    return judgement.word in (Word.REPRODUCED, Word.NOT_REPRODUCED)
