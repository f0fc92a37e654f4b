"""Which known findings of a package a new one should be looked at with.

`nominate` compares with everything that it is given. `Index` keeps the findings of one package in
memory and compares only with those that share telling words, names or aliases: for taking in
thousands at once. A desk with a database does the same with a table of `Features.keys`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from heapq import nlargest
from typing import TYPE_CHECKING, Final

from tidegate.engines.similarity.features import Features, features
from tidegate.engines.similarity.scoring import THRESHOLD, compare, score_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tidegate.engines.similarity.model import Described, Nomination

LIMIT: Final = 20
"""Nominations of one finding; whoever writes a text that is like everything gets no more."""
ALL_UP_TO: Final = 250
"""Findings of a package up to which `Index` compares with each of them."""
MOST_CANDIDATES: Final = 24
"""Findings that `Index` compares one finding with, in a larger package."""
MOST_VISITS: Final = 1_500
"""Entries of its lists that `Index` reads for one finding, about; those of rare keys come first."""


def nominate(
    new: Described | Features, known: Iterable[Described | Features], *, limit: int = LIMIT
) -> list[Nomination]:
    """Return the pairs of `new` with each of `known` that look alike, the likeliest first.

    All have to be of one package; the caller sees to that. A finding is not paired with its own
    key. Pure: the same values give the same answer, whoever else handed in what. Time grows with
    the number of known findings, about 3 microseconds each where they come as `Features`.
    """
    asked = _as_features(new)
    return _best(asked, (_as_features(one) for one in known), limit)


class Index:
    """The findings of one package, in the order in which they were added."""

    def __init__(self) -> None:
        self._findings: list[Features] = []
        self._lengths: list[float] = []
        self._by_key: dict[str, list[int]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._findings)

    def add(self, one: Features) -> None:
        """Make a finding known; whoever is asked about later may be paired with it."""
        number = len(self._findings)
        self._findings.append(one)
        self._lengths.append(math.sqrt(len(one.words) + 1))
        for key, _ in one.keys:
            self._by_key[key].append(number)

    def nominate(self, new: Features, *, limit: int = LIMIT) -> list[Nomination]:
        """Return what `nominate` would, as far as the pairs share telling keys."""
        return _best(new, (self._findings[number] for number in self.candidates(new)), limit)

    def candidates(self, new: Features) -> list[int]:
        """Return the numbers of the findings to compare with; all of them while they are few.

        Keys that few findings have are followed first, and not many entries in all: the time for
        one finding does not grow with the package, and a flood of findings with one word makes
        that word useless, and no other.
        """
        if len(self) <= ALL_UP_TO:
            return list(range(len(self)))
        found = [(self._by_key[key], worth) for key, worth in new.keys if key in self._by_key]
        found.sort(key=lambda one: len(one[0]))
        shared: dict[int, int] = defaultdict(int)
        visits = 0
        for numbers, worth in found:
            visits += len(numbers)
            if visits > MOST_VISITS and shared:
                break
            for number in numbers[:MOST_VISITS]:
                shared[number] += worth
        lengths = self._lengths
        ranked = [(worth / lengths[number], -number) for number, worth in shared.items()]
        return [-number for _, number in nlargest(MOST_CANDIDATES, ranked)]


def _as_features(one: Described | Features) -> Features:
    return one if isinstance(one, Features) else features(one)


def _best(new: Features, known: Iterable[Features], limit: int) -> list[Nomination]:
    """Score first and word the reasons later: only what is nominated needs them."""
    scored = [
        (score, one)
        for one in known
        if one.key != new.key and (score := score_of(new, one)) >= THRESHOLD
    ]
    scored.sort(key=lambda pair: (-pair[0], pair[1].key))
    return [compare(new, one) for _, one in scored[: max(0, limit)]]
