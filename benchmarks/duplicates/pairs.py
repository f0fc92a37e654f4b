"""The labelled set: pairs of tellings that are one vulnerability, and pairs that are two.

Both kinds are taken inside of one package, across the same two sources, with the CVE record as one
side wherever there is one: neither the package nor a source's own style tells them apart. Each pair
of the one kind gets a pair of the other, so half of the set is the same.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from benchmarks.duplicates.records import Telling
from benchmarks.duplicates.vulnerabilities import Vulnerability, families

SEED = 20261126
SHINGLE = 5
"""Words in a row that count as copied when both texts have them."""
NEAR_COPY = 0.8
"""Share of the shorter text's shingles from which on a pair is a copy, and no rewording."""
FEW_WORDS = 20
"""Different words up to which a telling is a title, and no description."""
MOST_OF_A_FAMILY = 40
"""Pairs that are the same, from one family of packages."""
_WORD = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tellings about one package, and whether they are one vulnerability."""

    package: str
    left: Telling
    right: Telling
    same: bool
    copied: float
    """0 to 1: the share of the shorter text that is in the other, word for word."""
    same_weakness: bool
    """Whether the databases class both under a common CWE."""

    @property
    def is_short(self) -> bool:
        """Whether one side is no more than a title."""
        return min(len(set(words(side))) for side in (self.left, self.right)) <= FEW_WORDS


@dataclass(frozen=True, slots=True)
class Half:
    """One half of the packages: its pairs, and all that is known of its packages."""

    pairs: tuple[Pair, ...]
    """As many that are the same as that are not."""
    copies: tuple[Pair, ...]
    """Pairs that are the same word for word; measured apart."""
    known: tuple[Vulnerability, ...]


def labelled(told: Sequence[Vulnerability]) -> tuple[Half, Half]:
    """Return the half to choose on, and the half to print figures from.

    No package is in both, nor are two packages that share a vulnerability.
    """
    family_of = families(told)
    members: dict[str, list[Vulnerability]] = defaultdict(list)
    for one in told:
        for family in {family_of[package] for package in one.packages}:
            members[family].append(one)
    rng = random.Random(SEED)
    same: dict[str, list[Pair]] = {}
    copies: dict[str, list[Pair]] = {}
    for family, group in sorted(members.items()):
        found = [pair for one in group for pair in _same_pairs(one)]
        reworded = [pair for pair in found if pair.copied < NEAR_COPY]
        same[family] = rng.sample(reworded, min(len(reworded), MOST_OF_A_FAMILY))
        copies[family] = [pair for pair in found if pair.copied >= NEAR_COPY]
    halves = []
    for names in _split(same):
        positives = [pair for name in names for pair in same[name]]
        known = {id(one): one for name in names for one in members[name]}
        halves.append(
            Half(
                pairs=(*positives, *_different_pairs(rng, positives, list(known.values()))),
                copies=tuple(pair for name in names for pair in copies[name]),
                known=tuple(known.values()),
            )
        )
    return halves[0], halves[1]


def words(telling: Telling) -> list[str]:
    """Return a telling's words in lower case, its title first."""
    return _WORD.findall(f"{telling.title}\n{telling.text}".lower())


def copied(one: Telling, other: Telling) -> float:
    """Return the share of the shorter text's shingles that the longer one has, too."""
    first, second = (_shingles(words(side)) for side in (one, other))
    return len(first & second) / max(1, min(len(first), len(second)))


def _shingles(said: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(said[i : i + SHINGLE]) for i in range(len(said) - SHINGLE + 1)}


def _same_pairs(one: Vulnerability) -> Iterator[Pair]:
    if not one.is_one:
        return
    for left, right in combinations(one.tellings, 2):
        shared = _shared_packages(one, left, right)
        if left.source != right.source and shared:
            yield Pair(shared[0], left, right, True, copied(left, right), True)


def _shared_packages(one: Vulnerability, left: Telling, right: Telling) -> list[str]:
    """Return the packages of both; a CVE record has those of the vulnerability."""
    sides = [set(side.packages or one.packages) for side in (left, right)]
    return sorted(sides[0] & sides[1])


def _split(same: Mapping[str, Sequence[Pair]]) -> tuple[list[str], list[str]]:
    """Deal families out, the largest first, each to the half that has fewer pairs so far."""
    halves: tuple[list[str], list[str]] = ([], [])
    counts = [0, 0]
    for family in sorted(same, key=lambda name: (-len(same[name]), name)):
        side = 0 if counts[0] <= counts[1] else 1
        halves[side].append(family)
        counts[side] += len(same[family])
    return halves


def _different_pairs(
    rng: random.Random, positives: Sequence[Pair], known: Iterable[Vulnerability]
) -> list[Pair]:
    """For each pair that is the same, put another vulnerability of its package on the right.

    One of the same weakness is taken where there is one. A pair whose package has no other
    vulnerability is made up for by a second one elsewhere, and so on until the kinds are even.
    """
    of_package: dict[str, list[Vulnerability]] = defaultdict(list)
    of_id: dict[str, Vulnerability] = {}
    for one in known:
        for package in one.packages:
            of_package[package].append(one)
        for telling in one.tellings:
            of_id[telling.id] = one
    queues = []
    for pair in positives:
        found = [
            Pair(pair.package, pair.left, right, False, copied(pair.left, right), kin)
            for other in of_package[pair.package]
            if _are_two(of_id[pair.left.id], other)
            for kin in [bool(of_id[pair.left.id].weaknesses & other.weaknesses)]
            for right in other.tellings
            if right.source == pair.right.source
        ]
        rng.shuffle(found)
        found.sort(key=lambda one: one.same_weakness)
        queues.append(found)
    chosen: list[Pair] = []
    taken: Counter[tuple[str, str]] = Counter()
    while len(chosen) < len(positives) and any(queues):
        for queue in queues:
            if not queue or len(chosen) == len(positives):
                continue
            pair = queue.pop()
            key = (pair.left.id, pair.right.id)
            if not taken[key]:
                chosen.append(pair)
            taken[key] += 1
    return chosen


def _are_two(one: Vulnerability, other: Vulnerability) -> bool:
    return not (one.names | one.related) & (other.names | other.related)
