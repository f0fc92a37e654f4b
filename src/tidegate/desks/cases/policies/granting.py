"""Whether a clock may be extended, paused, or go on: asked when somebody asks for it.

The answer is what deadlines rest on with that added, or why not. What was granted once stays in
the inputs, whatever becomes of the deadline later.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tidegate.desks.cases.instants import in_utc, shown
from tidegate.desks.cases.policies.clocks import Deadline, Outcome, deadlines
from tidegate.desks.cases.policies.inputs import ClockInputError, Grant, Inputs, Pause
from tidegate.desks.cases.policies.policy import Policy
from tidegate.desks.cases.states.steps import Moved, Refused


def extended(policy: Policy, inputs: Inputs, grant: Grant) -> Moved[Inputs] | Refused:
    """Extend a clock that runs. Raises `InstantError`."""
    running = _running(policy, inputs, grant.rule, in_utc(grant.at, "when it was extended"))
    if not running:
        return running
    return _if_sound(policy, replace(inputs, grants=(*inputs.grants, grant)))


def paused(policy: Policy, inputs: Inputs, pause: Pause) -> Moved[Inputs] | Refused:
    """Pause a clock that runs. Raises `InstantError`."""
    running = _running(policy, inputs, pause.rule, in_utc(pause.since, "when it was paused"))
    if not running:
        return running
    return _if_sound(policy, replace(inputs, pauses=(*inputs.pauses, pause)))


def resumed(policy: Policy, inputs: Inputs, rule: str, *, at: datetime) -> Moved[Inputs] | Refused:
    """Let a paused clock go on. Raises `InstantError`."""
    in_utc(at, "when it went on")
    lasting = [one for one in inputs.pauses if one.rule == rule and one.until is None]
    if not lasting:
        return Refused(f"the clock of {rule} is not paused; there is nothing to go on with")
    pauses = tuple(replace(one, until=at) if one in lasting else one for one in inputs.pauses)
    return _if_sound(policy, replace(inputs, pauses=pauses))


def _running(policy: Policy, inputs: Inputs, rule: str, at: datetime) -> Moved[Deadline] | Refused:
    """Return the deadline of a rule whose clock runs at an instant."""
    found = {deadline.rule: deadline for deadline in deadlines(policy, inputs)}
    deadline = found.get(rule)
    if deadline is None or at < deadline.triggered_at:
        return Refused(f"the clock of {policy}'s rule {rule} does not run; wait until it does")
    if deadline.outcome is not Outcome.RUNNING:
        return Refused(f"the clock of {rule} was {deadline.outcome} already; leave it as it is")
    if deadline.paused_since is None and at > deadline.due_at:
        return Refused(
            f"the clock of {rule} ran out at {shown(deadline.due_at)}; {shown(at)} is too late"
        )
    return Moved(deadline)


def _if_sound(policy: Policy, inputs: Inputs) -> Moved[Inputs] | Refused:
    try:
        deadlines(policy, inputs)
    except ClockInputError as error:
        return Refused(str(error))
    return Moved(inputs)
