"""What competes: plain likeness of texts, the engine's rule, and embedding models if at hand.

Each takes two tellings as the engine would get them and returns a number, the higher the more
alike; what the number means is the contender's own affair, because a threshold is chosen for each.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from benchmarks.duplicates.described import features_of
from benchmarks.duplicates.embeddings import Model
from benchmarks.duplicates.pairs import Pair, words
from benchmarks.duplicates.records import Telling
from tidegate.engines.similarity.scoring import measure, score_of

_GRAM = 4
_Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to say how alike two tellings are."""

    name: str
    score: Callable[[Pair], float]
    reads: str
    """What it is told besides the words."""


def contenders(tuning: Sequence[Pair], models: Sequence[Model]) -> Iterator[Contender]:
    """Return all of them; frequencies of words are counted on the tuning half."""
    told = {side.id: side for pair in tuning for side in (pair.left, pair.right)}
    seen = Counter(word for side in told.values() for word in set(words(side)))

    def rarity(word: str) -> float:
        return math.log((len(told) + 1) / (seen[word] + 1))

    @cache
    def weighted(telling: Telling) -> _Vector:
        counted = Counter(words(telling))
        return {word: (1 + math.log(n)) * rarity(word) for word, n in counted.items()}

    def contained(pair: Pair) -> float:
        sides = [set(words(side)) for side in (pair.left, pair.right)]
        shared = sum(map(rarity, sides[0] & sides[1]))
        return shared / max(1e-9, min(sum(map(rarity, side)) for side in sides))

    yield Contender("words: Jaccard", _jaccard, "")
    yield Contender("letters: cosine of 4-grams", lambda pair: _cosine(*_both(_grams, pair)), "")
    yield Contender("words: cosine of TF-IDF", lambda pair: _cosine(*_both(weighted, pair)), "")
    yield Contender("words: share by IDF", contained, "")
    yield Contender("evidence of words", lambda pair: measure(*features_of(pair)).shorter, "")
    yield Contender(
        "the engine: words, names, kinds", lambda pair: score_of(*features_of(pair)), "place, CWE"
    )
    for model in models:
        yield Contender(model.name, model.likeness, "")


def _both(made: Callable[[Telling], _Vector], pair: Pair) -> tuple[_Vector, _Vector]:
    return made(pair.left), made(pair.right)


def _jaccard(pair: Pair) -> float:
    one, other = (set(words(side)) for side in (pair.left, pair.right))
    return len(one & other) / max(1, len(one | other))


@cache
def _grams(telling: Telling) -> _Vector:
    text = " ".join(words(telling))
    return Counter(text[i : i + _GRAM] for i in range(len(text) - _GRAM + 1))


def _cosine(one: _Vector, other: _Vector) -> float:
    product = sum(value * other[word] for word, value in one.items() if word in other)
    squares = [sum(value * value for value in side.values()) for side in (one, other)]
    return product / math.sqrt(squares[0] * squares[1]) if all(squares) else 0.0
