"""How well text and place nominate duplicates, on pairs of public advisories.

The set is built in `pairs`; thresholds are chosen on one half of the packages, and every figure is
of the other half. What competes is in `contenders`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.duplicates.contenders import Contender, contenders
from benchmarks.duplicates.described import features_of
from benchmarks.duplicates.embeddings import models
from benchmarks.duplicates.labels import Labels, labels
from benchmarks.duplicates.pairs import Pair
from benchmarks.duplicates.quality import (
    Interval,
    Quality,
    average_precision,
    intervals,
    quality,
    threshold_for,
)
from benchmarks.duplicates.replay import CROWD, crowd_seconds, crowd_share, replay
from benchmarks.figures import Report
from tidegate.engines.similarity.scoring import THRESHOLD, score_of

RECALL, PRECISION, CROWD_SECONDS = 0.95, 0.80, 10.0
"""The aims."""
_MODELS_NOTE = "a model's time is in its own row; beside the engine its vectors are at hand already"
_NO_MODELS_NOTE = "no embedding model is at hand; duplicates/embeddings.py says how to measure some"
COLUMNS = ("contender", "precision", "recall", "F1", "AP", "ms a pair", "aims met")


@dataclass(frozen=True, slots=True)
class _Result:
    """One contender on the half that its threshold was not chosen on."""

    contender: Contender
    threshold: float
    quality: Quality
    precision: Interval
    recall: Interval
    average_precision: float
    milliseconds: float
    """Processor time of a pair, reading both texts included."""


def measure(tell: Callable[[str], None]) -> Report:
    """Measure every contender that is at hand, the engine's strata, and its pace."""
    tell("duplicates: building the labelled set")
    made = labels()
    results = []
    found = list(models())
    for contender in contenders(made.tuning.pairs, found):
        tell(f"duplicates: {contender.name}")
        results.append(_measured(contender, made))
    notes = [_set_note(made), _MODELS_NOTE if found else _NO_MODELS_NOTE]
    if made.is_whole:
        tell("duplicates: strata and intake")
        notes += [*_strata(made), *_false_ones(made.held_out.pairs), _replay_note(made)]
        size, share = crowd_share(made.held_out)
        notes.append(
            f"were all {size:,} findings of one package, the index would keep {share:.2f} of the"
            " true pairs that comparing with all would nominate"
        )
        seconds = crowd_seconds(
            [
                one
                for known in (made.tuning, made.held_out)
                for v in known.known
                for one in v.tellings
            ]
        )
        notes.append(
            f"{CROWD:,} findings of one package: {seconds:.1f} s of processor time from text to"
            f" nominations, {1000 * seconds / CROWD:.2f} ms each; aim at most {CROWD_SECONDS:g} s"
        )
    return Report(
        f"Nominating duplicates, threshold for recall {RECALL:g} on the other half",
        COLUMNS,
        tuple(_row(one) for one in results),
        [_as_data(one) for one in results],
        notes=tuple(notes),
    )


def _measured(contender: Contender, made: Labels) -> _Result:
    tuning = [contender.score(pair) for pair in made.tuning.pairs]
    threshold = threshold_for(tuning, [pair.same for pair in made.tuning.pairs], RECALL)
    pairs = made.held_out.pairs
    same = [pair.same for pair in pairs]
    started = time.process_time()
    scores = [contender.score(pair) for pair in pairs]
    taken = time.process_time() - started
    precision, recall = intervals(scores, same, [pair.package for pair in pairs], threshold)
    return _Result(
        contender,
        threshold,
        quality(scores, same, threshold),
        precision,
        recall,
        average_precision(scores, same),
        1e3 * taken / len(pairs),
    )


def _row(one: _Result) -> tuple[str, ...]:
    met = one.quality.precision >= PRECISION and one.quality.recall >= RECALL
    return (
        one.contender.name,
        f"{one.quality.precision:.3f} ({one.precision.low:.2f}-{one.precision.high:.2f})",
        f"{one.quality.recall:.3f} ({one.recall.low:.2f}-{one.recall.high:.2f})",
        f"{one.quality.f1:.3f}",
        f"{one.average_precision:.3f}",
        f"{one.milliseconds:.2f}",
        "yes" if met else "NO",
    )


def _as_data(one: _Result) -> dict[str, Any]:
    return {
        "contender": one.contender.name,
        "threshold": one.threshold,
        "precision": one.quality.precision,
        "precision_interval": [one.precision.low, one.precision.high],
        "recall": one.quality.recall,
        "recall_interval": [one.recall.low, one.recall.high],
        "f1": one.quality.f1,
        "average_precision": one.average_precision,
        "milliseconds": one.milliseconds,
    }


def _set_note(made: Labels) -> str:
    pairs = [*made.tuning.pairs, *made.held_out.pairs]
    if not made.is_whole:
        return (
            f"only the shipped slice of {len(pairs) // 2} pairs is at hand, for both halves:"
            " it shows that this runs, and its figures mean nothing"
        )
    same = sum(pair.same for pair in pairs)
    return (
        f"{len(pairs)} pairs, {same} the same and {len(pairs) - same} not;"
        f" {len(made.held_out.pairs)} of them held out, no package in both halves;"
        " brackets: 95 % of 1,000 resamplings of packages"
    )


def _strata(made: Labels) -> list[str]:
    pairs = made.held_out.pairs
    same = [pair for pair in pairs if pair.same]
    parts = {
        "against a mere title": [pair for pair in same if pair.is_short],
        "both described": [pair for pair in same if not pair.is_short],
        "reworded": [pair for pair in same if pair.copied < 0.5],
        "partly copied": [pair for pair in same if pair.copied >= 0.5],
        "copies, not in the set": made.held_out.copies,
    }
    different = [pair for pair in pairs if not pair.same]
    wrong = {
        "of the same weakness": [pair for pair in different if pair.same_weakness],
        "of another weakness": [pair for pair in different if not pair.same_weakness],
    }
    return [
        "recall of the engine: " + ", ".join(f"{n} {_nominated(p)}" for n, p in parts.items()),
        "nominated by mistake: " + ", ".join(f"{n} {_nominated(p)}" for n, p in wrong.items()),
    ]


def _nominated(pairs: Sequence[Pair]) -> str:
    count = sum(score_of(*features_of(pair)) >= THRESHOLD for pair in pairs)
    return f"{count / max(1, len(pairs)):.2f} of {len(pairs)}"


def _false_ones(pairs: Sequence[Pair]) -> list[str]:
    wrong = [p for p in pairs if not p.same and score_of(*features_of(p)) >= THRESHOLD]
    kinds = {"share names of code": 0, "share the kind of weakness": 0, "share words only": 0}
    for pair in wrong:
        one, other = features_of(pair)
        if one.compared_names & other.compared_names:
            kinds["share names of code"] += 1
        elif set(one.kinds) & set(other.kinds):
            kinds["share the kind of weakness"] += 1
        else:
            kinds["share words only"] += 1
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    return [f"{len(wrong)} false nominations: {told}"]


def _replay_note(made: Labels) -> str:
    one = replay(made.held_out)
    return (
        f"intake replayed, {one.findings} findings against all {one.known:.1f} known of their"
        f" package (mean): {one.nominated:.1f} nominations each; the true pair is the first in"
        f" {one.first:.2f}, among three in {one.first_three:.2f}, nominated in {one.anywhere:.2f};"
        f" the index keeps {one.indexed:.2f} of these"
    )
