"""What deadlines rest on: what happened and when, what was granted, and when clocks stood still.

Whether an extension or a pause may still be had is asked in `granting`, when somebody asks for it.
Here only what can never be right is refused, so that a deadline can always be computed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from tidegate.desks.cases.instants import in_utc, shown
from tidegate.desks.cases.policies.policy import Policy, Rule
from tidegate.desks.cases.policies.words import Circumstance, Ground, Trigger
from tidegate.desks.cases.states.steps import listed


class ClockInputError(ValueError):
    """What a deadline should be computed from is contradictory; the message names the mend."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which a rule's clock stands still."""

    rule: str
    since: datetime
    until: datetime | None
    """None while it lasts."""
    reason: str

    def record(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "rule": self.rule,
            "since": shown(self.since),
            "until": self.until and shown(self.until),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Grant:
    """An extension that somebody granted."""

    rule: str
    at: datetime
    grounds: frozenset[Ground]
    by: str

    def record(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "rule": self.rule,
            "at": shown(self.at),
            "grounds": sorted(self.grounds),
            "by": self.by,
        }


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that deadlines rest on."""

    happened: Mapping[Trigger, datetime]
    """When each trigger happened first."""
    circumstances: frozenset[Circumstance] = frozenset()
    grants: tuple[Grant, ...] = ()
    pauses: tuple[Pause, ...] = ()

    def record(self) -> dict[str, Any]:
        """Return them as JSON has them."""
        return {
            "happened": {str(what): shown(at) for what, at in sorted(self.happened.items())},
            "circumstances": sorted(self.circumstances),
            "grants": [grant.record() for grant in self.grants],
            "pauses": [pause.record() for pause in self.pauses],
        }


def inputs_of(record: Mapping[str, Any]) -> Inputs:
    """Read inputs back from what `Inputs.record` wrote."""
    return Inputs(
        happened={Trigger(what): _instant(at) for what, at in record["happened"].items()},
        circumstances=frozenset(Circumstance(word) for word in record["circumstances"]),
        grants=tuple(
            Grant(
                one["rule"],
                _instant(one["at"]),
                frozenset(Ground(word) for word in one["grounds"]),
                one["by"],
            )
            for one in record["grants"]
        ),
        pauses=tuple(
            Pause(
                one["rule"],
                _instant(one["since"]),
                _instant(one["until"]) if one["until"] else None,
                one["reason"],
            )
            for one in record["pauses"]
        ),
    )


def check(policy: Policy, inputs: Inputs) -> None:
    """Let inputs pass that a policy can be computed from.

    Raises:
        InstantError: an instant is not in UTC.
        ClockInputError: a pause or an extension does not fit the policy, or one another.
    """
    for what, at in inputs.happened.items():
        in_utc(at, f"when {what} happened")
    for grant in inputs.grants:
        in_utc(grant.at, f"when {grant.rule} was extended")
        _check_grant(policy, grant)
    granted = [grant.rule for grant in inputs.grants]
    if twice := [name for name in granted if granted.count(name) > 1]:
        raise ClockInputError(f"{twice[0]} was extended already; {policy} does that once")
    for pause in inputs.pauses:
        in_utc(pause.since, f"when {pause.rule} was paused")
        if pause.until is not None:
            in_utc(pause.until, f"when {pause.rule} went on")
        _check_pause(policy, pause)
    for rule in policy.rules:
        _check_apart([pause for pause in inputs.pauses if pause.rule == rule.name])


def _check_grant(policy: Policy, grant: Grant) -> None:
    rule = _rule(policy, grant.rule)
    if rule.extension is None:
        raise ClockInputError(f"{policy}'s rule {rule.name} knows no extension; take it back")
    if missing := rule.extension.grounds - grant.grounds:
        raise ClockInputError(
            f"{policy} extends {rule.name} only where it is"
            f" {' and '.join(sorted(rule.extension.grounds))}; {listed(sorted(missing))} is missing"
        )


def _check_pause(policy: Policy, pause: Pause) -> None:
    rule = _rule(policy, pause.rule)
    if not rule.can_pause:
        raise ClockInputError(f"{policy}'s rule {rule.name} cannot be paused; take it back")
    if pause.until is not None and pause.until <= pause.since:
        raise ClockInputError(
            f"the pause of {rule.name} from {shown(pause.since)} ends at {shown(pause.until)};"
            " let it end after it begins"
        )


def _check_apart(pauses: list[Pause]) -> None:
    pauses = sorted(pauses, key=lambda pause: pause.since)
    for earlier, later in pairwise(pauses):
        if earlier.until is None or later.since < earlier.until:
            raise ClockInputError(
                f"{later.rule} is paused already at {shown(later.since)}; let it go on first"
            )


def _rule(policy: Policy, name: str) -> Rule:
    rule = policy.rule(name)
    if rule is None:
        names = listed(known.name for known in policy.rules)
        raise ClockInputError(f"{policy} has no rule {name!r}; name {names}")
    return rule


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
