"""The deadlines that a case's disclosure policy sets: computed anew whenever they may have changed.

For each thing that is due, the clock of the deadline that governs it runs, and no other. When it
rings, people are told; a policy by itself releases nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from tidegate.desks.cases.models import Clock, Coordination
from tidegate.desks.cases.policies.clocks import Deadline, deadlines, governing
from tidegate.desks.cases.policies.inputs import Inputs, inputs_of
from tidegate.desks.cases.policies.words import Circumstance, Trigger
from tidegate.desks.cases.queries.modelled import entries_of
from tidegate.desks.cases.queries.policies import policy_named
from tidegate.desks.cases.services import clocks
from tidegate.desks.cases.states.histories import Entry
from tidegate.desks.cases.states.vulnerabilities import CaseEvent
from tidegate.desks.findings.priority import Severity

_STANDING = (Clock.State.RUNNING, Clock.State.PAUSED)


def compute_again(row: Coordination, entries: Iterable[Entry], *, at: datetime) -> None:
    """Compute a case's deadlines from what is known now, and set its clocks by them.

    `entries` are what was seen in the case; what else the deadlines rest on is in the row.
    """
    if not row.policy or row.closed_at is not None:
        return
    policy = policy_named(row.policy, row.policy_version)
    inputs = with_entries(inputs_kept(row), entries, row)
    if row.policy_inputs != inputs.record():
        row.policy_inputs = inputs.record()
        row.save(update_fields=["policy_inputs"])
    found = {one.rule: one for one in governing(deadlines(policy, inputs)).values()}
    standing = {
        clock.name: clock
        for clock in row.clocks.filter(kind=Clock.Kind.POLICY, state__in=_STANDING)
    }
    for name in standing.keys() - found.keys():
        why = "met, or another deadline governs"
        clocks.cancel(row, Clock.Kind.POLICY, name=name, at=at, why=why)
    for deadline in found.values():
        _set(row, deadline, standing.get(deadline.rule), at)


def happened(row: Coordination, trigger: Trigger, *, at: datetime) -> None:
    """Keep that something happened now that deadlines rest on, and compute them anew."""
    row.policy_inputs = with_trigger(inputs_kept(row), trigger, at).record()
    row.save(update_fields=["policy_inputs"])
    compute_again(row, entries_of(row), at=at)


def inputs_kept(row: Coordination) -> Inputs:
    """Return what a case's deadlines rest on, as it was kept."""
    return inputs_of(row.policy_inputs) if row.policy_inputs else Inputs({})


def with_entries(inputs: Inputs, entries: Iterable[Entry], row: Coordination) -> Inputs:
    """Add what was seen in the case: when a vendor got the report, and when attacks were known."""
    known = dict(inputs.happened)
    for entry in entries:
        if entry.event is CaseEvent.VENDOR_AWARE:
            _earliest(known, Trigger.REPORTED, entry.happened_at)
        elif entry.event is CaseEvent.ATTACKS:
            _earliest(known, Trigger.EXPLOITATION_KNOWN, entry.recorded_at)
    circumstances = inputs.circumstances
    if row.case.severity == Severity.CRITICAL:
        circumstances |= {Circumstance.CRITICAL}
    return Inputs(known, circumstances, inputs.grants, inputs.pauses)


def with_trigger(inputs: Inputs, trigger: Trigger, happened_at: datetime) -> Inputs:
    """Add that something happened; of two instants that were said, the earlier one counts."""
    known = dict(inputs.happened)
    _earliest(known, trigger, happened_at)
    return Inputs(known, inputs.circumstances, inputs.grants, inputs.pauses)


def for_another_policy(inputs: Inputs) -> Inputs:
    """Return inputs as another policy is computed from: what one has granted, no other grants."""
    return Inputs(inputs.happened, inputs.circumstances)


def _earliest(known: dict[Trigger, datetime], trigger: Trigger, at: datetime) -> None:
    known[trigger] = min(known.get(trigger, at), at)


def _set(row: Coordination, deadline: Deadline, clock: Clock | None, at: datetime) -> None:
    if clock is None and _has_fired(row, deadline):
        return
    if clock is not None and clock.state == Clock.State.PAUSED and not deadline.paused_since:
        clocks.resume(clock, at=at)
    clock = clocks.run(
        row,
        Clock.Kind.POLICY,
        deadline.rule,
        deadline.due_at,
        trigger=deadline.trigger,
        triggered_at=deadline.triggered_at,
        authority=deadline.authority,
        policy=deadline.policy,
        policy_version=deadline.policy_version,
        inputs=_told(deadline),
        at=at,
    )
    if deadline.paused_since:
        why = deadline.pauses[-1].reason if deadline.pauses else ""
        clocks.pause(clock, at=deadline.paused_since, why=why)


def _told(deadline: Deadline) -> Mapping[str, object]:
    """Return all that a deadline rests on, as a clock keeps it."""
    return {**deadline.record(), "words": deadline.words}


def _has_fired(row: Coordination, deadline: Deadline) -> bool:
    """Say whether people were told of this deadline already."""
    return row.clocks.filter(
        kind=Clock.Kind.POLICY,
        state=Clock.State.FIRED,
        name=deadline.rule,
        policy=deadline.policy,
        due_at=deadline.due_at,
    ).exists()
