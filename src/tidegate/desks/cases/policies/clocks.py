"""Which deadlines a policy sets in a case: from what happened and when, to instants in UTC.

For each rule whose triggers have happened and whose condition holds there is one deadline. It is
due its length after the last of its triggers, moved by what was granted and by the time in which it
stood still:

- An **extension** that was granted while the clock ran, its last instant included, adds its length,
  once. One that came later does not count.
- A **pause** adds the part of its own length in which the clock ran. While it lasts, nobody knows
  when the deadline will be due, and nothing fires; `due_at` is then when it would have been due
  without this pause.
- What **meets** a clock in time ends it: nothing is due any more. What comes too late does not.

Where several deadlines of a policy are for the same clock, the earliest that was not met governs
(`governing`). Everything that a deadline rests on is kept beside it, so that it can be checked, and
computed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.policies.inputs import (
    ClockInputError,
    Grant,
    Inputs,
    Pause,
    check,
)
from tidegate.desks.cases.policies.lengths import Length
from tidegate.desks.cases.policies.policy import Policy, Rule
from tidegate.desks.cases.policies.words import ClockName, Trigger


class Outcome(StrEnum):
    """What became of a clock."""

    RUNNING = "running"
    """Nothing has met it, so far."""
    MET = "met"
    MISSED = "missed"
    """What should have met it came too late."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """One instant at which something is due, with all that it rests on."""

    rule: str
    clock: ClockName
    words: str
    """What is to be done, for people."""
    trigger: Trigger
    """The last of the rule's triggers: what started the clock."""
    triggered_at: datetime
    due_at: datetime
    paused_since: datetime | None
    """When it was paused, while it is; until it goes on, nothing fires at `due_at`."""
    outcome: Outcome
    met_by: Trigger | None
    met_at: datetime | None
    length: Length
    extended: bool
    pauses: tuple[Pause, ...]
    """Those that moved it."""
    authority: str
    policy: str
    policy_version: str
    policy_sha256: str
    inputs: Mapping[str, Any] = field(compare=False)
    """All inputs of the computation, as JSON has them."""

    @property
    def is_pending(self) -> bool:
        """Whether it will be due at `due_at`, if nothing else happens."""
        return self.outcome is Outcome.RUNNING and self.paused_since is None

    def record(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "rule": self.rule,
            "clock": str(self.clock),
            "trigger": str(self.trigger),
            "triggered_at": shown(self.triggered_at),
            "due_at": shown(self.due_at),
            "paused_since": self.paused_since and shown(self.paused_since),
            "outcome": str(self.outcome),
            "met_by": self.met_by and str(self.met_by),
            "met_at": self.met_at and shown(self.met_at),
            "length": str(self.length),
            "extended": self.extended,
            "pauses": [pause.record() for pause in self.pauses],
            "authority": self.authority,
            "policy": self.policy,
            "policy_version": self.policy_version,
            "policy_sha256": self.policy_sha256,
            "inputs": dict(self.inputs),
        }


def deadlines(policy: Policy, inputs: Inputs) -> tuple[Deadline, ...]:
    """Return the deadlines that a policy sets, in the order of its rules.

    Raises:
        InstantError: an instant is not in UTC.
        ClockInputError: a pause or an extension does not fit the policy, or one another.
    """
    check(policy, inputs)
    record = inputs.record()
    found: dict[str, Deadline] = {}
    for rule in policy.rules:
        deadline = _deadline(policy, rule, inputs, record)
        condition = found.get(rule.after_met)
        if rule.after_met and (condition is None or condition.outcome is not Outcome.MET):
            deadline = None
        if deadline is not None:
            found[rule.name] = deadline
    return tuple(found.values())


def governing(found: Iterable[Deadline]) -> dict[ClockName, Deadline]:
    """Return, for each clock, the deadline that governs it: the earliest that was not met.

    A paused one governs by the instant that it would have without its pause: it is shown, and it
    does not fire.
    """
    first: dict[ClockName, Deadline] = {}
    for deadline in found:
        if deadline.outcome is Outcome.MET:
            continue
        known = first.get(deadline.clock)
        if known is None or deadline.due_at < known.due_at:
            first[deadline.clock] = deadline
    return first


def _deadline(
    policy: Policy, rule: Rule, inputs: Inputs, record: Mapping[str, Any]
) -> Deadline | None:
    """Return a rule's deadline by itself, whatever became of other rules."""
    if rule.holds is not None and rule.holds not in inputs.circumstances:
        return None
    starts: list[tuple[datetime, Trigger]] = []
    for trigger in rule.triggers:
        at = _first(inputs, trigger)
        if at is None:
            return None
        starts.append((at, trigger))
    triggered_at, trigger = max(starts)
    if policy.applies_from is not None and triggered_at < policy.applies_from:
        return None
    run = _run(rule, triggered_at, inputs)
    outcome, met_by, met_at = _outcome(rule, run, inputs)
    return Deadline(
        rule=rule.name,
        clock=rule.clock,
        words=rule.words,
        trigger=trigger,
        triggered_at=triggered_at,
        due_at=run.due_at,
        paused_since=run.paused_since if outcome is Outcome.RUNNING else None,
        outcome=outcome,
        met_by=met_by,
        met_at=met_at,
        length=rule.length,
        extended=run.extended,
        pauses=run.pauses,
        authority=policy.authority,
        policy=policy.name,
        policy_version=policy.version,
        policy_sha256=policy.sha256,
        inputs=record,
    )


def _first(inputs: Inputs, trigger: Trigger) -> datetime | None:
    """Return when a trigger happened; a fix is a measure, whether or not it was told as one."""
    known = [inputs.happened.get(trigger)]
    if trigger is Trigger.MEASURE_AVAILABLE:
        known.append(inputs.happened.get(Trigger.FIX_AVAILABLE))
    return min((at for at in known if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Run:
    """How a clock ran."""

    due_at: datetime
    paused_since: datetime | None = None
    extended: bool = False
    pauses: tuple[Pause, ...] = ()


def _run(rule: Rule, start: datetime, inputs: Inputs) -> _Run:
    """Let a clock run through what paused and extended it, in the order of time."""
    due = _after(start, rule.length, rule)
    moving: list[tuple[datetime, Pause | Grant]] = [
        *((one.since, one) for one in inputs.pauses if one.rule == rule.name),
        *((one.at, one) for one in inputs.grants if one.rule == rule.name),
    ]
    moving.sort(key=lambda pair: pair[0])
    paused_since: datetime | None = None
    extended = False
    counted: list[Pause] = []
    for at, one in moving:
        if isinstance(one, Grant):
            in_time = paused_since is not None or at <= due
            if in_time and rule.extension is not None:
                due, extended = _after(due, rule.extension.length, rule), True
        elif at < due and (one.until is None or one.until > start):
            counted.append(one)
            begins = max(at, start)
            if one.until is None:
                paused_since = begins
            else:
                due = _later(due, one.until - begins, rule)
    return _Run(due, paused_since, extended, tuple(counted))


def _outcome(
    rule: Rule, run: _Run, inputs: Inputs
) -> tuple[Outcome, Trigger | None, datetime | None]:
    came = [(at, what) for what in rule.met_by if (at := _first(inputs, what)) is not None]
    if not came:
        return Outcome.RUNNING, None, None
    at, what = min(came)
    in_time = run.paused_since is not None or at <= run.due_at
    return (Outcome.MET if in_time else Outcome.MISSED), what, at


def _after(start: datetime, length: Length, rule: Rule) -> datetime:
    try:
        return length.after(start)
    except OverflowError:
        raise ClockInputError(_beyond(rule)) from None


def _later(due: datetime, by: timedelta, rule: Rule) -> datetime:
    try:
        return due + by
    except OverflowError:
        raise ClockInputError(_beyond(rule)) from None


def _beyond(rule: Rule) -> str:
    return f"{rule.name} would be due beyond the year 9999; look at the instants again"
