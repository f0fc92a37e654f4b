"""What the world knows: recorded whenever somebody says so, and never refused.

A vulnerability that is public, an exploit that is, or attacks that were seen leave nothing to be
kept secret: they end the embargo in the same transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.models import Coordination
from tidegate.desks.cases.services.machines import hold, keep
from tidegate.desks.cases.services.recording import record
from tidegate.desks.cases.services.texts import instant, worded
from tidegate.desks.cases.states import cases as model
from tidegate.desks.cases.states.vulnerabilities import FACTS, CaseEvent
from tidegate.desks.findings.services.refusals import NotPossibleError

_WORDS: Final = ", ".join(FACTS)


def record_fact(
    actor: Actor,
    case_key: str,
    fact: str,
    *,
    happened_at: datetime | None = None,
    source: str = "",
    at: datetime,
) -> Coordination:
    """Record that something is public, or that attacks were seen; it ends the embargo.

    Args:
        actor: a coordinator, or somebody who works on the case for a party.
        case_key: of the case; it may be closed.
        fact: `public`, `exploit-public` or `attacks-seen`.
        happened_at: when it came about, as far as is known; now, without it.
        source: where it can be seen.
        at: now.

    Raises:
        NotFoundError: there is no such case, or not for them.
        NotPossibleError: it is no fact of a case, or lies ahead.
    """
    if fact not in FACTS:
        raise NotPossibleError(f"{fact[:40]!r} is no fact of a case; say one of {_WORDS}")
    when = instant(happened_at or at, "when it came about")
    if when > at:
        raise NotPossibleError(f"{shown(when)} is ahead; a fact is recorded when it has come about")
    where = worded(source, "a source")
    with transaction.atomic():
        holding = hold(actor, case_key, Act.WRITE, at=at, while_open=False)
        in_force = holding.case.embargo.state.in_force
        after = model.record_fact(holding.case, CaseEvent(fact), happened_at=when, recorded_at=at)
        keep(holding, after, at=at, actor=actor, source=where)
        record(
            "fact-recorded",
            holding.row,
            at=at,
            actor=actor,
            fact=fact,
            happened_at=shown(when),
            source=where,
        )
        if in_force and not after.embargo.state.in_force:
            record("embargo-ended", holding.row, at=at, actor=actor, why=fact)
        return holding.row
