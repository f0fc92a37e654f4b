"""How alike two findings are, and why; one transparent sum, and the reasons in words.

Three measures are taken, each multiplied by its weight, added up, and put through the logistic
function: logistic regression, fitted by `python -m benchmarks.duplicates.fit` on the tuning half of
the labelled set (docs/decisions/0003). Kinds of weakness are a reason and no measure, because the
fit gave them no weight beside the words. What the set cannot teach is a rule on top, set by hand:
equal aliases are certain, and an equal place takes away half of what was missing to 1.
"""

from __future__ import annotations

import math
from operator import mul
from typing import TYPE_CHECKING, Final, NamedTuple

from tidegate.engines.similarity.model import Nomination
from tidegate.engines.similarity.weights import TENTHS, weight_of
from tidegate.engines.similarity.words import stem

if TYPE_CHECKING:
    from tidegate.engines.similarity.features import Features

THRESHOLD: Final = 0.227
"""From this score on a pair is nominated: on the tuning half, 95 of 100 true pairs reach it."""

INTERCEPT: Final = 0.32
WEIGHTS: Final = (2.65, 0.37, 0.43)
"""One for each of the measures, in their order."""

_EXTRA_WORDS: Final = 1
_EXTRA_EVIDENCE: Final = -1 * TENTHS
"""Each text is counted as if it had one more word, which the other lacks: one that says next to
nothing is like nothing."""
_MOST_NAMES: Final = 3
_SHARE_OF_A_PLACE: Final = 0.5
_NEAR_LINES: Final = 10
_SHOWN: Final = 4


class Measures(NamedTuple):
    """What is measured on two findings; the order is that of `WEIGHTS`."""

    shorter: float
    """Mean evidence of a word of the text with fewer words; see `weights`."""
    longer: float
    """The same for the other text."""
    names: float
    """Names of code that both have, 3 at most."""


def measure(one: Features, other: Features) -> Measures:
    """Take the measures; the order of the two does not matter."""
    fewer, more = one.stems, other.stems
    if len(fewer) > len(more):
        one, other, fewer, more = other, one, more, fewer
    gained = sum(map(one.gains.__getitem__, fewer & more)) + _EXTRA_EVIDENCE
    shorter = (one.missed + gained) / (TENTHS * (len(fewer) + _EXTRA_WORDS))
    longer = (other.missed + gained) / (TENTHS * (len(more) + _EXTRA_WORDS))
    if len(fewer) == len(more) and longer > shorter:
        shorter, longer = longer, shorter
    names = len(one.compared_names & other.compared_names)
    return Measures(shorter, longer, min(_MOST_NAMES, names))


def score_of(new: Features, known: Features) -> float:
    """Return the score of two findings: 1 for a common alias, else what text and place make."""
    if new.aliases and known.aliases and set(new.aliases) & set(known.aliases):
        return 1.0
    score = text_score(measure(new, known))
    if new.places and known.places and _same_place(new, known):
        score += _SHARE_OF_A_PLACE * (1.0 - score)
    return score


def compare(new: Features, known: Features) -> Nomination:
    """Return the score of two findings, with its reasons, whether or not it is nominated."""
    return Nomination(new.key, known.key, round(score_of(new, known), 4), _reasons(new, known))


def text_score(measures: Measures) -> float:
    """Return 0 to 1 for the measures alone."""
    total = INTERCEPT + sum(map(mul, WEIGHTS, measures))
    return 1.0 / (1.0 + math.exp(-total))


def _same_place(new: Features, known: Features) -> str:
    """Return the first place that both give, for people; empty where there is none."""
    for file, line, function in new.places:
        for other_file, other_line, other_function in known.places:
            if not file or file.lower() != other_file.lower():
                continue
            if function and other_function:
                if function.lower() == other_function.lower():
                    return f"{file}, {function}"
            elif line and other_line and abs(line - other_line) <= _NEAR_LINES:
                return f"{file}, line {line}"
    return ""


def _reasons(new: Features, known: Features) -> tuple[str, ...]:
    aliases = sorted(set(new.aliases) & set(known.aliases))
    reasons = [f"same {alias}" for alias in aliases[:_SHOWN]]
    place = _same_place(new, known)
    if place:
        reasons.append(f"same place: {place}")
    names = [name for name in new.names if name.lower() in known.compared_names]
    if names:
        reasons.append(f"both name {', '.join(names[:_SHOWN])}")
    kinds = sorted(new.told_kinds & known.told_kinds)
    if kinds:
        reasons.append(f"both tell of {', '.join(kinds[:_SHOWN])}")
    words = [word for word in new.words if stem(word) in known.stems]
    words.sort(key=lambda word: -weight_of(stem(word)).found)
    likeness = text_score(measure(new, known))
    shared = f", both with {', '.join(words[:_SHOWN])}" if words else ""
    reasons.append(f"texts alike {likeness:.2f}{shared}")
    return tuple(reasons)
