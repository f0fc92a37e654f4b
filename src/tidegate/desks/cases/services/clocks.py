"""Clocks: rows that say at which instant something follows by itself, and why then.

A clock is set where its reason arises and taken away where the reason ends, in that transaction.
What follows when it rings is in `firing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.models import Clock, Coordination

_STANDING = (Clock.State.RUNNING, Clock.State.PAUSED)


def run(
    coordination: Coordination,
    kind: Clock.Kind,
    name: str,
    due_at: datetime,
    *,
    trigger: str,
    triggered_at: datetime,
    subject: str = "",
    authority: str = "",
    policy: str = "",
    policy_version: str = "",
    inputs: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Clock:
    """Let a clock run; one that stands already is moved, and keeps what it was moved from.

    Args:
        coordination: of the case.
        kind: what follows.
        name: of the policy's rule, or of what ends.
        due_at: when.
        trigger: what set it.
        triggered_at: when that happened.
        subject: key of whatever it is about, where there may be several.
        authority: who says that it has to be then.
        policy: name of the policy that says so.
        policy_version: of that policy.
        inputs: what the date was worked out from, as JSON data.
        at: now, for the history; when it was triggered, without it.
    """
    now = at or triggered_at
    why = {
        "trigger": trigger,
        "triggered_at": triggered_at,
        "authority": authority,
        "policy": policy,
        "policy_version": policy_version,
        "inputs": dict(inputs or {}),
    }
    standing = _standing(coordination, kind=kind, name=name, subject=subject).first()
    if standing is None:
        clock = Clock(coordination=coordination, kind=kind, name=name, subject=subject)
        _move(clock, "set", due_at, now, why)
    elif standing.due_at != due_at:
        clock = standing
        _move(clock, "moved", due_at, now, why)
    else:
        return standing
    clock.save()
    return clock


def cancel(
    coordination: Coordination,
    kind: Clock.Kind,
    *,
    at: datetime,
    why: str,
    name: str | None = None,
    subject: str | None = None,
) -> int:
    """Take clocks away that stand; return how many. Without a name or a subject, all of a kind."""
    which = {"name": name, "subject": subject}
    named = {column: value for column, value in which.items() if value is not None}
    found = list(_standing(coordination, kind=kind, **named))
    for clock in found:
        clock.state = Clock.State.CANCELLED
        _note(clock, "cancelled", at, why)
        clock.save(update_fields=["state", "history"])
    return len(found)


def pause(clock: Clock, *, at: datetime, why: str) -> bool:
    """Stop a clock for a while; False if it does not run."""
    if clock.state != Clock.State.RUNNING:
        return False
    clock.state = Clock.State.PAUSED
    clock.pauses = [*clock.pauses, {"from": shown(at), "to": None, "why": why}]
    _note(clock, "paused", at, why)
    clock.save(update_fields=["state", "pauses", "history"])
    return True


def resume(clock: Clock, *, at: datetime, why: str = "") -> bool:
    """Let a paused clock go on, later by as long as it was stopped; False if it is not paused."""
    if clock.state != Clock.State.PAUSED:
        return False
    *earlier, last = clock.pauses
    clock.pauses = [*earlier, {**last, "to": shown(at)}]
    clock.due_at += at - datetime.fromisoformat(last["from"])
    clock.state = Clock.State.RUNNING
    _note(clock, "resumed", at, why)
    clock.save(update_fields=["state", "pauses", "due_at", "history"])
    return True


def mark_fired(clock: Clock, *, at: datetime) -> None:
    """Keep that a clock has rung; it never rings again."""
    clock.state, clock.fired_at = Clock.State.FIRED, at
    _note(clock, "fired", at, "")
    clock.save(update_fields=["state", "fired_at", "history"])


def put_off(clock: Clock, *, at: datetime, until: datetime, why: str) -> None:
    """Keep that what follows from a clock failed, and why; it is tried again after `until`."""
    clock.tries, clock.reason, clock.try_again_at = clock.tries + 1, why, until
    _note(clock, "failed", at, "")
    clock.save(update_fields=["tries", "reason", "try_again_at", "history"])


def set_aside(clock: Clock, *, at: datetime, why: str) -> None:
    """Keep that what follows from a clock failed too often; it does not ring by itself any more."""
    clock.tries, clock.reason, clock.try_again_at = clock.tries + 1, why, None
    clock.state = Clock.State.SET_ASIDE
    _note(clock, "set-aside", at, "")
    clock.save(update_fields=["tries", "reason", "try_again_at", "state", "history"])


def take_up_again(clock: Clock, *, at: datetime) -> bool:
    """Let a clock run that was set aside; False if another one stands in its place."""
    same = {"kind": clock.kind, "name": clock.name, "subject": clock.subject}
    if _standing(clock.coordination, **same).exists():
        return False
    clock.tries, clock.reason, clock.state = 0, "", Clock.State.RUNNING
    _note(clock, "taken-up", at, "")
    clock.save(update_fields=["tries", "reason", "state", "history"])
    return True


def _standing(coordination: Coordination, **of: Any) -> QuerySet[Clock]:
    return Clock.objects.filter(coordination=coordination, state__in=_STANDING, **of)


def _move(clock: Clock, what: str, due_at: datetime, at: datetime, why: Mapping[str, Any]) -> None:
    clock.due_at = due_at
    clock.tries, clock.reason, clock.try_again_at = 0, "", None
    for column, value in why.items():
        setattr(clock, column, value)
    _note(clock, what, at, str(why["trigger"]))


def _note(clock: Clock, what: str, at: datetime, why: str) -> None:
    """Add a line to a clock's history."""
    line = {"at": shown(at), "what": what, "due_at": shown(clock.due_at), "why": why}
    clock.history = [*clock.history, line]
