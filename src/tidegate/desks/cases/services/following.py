"""Which disclosure policy a case follows, and what moves its deadlines.

A policy is data, named and versioned; a case follows one version of it until it is told otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import require_with_instance
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.models import Clock, Coordination, DisclosurePolicy
from tidegate.desks.cases.policies import granting
from tidegate.desks.cases.policies.inputs import Grant, Inputs, Pause
from tidegate.desks.cases.policies.loading import PolicyError, read_policy
from tidegate.desks.cases.policies.policy import Policy
from tidegate.desks.cases.policies.words import Ground, Trigger
from tidegate.desks.cases.queries.modelled import entries_of
from tidegate.desks.cases.queries.policies import policy_named
from tidegate.desks.cases.services import clocks, deadlines
from tidegate.desks.cases.services.machines import Held, hold, taken
from tidegate.desks.cases.services.recording import record
from tidegate.desks.cases.services.texts import instant, reasoned
from tidegate.desks.findings.queries.errors import FilterError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.services.appending import append


def set_policy(
    actor: Actor, case_key: str, name: str, *, version: str = "", at: datetime
) -> Coordination:
    """Let a case follow another policy, or another version of it; what happened stays happened.

    What the earlier policy granted, extensions and pauses, ends with it.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: there is no such policy.
    """
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at)
        row = holding.row
        before = f"{row.policy} {row.policy_version}".strip()
        follow(row, name, version=version, at=at)
        record(
            "policy-set",
            row,
            at=at,
            actor=actor,
            policy=row.policy,
            version=row.policy_version,
            before=before,
        )
        return row


def record_trigger(
    actor: Actor,
    case_key: str,
    trigger: str,
    *,
    happened_at: datetime | None = None,
    at: datetime,
) -> Coordination:
    """Record that something happened that deadlines of policies rest on, such as that a fix is out.

    That a vendor got the report, and that attacks are known, follows from the case itself.

    Raises:
        NotFoundError: there is no such case, or not for them.
        NotPossibleError: it is no such word, or lies ahead.
    """
    words = tuple(Trigger)
    if trigger not in words:
        raise NotPossibleError(
            f"{trigger[:40]!r} is nothing that a deadline rests on; say one of {', '.join(words)}"
        )
    when = instant(happened_at or at, "when it happened")
    if when > at:
        raise NotPossibleError(f"{shown(when)} is ahead; say it when it has happened")
    with transaction.atomic():
        holding = hold(actor, case_key, Act.WRITE, at=at)
        kept = deadlines.inputs_kept(holding.row)
        _keep(holding, deadlines.with_trigger(kept, Trigger(trigger), when), at)
        record(
            "trigger-recorded",
            holding.row,
            at=at,
            actor=actor,
            trigger=trigger,
            happened_at=shown(when),
        )
        return holding.row


def extend(
    actor: Actor, case_key: str, rule: str, grounds: Iterable[str], *, at: datetime
) -> Coordination:
    """Extend the deadline of a policy's rule, on the grounds that the policy asks for.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: the policy does not extend it, or not any more.
    """
    said = tuple(grounds)
    if unknown := [ground for ground in said if ground not in tuple(Ground)]:
        raise NotPossibleError(
            f"{unknown[0][:40]!r} is no ground of an extension; say one of {', '.join(Ground)}"
        )
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at)
        grant = Grant(rule, at, frozenset(Ground(ground) for ground in said), actor.name)
        moved = granting.extended(_policy(holding), deadlines.inputs_kept(holding.row), grant)
        _keep(holding, taken(moved, holding), at)
        record("deadline-extended", holding.row, at=at, actor=actor, rule=rule, grounds=list(said))
        return holding.row


def pause(actor: Actor, case_key: str, rule: str, *, reason: str, at: datetime) -> Coordination:
    """Stop the clock of a policy's rule for a while.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: the policy does not let it be paused, or it does not run.
    """
    why = reasoned(reason)
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at)
        kept = deadlines.inputs_kept(holding.row)
        moved = granting.paused(_policy(holding), kept, Pause(rule, at, None, why))
        _keep(holding, taken(moved, holding), at)
        record("deadline-paused", holding.row, at=at, actor=actor, rule=rule, reason=why)
        return holding.row


def resume(actor: Actor, case_key: str, rule: str, *, at: datetime) -> Coordination:
    """Let the clock of a policy's rule go on.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: it is not paused.
    """
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at)
        kept = deadlines.inputs_kept(holding.row)
        moved = granting.resumed(_policy(holding), kept, rule, at=at)
        _keep(holding, taken(moved, holding), at)
        record("deadline-resumed", holding.row, at=at, actor=actor, rule=rule)
        return holding.row


def load_policy(actor: Actor, raw: bytes, source: str, *, at: datetime) -> Policy:
    """Load a disclosure policy of the instance's own; a version that is known says what it said.

    Raises:
        NotFoundError: the actor does not run the instance.
        NotPossibleError: it is no policy, has a shipped one's name, or says something else under
            a version that is known.
    """
    require_with_instance(actor, Act.ADMINISTER)
    try:
        policy = read_policy(raw, source)
    except PolicyError as error:
        raise NotPossibleError(str(error)) from error
    with transaction.atomic():
        known = DisclosurePolicy.objects.select_for_update().filter(
            name=policy.name, version=policy.version
        )
        before = known.first()
        if before is not None and before.sha256 != policy.sha256:
            raise NotPossibleError(
                f"{policy} is here already and says something else; give yours another version"
            )
        if before is None:
            DisclosurePolicy.objects.create(
                name=policy.name,
                version=policy.version,
                sha256=policy.sha256,
                document=raw,
                loaded_by=actor.name,
                loaded_at=at,
            )
            append(
                "policy-loaded",
                at=at,
                actor=actor,
                name=policy.name,
                version=policy.version,
                sha256=policy.sha256,
            )
        return policy


def follow(row: Coordination, name: str, *, version: str = "", at: datetime) -> None:
    """Let a case follow a policy, and its clocks run by it; the row is locked already.

    Raises:
        NotPossibleError: there is no such policy.
    """
    try:
        policy = policy_named(name, version)
    except FilterError as error:
        raise NotPossibleError(str(error)) from error
    kept = deadlines.inputs_kept(row)
    if (row.policy, row.policy_version) != (policy.name, policy.version):
        stop(row, at=at, why=f"the case follows {policy}")
        kept = deadlines.for_another_policy(kept)
    row.policy, row.policy_version, row.policy_inputs = policy.name, policy.version, kept.record()
    row.save(update_fields=["policy", "policy_version", "policy_inputs"])
    deadlines.compute_again(row, entries_of(row), at=at)


def stop(row: Coordination, *, at: datetime, why: str) -> None:
    """Take the clocks of a case's policy away."""
    clocks.cancel(row, Clock.Kind.POLICY, at=at, why=why)


def _policy(holding: Held) -> Policy:
    if not holding.row.policy:
        raise NotPossibleError(f"{holding.key} follows no policy; set one first")
    return policy_named(holding.row.policy, holding.row.policy_version)


def _keep(holding: Held, inputs: Inputs, at: datetime) -> None:
    holding.row.policy_inputs = inputs.record()
    holding.row.save(update_fields=["policy_inputs"])
    deadlines.compute_again(holding.row, entries_of(holding.row), at=at)
