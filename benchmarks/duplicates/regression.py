"""Logistic regression by plain gradient descent, for a handful of columns."""

from __future__ import annotations

import math
from collections.abc import Sequence

_PENALTY = 3.0
_STEPS = 3_000
_RATE = 0.5


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
