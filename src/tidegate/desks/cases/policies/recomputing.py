"""How the deadlines of a case came to be what they are: every computation, and what it changed.

A deadline is never set, only computed. Whenever something happens that it rests on, all of them are
computed anew, and what came out is added to the history. Nothing in a history is ever changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tidegate.desks.cases.instants import in_utc, shown
from tidegate.desks.cases.policies.clocks import Deadline, deadlines
from tidegate.desks.cases.policies.inputs import ClockInputError, Inputs
from tidegate.desks.cases.policies.policy import Policy


@dataclass(frozen=True, slots=True)
class Change:
    """What a computation changed about one rule's deadline."""

    rule: str
    before: Deadline | None
    """None where it is new."""
    after: Deadline | None
    """None where it is gone."""


@dataclass(frozen=True, slots=True)
class Computation:
    """One computation of all deadlines."""

    at: datetime
    reason: str
    """What made it necessary, for people."""
    deadlines: tuple[Deadline, ...]
    changes: tuple[Change, ...]
    """Against the computation before it."""

    def record(self) -> dict[str, Any]:
        """Return what changed, as JSON has it."""
        return {
            "at": shown(self.at),
            "reason": self.reason,
            "changes": [
                {
                    "rule": change.rule,
                    "before": change.before and change.before.record(),
                    "after": change.after and change.after.record(),
                }
                for change in self.changes
            ],
        }


def computed_again(
    history: Sequence[Computation], policy: Policy, inputs: Inputs, *, at: datetime, reason: str
) -> tuple[Computation, ...]:
    """Compute the deadlines anew, and return the history with that added, if it changed any.

    Another policy, or another version of it, is a change, too.

    Raises:
        InstantError: an instant is not in UTC.
        ClockInputError: the inputs do not fit the policy, or `at` is before the last computation.
    """
    in_utc(at, "when deadlines were computed")
    if history and at < history[-1].at:
        raise ClockInputError(
            f"deadlines were computed at {shown(history[-1].at)} already; add what is later,"
            f" not {shown(at)}"
        )
    after = deadlines(policy, inputs)
    changes = changes_between(history[-1].deadlines if history else (), after)
    if not changes:
        return tuple(history)
    return (*history, Computation(at, reason, after, changes))


def changes_between(before: Sequence[Deadline], after: Sequence[Deadline]) -> tuple[Change, ...]:
    """Return what differs, by rule."""
    old = {deadline.rule: deadline for deadline in before}
    new = {deadline.rule: deadline for deadline in after}
    return tuple(
        Change(rule, old.get(rule), new.get(rule))
        for rule in {**old, **new}
        if old.get(rule) != new.get(rule)
    )
