"""How good the order of events in a case was: twelve goals, and which of them were met.

From: A. Householder and J. Spring, CMU/SEI-2021-SR-021, section 3.2, "desiderata": for each pair
the first event should precede the second. A goal is met as soon as its first event is there and
the second is not, for that cannot be undone; it is missed when the second one came first.

The score is a measure of a case, and of nobody: it says how things went, not who is to blame.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tidegate.desks.cases.states.vulnerabilities import CaseEvent


@dataclass(frozen=True, slots=True)
class Goal:
    """One event should precede another."""

    first: CaseEvent
    then: CaseEvent

    def __str__(self) -> str:
        return f"{self.first.letter} before {self.then.letter}"


GOALS: Final = (
    Goal(CaseEvent.VENDOR_AWARE, CaseEvent.PUBLIC),
    Goal(CaseEvent.VENDOR_AWARE, CaseEvent.EXPLOIT),
    Goal(CaseEvent.VENDOR_AWARE, CaseEvent.ATTACKS),
    Goal(CaseEvent.FIX_READY, CaseEvent.PUBLIC),
    Goal(CaseEvent.FIX_READY, CaseEvent.EXPLOIT),
    Goal(CaseEvent.FIX_READY, CaseEvent.ATTACKS),
    Goal(CaseEvent.FIX_DEPLOYED, CaseEvent.PUBLIC),
    Goal(CaseEvent.FIX_DEPLOYED, CaseEvent.EXPLOIT),
    Goal(CaseEvent.FIX_DEPLOYED, CaseEvent.ATTACKS),
    Goal(CaseEvent.PUBLIC, CaseEvent.EXPLOIT),
    Goal(CaseEvent.PUBLIC, CaseEvent.ATTACKS),
    Goal(CaseEvent.EXPLOIT, CaseEvent.ATTACKS),
)
"""The twelve goals."""


@dataclass(frozen=True, slots=True)
class Score:
    """Which goals were met, which missed, and which undecided; each in the table's order."""

    met: tuple[Goal, ...]
    missed: tuple[Goal, ...]
    undecided: tuple[Goal, ...]

    @property
    def points(self) -> int:
        """How many were met, of twelve."""
        return len(self.met)

    @property
    def reachable(self) -> int:
        """How many may still be met at best; what was missed stays so."""
        return len(self.met) + len(self.undecided)


def score(history: Iterable[CaseEvent]) -> Score:
    """Score the history of a case for one vendor, complete or not; see `histories.history_of`."""
    place = {event: number for number, event in enumerate(history)}
    never = len(CaseEvent)
    met: list[Goal] = []
    missed: list[Goal] = []
    undecided: list[Goal] = []
    for goal in GOALS:
        first, then = place.get(goal.first, never), place.get(goal.then, never)
        (met if first < then else missed if then < first else undecided).append(goal)
    return Score(tuple(met), tuple(missed), tuple(undecided))


def score_of_all(scores: Iterable[Score]) -> Score:
    """Score a case with several vendors: a goal is met where all met it, missed where one did.

    A secret is as good as where it leaks first, so the vendors are not averaged. Without any vendor
    every goal is undecided.
    """
    each = list(scores)
    missed = tuple(goal for goal in GOALS if any(goal in one.missed for one in each))
    met = tuple(goal for goal in GOALS if each and all(goal in one.met for one in each))
    undecided = tuple(goal for goal in GOALS if goal not in missed and goal not in met)
    return Score(met, missed, undecided)
