"""Fits the constants of `engines/similarity/scoring.py`: `python -m benchmarks.duplicates.fit`.

Logistic regression on the tuning half of the labelled set, with a small penalty on the weights, by
plain gradient descent; then the threshold that 95 of 100 true pairs of that half reach. The other
half is not read. Prints the constants, to be put into the code by hand.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

from benchmarks.duplicates.described import features_of
from benchmarks.duplicates.labels import labels
from benchmarks.duplicates.quality import threshold_for
from tidegate.engines.similarity.scoring import measure

RECALL = 0.95
_PENALTY = 3.0
_STEPS = 3_000
_RATE = 0.5


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


def fitted(rows: Sequence[Sequence[float]], same: Sequence[bool]) -> tuple[float, list[float]]:
    """Return the intercept and one weight for each column."""
    count = len(rows)
    columns = list(zip(*rows, strict=True))
    means = [sum(column) / count for column in columns]
    spreads = [
        math.sqrt(sum((one - mean) ** 2 for one in column) / count) or 1.0
        for column, mean in zip(columns, means, strict=True)
    ]
    scaled = [
        [(one - mean) / spread for one, mean, spread in zip(row, means, spreads, strict=True)]
        for row in rows
    ]
    intercept, weights = 0.0, [0.0] * len(columns)
    for _ in range(_STEPS):
        errors = [
            predicted(row, intercept, weights) - label
            for row, label in zip(scaled, same, strict=True)
        ]
        intercept -= _RATE * sum(errors) / count
        for place, weight in enumerate(weights):
            slope = sum(error * row[place] for error, row in zip(errors, scaled, strict=True))
            weights[place] -= _RATE * (slope + _PENALTY * weight) / count
    plain = [weight / spread for weight, spread in zip(weights, spreads, strict=True)]
    return intercept - sum(w * m for w, m in zip(plain, means, strict=True)), plain


def predicted(row: Sequence[float], intercept: float, weights: Sequence[float]) -> float:
    """Return the logistic function of the weighted sum."""
    total = intercept + sum(one * weight for one, weight in zip(row, weights, strict=True))
    return 1.0 / (1.0 + math.exp(-total))


if __name__ == "__main__":
    main()
