"""What competes: plain likeness of texts, the engine's rule, and embedding models if at hand.

Each takes two tellings as the engine would get them and returns a number, the higher the more
alike; what the number means is the contender's own affair, because a threshold is chosen for each.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from benchmarks.duplicates.described import features_of
from benchmarks.duplicates.embeddings import Model
from benchmarks.duplicates.pairs import Pair, words
from benchmarks.duplicates.records import Telling
from benchmarks.duplicates.regression import fitted, predicted
from tidegate.engines.similarity.scoring import measure, score_of

_GRAM = 4
_Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to say how alike two tellings are."""

    name: str
    score: Callable[[Pair], float]


def contenders(tuning: Sequence[Pair], models: Sequence[Model]) -> Iterator[Contender]:
    """Return all of them; frequencies of words are counted on the tuning half."""
    told = {side.id: side for pair in tuning for side in (pair.left, pair.right)}
    seen = Counter(word for side in told.values() for word in set(words(side)))

    def rarity(word: str) -> float:
        return math.log((len(told) + 1) / (seen[word] + 1))

    @cache
    def weighted(telling: Telling, package: str) -> _Vector:
        counted = Counter(_own_words(telling, package))
        return {word: (1 + math.log(n)) * rarity(word) for word, n in counted.items()}

    def contained(pair: Pair) -> float:
        one, other = (set(_own_words(side, pair.package)) for side in (pair.left, pair.right))
        shared = math.fsum(map(rarity, one & other))
        return shared / max(1e-9, min(math.fsum(map(rarity, side)) for side in (one, other)))

    yield Contender("words: Jaccard", _jaccard)
    yield Contender("letters: cosine of 4-grams", lambda pair: _cosine(*_both(_grams, pair)))
    yield Contender("words: cosine of TF-IDF", lambda pair: _cosine(*_both(weighted, pair)))
    yield Contender("words: share by IDF", contained)
    yield Contender("evidence of words", lambda pair: measure(*features_of(pair)).shorter)
    yield Contender("the engine: words and names", lambda pair: score_of(*features_of(pair)))
    for model in models:
        yield Contender(model.name, model.likeness)
        yield Contender(f"the engine and {model.name}", _joined(tuning, model))


def _joined(tuning: Sequence[Pair], model: Model) -> Callable[[Pair], float]:
    """Return the engine's measures and a model's likeness in one regression, fitted as its own."""

    def row(pair: Pair) -> tuple[float, ...]:
        return (*measure(*features_of(pair)), model.likeness(pair))

    intercept, weights = fitted([row(pair) for pair in tuning], [pair.same for pair in tuning])
    return lambda pair: predicted(row(pair), intercept, weights)


def _both(made: Callable[[Telling, str], _Vector], pair: Pair) -> tuple[_Vector, _Vector]:
    return made(pair.left, pair.package), made(pair.right, pair.package)


@cache
def _own_words(telling: Telling, package: str) -> tuple[str, ...]:
    """Return a telling's words without those of the package's name, which tell nothing apart."""
    named = set(re.findall(r"[a-z0-9_]+", package.lower()))
    return tuple(word for word in words(telling) if word not in named)


def _jaccard(pair: Pair) -> float:
    one, other = (set(_own_words(side, pair.package)) for side in (pair.left, pair.right))
    return len(one & other) / max(1, len(one | other))


@cache
def _grams(telling: Telling, package: str) -> _Vector:
    text = " ".join(_own_words(telling, package))
    return Counter(text[i : i + _GRAM] for i in range(len(text) - _GRAM + 1))


def _cosine(one: _Vector, other: _Vector) -> float:
    product = math.fsum(value * other[word] for word, value in one.items() if word in other)
    squares = [math.fsum(value * value for value in side.values()) for side in (one, other)]
    return product / math.sqrt(squares[0] * squares[1]) if all(squares) else 0.0
