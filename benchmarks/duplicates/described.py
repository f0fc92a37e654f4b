"""A telling as the engine gets it, with no alias: what is measured is what words and place do."""

from __future__ import annotations

from benchmarks.duplicates.pairs import Pair
from benchmarks.duplicates.records import Telling
from tidegate.engines.similarity import Described, Features, features


def described(telling: Telling, package: str) -> Described:
    """Return a telling as a finding about a package, such as `Go:github.com/hashicorp/vault`."""
    return Described(
        key=telling.id,
        title=telling.title,
        text=telling.text,
        weaknesses=telling.weaknesses,
        places=telling.places,
        effect=telling.effect,
        package=package.partition(":")[2],
    )


def features_of(pair: Pair) -> tuple[Features, Features]:
    """Return the features of both sides."""
    return (
        features(described(pair.left, pair.package)),
        features(described(pair.right, pair.package)),
    )
