"""Precision, recall and their kin over scores with labels, and how sure they are."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

SEED = 20261126
_REPEATS = 1_000


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a score with a threshold tells pairs apart."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Interval:
    """What 95 of 100 resamplings stay within."""

    low: float
    high: float


def quality(scores: Sequence[float], same: Sequence[bool], threshold: float) -> Quality:
    """Return precision and recall of nominating from `threshold` on; nothing nominated is 1."""
    nominated = [label for score, label in zip(scores, same, strict=True) if score >= threshold]
    right = sum(nominated)
    return Quality(
        precision=right / len(nominated) if nominated else 1.0,
        recall=right / max(1, sum(same)),
    )


def threshold_for(scores: Sequence[float], same: Sequence[bool], recall: float) -> float:
    """Return the highest threshold that still has the recall."""
    true = sorted((s for s, label in zip(scores, same, strict=True) if label), reverse=True)
    return true[math.ceil(recall * len(true)) - 1]


def average_precision(scores: Sequence[float], same: Sequence[bool]) -> float:
    """Return the area under the curve of precision over recall."""
    ranked = sorted(zip(scores, same, strict=True), key=lambda one: -one[0])
    right, total = 0, 0.0
    for number, (_, label) in enumerate(ranked, 1):
        if label:
            right += 1
            total += right / number
    return total / max(1, right)


def intervals(
    scores: Sequence[float],
    same: Sequence[bool],
    groups: Sequence[Hashable],
    threshold: float,
) -> tuple[Interval, Interval]:
    """Return bootstrap intervals of precision and recall.

    Whole groups (packages) are drawn, because pairs of one package are alike.
    """
    rows: dict[Hashable, list[tuple[float, bool]]] = defaultdict(list)
    for group, score, label in zip(groups, scores, same, strict=True):
        rows[group].append((score, label))
    named = list(rows)
    rng = random.Random(SEED)
    drawn = []
    for _ in range(_REPEATS):
        picked = [row for name in rng.choices(named, k=len(named)) for row in rows[name]]
        drawn.append(quality([row[0] for row in picked], [row[1] for row in picked], threshold))
    return (
        _interval([one.precision for one in drawn]),
        _interval([one.recall for one in drawn]),
    )


def _interval(values: Sequence[float]) -> Interval:
    ranked = sorted(values)
    return Interval(ranked[int(0.025 * len(ranked))], ranked[int(0.975 * len(ranked)) - 1])
