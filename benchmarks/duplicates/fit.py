"""Fits the constants of `engines/similarity/scoring.py`: `python -m benchmarks.duplicates.fit`.

Logistic regression on the tuning half of the labelled set, with a small penalty on the weights, by
plain gradient descent; then the threshold that 95 of 100 true pairs of that half reach. The other
half is not read. Prints the constants, to be put into the code by hand.
"""

from __future__ import annotations

import sys

from benchmarks.duplicates.described import features_of
from benchmarks.duplicates.labels import labels
from benchmarks.duplicates.quality import threshold_for
from benchmarks.duplicates.regression import fitted, predicted
from tidegate.engines.similarity.scoring import measure

RECALL = 0.95


def main() -> None:
    """Fit, and print."""
    tuning = labels().tuning
    rows = [measure(*features_of(pair)) for pair in tuning.pairs]
    same = [pair.same for pair in tuning.pairs]
    intercept, weights = fitted(rows, same)
    scores = [predicted(row, intercept, weights) for row in rows]
    sys.stdout.write(
        f"INTERCEPT: Final = {intercept:.2f}\n"
        f"WEIGHTS: Final = ({', '.join(f'{one:.2f}' for one in weights)})\n"
        f"THRESHOLD: Final = {threshold_for(scores, same, RECALL):.3f}\n"
    )


if __name__ == "__main__":
    main()
