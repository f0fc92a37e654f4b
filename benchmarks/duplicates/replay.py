"""The intake played again: one telling comes in, every vulnerability of its package is known.

This is the natural balance: in a package with 30 known vulnerabilities, one of 30 is the right one.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.duplicates.described import described, features_of
from benchmarks.duplicates.pairs import Half
from benchmarks.duplicates.records import Telling
from tidegate.engines.similarity import Features, Index, features, nominate
from tidegate.engines.similarity.scoring import THRESHOLD, score_of

CROWD = 10_000
"""Findings that are taken in at once, all in one package."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of letting each known pair come in again."""

    findings: int
    known: float
    """Vulnerabilities that the package of a finding has, on average."""
    nominated: float
    """Nominations of a finding, on average."""
    first: float
    """Share of findings whose true pair is the first nomination; likewise the next two."""
    first_three: float
    anywhere: float
    indexed: float
    """Share of the true pairs nominated that are nominated by way of the index, too."""


def replay(half: Half) -> Replay:
    """Ask for the CVE side of each pair that is the same; known are the tellings of the others."""
    shelves: dict[str, dict[str, Telling]] = defaultdict(dict)
    for one in half.known:
        for package in one.packages:
            for telling in one.tellings:
                if telling.source != "CVE":
                    shelves[package][telling.id] = telling
    made: dict[str, list[Features]] = {}
    places: list[int] = []
    kept, total, known, asked = 0, 0, 0, 0
    for pair in half.pairs:
        if not pair.same or pair.left.source != "CVE":
            continue
        package = pair.package
        if package not in made:
            made[package] = [features(described(t, package)) for t in shelves[package].values()]
        new = features(described(pair.left, package))
        keys = [one.right for one in nominate(new, made[package])]
        asked += 1
        known += len(made[package])
        total += len(keys)
        if pair.right.id in keys:
            places.append(keys.index(pair.right.id))
            index = Index()
            for known_one in made[package]:
                index.add(known_one)
            kept += any(found.right == pair.right.id for found in index.nominate(new))
    return Replay(
        findings=asked,
        known=known / max(1, asked),
        nominated=total / max(1, asked),
        first=sum(place == 0 for place in places) / max(1, asked),
        first_three=sum(place < 3 for place in places) / max(1, asked),
        anywhere=len(places) / max(1, asked),
        indexed=kept / max(1, len(places)),
    )


def crowd_seconds(told: Sequence[Telling]) -> float:
    """Return the processor time that it takes to take in 10,000 findings of one package."""
    tellings = [told[number % len(told)] for number in range(CROWD)]
    index = Index()
    started = time.process_time()
    for number, telling in enumerate(tellings):
        new = features(described(telling, f":{number}"))
        index.nominate(new)
        index.add(new)
    return time.process_time() - started


def crowd_share(half: Half) -> tuple[int, float]:
    """Return how many findings a crowd has, and which share of its true pairs the index keeps.

    All tellings but CVE's count as findings of one single package; asked for are the pairs that
    are the same and would be nominated if everything were compared with everything.
    """
    index = Index()
    for one in half.known:
        package = " ".join(sorted(one.packages))
        for telling in one.tellings:
            if telling.source != "CVE":
                index.add(features(described(telling, f":{package}")))
    kept: list[bool] = []
    for pair in half.pairs:
        if pair.same and pair.left.source == "CVE":
            left, right = features_of(pair)
            if score_of(left, right) >= THRESHOLD:
                found = index.nominate(left)
                kept.append(any(one.right == pair.right.id for one in found))
    return len(index), sum(kept) / max(1, len(kept))
