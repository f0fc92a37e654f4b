"""On the shipped slice of public advisories, the engine stays as good as it was decided to be."""

from benchmarks.duplicates.described import features_of
from benchmarks.duplicates.labels import SHIPPED, read_shipped

from tidegate.engines.similarity.scoring import THRESHOLD, score_of


def test_most_true_pairs_are_nominated_and_few_others():
    pairs = list(read_shipped(SHIPPED))
    nominated = [score_of(*features_of(pair)) >= THRESHOLD for pair in pairs]
    true = sum(one for one, pair in zip(nominated, pairs, strict=True) if pair.same)
    false = sum(nominated) - true
    assert true >= 0.9 * sum(pair.same for pair in pairs)
    assert true >= 0.7 * (true + false)
