"""Break-glass access: two people of the government's side, and the developer hears of it at once.

Only where the terms have it, only in the window, and for no longer than any other grant. The plug
and a revocation end it as they end any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.frameworks.framework import Action
from tidegate.desks.reviews.models import GOVERNMENT, Engagement, Grant, NamedPerson
from tidegate.desks.reviews.queries.bounds import access_of
from tidegate.desks.reviews.services import two_persons
from tidegate.desks.reviews.services.course import hold
from tidegate.desks.reviews.services.government import hold_for_government
from tidegate.desks.reviews.services.instants import sound_now
from tidegate.desks.reviews.services.issuing import (
    asked,
    issue,
    nominee,
    require_access_on,
    require_terms,
)
from tidegate.desks.reviews.services.recording import record
from tidegate.desks.reviews.services.scopes import Scope
from tidegate.desks.reviews.states.grants import Hours


def ask_break_glass(
    actor: Actor,
    engagement_key: str,
    person_key: str = "",
    *,
    reason: str,
    purpose: str,
    endpoints: Sequence[str],
    operations: Sequence[str],
    calls_a_minute: int,
    tokens: int | None = None,
    hours: Hours | None = None,
    addresses: Sequence[str] = (),
    begins_at: datetime,
    ends_at: datetime,
    at: datetime,
) -> Grant:
    """Ask for access that is not waited for; another named person has to second it.

    Args:
        actor: a person whom the government's side has named, and who may do more than observe.
        engagement_key: of the engagement.
        person_key: who is to have access; the actor, without one.
        reason: why it cannot wait; the developer reads it.
        purpose: one of the purposes of the terms in force.
        endpoints: names of the endpoints that may be called.
        operations: values of `states.grants.Operation`.
        calls_a_minute: how many calls may begin in a minute.
        tokens: how many there may be in all; no bound without it.
        hours: in which it is good; every hour without them.
        addresses: networks from which it is good, in the terms' own; the terms' without any.
        begins_at: from when,
        ends_at: until when.
        at: now.

    Raises:
        NotFoundError: there is no such engagement or named person, or not for them.
        NotPossibleError: the terms have no break-glass access, the window is not open, access is
            off, or it is malformed as any grant can be.
        ClockWentBackError: the clock cannot be believed.
    """
    scope = Scope(
        purpose,
        endpoints,
        operations,
        calls_a_minute,
        tokens,
        hours,
        addresses,
        begins_at,
        ends_at,
    )
    with transaction.atomic():
        acting = hold_for_government(actor, engagement_key, Act.WRITE, at=at)
        engagement = acting.engagement
        sound_now(at)
        named = nominee(acting.actor, engagement, person_key, GOVERNMENT, at=at)
        _require_possible(engagement, named, at)
        grant = asked(actor, engagement, named, scope, break_glass=True, at=at)
        request = two_persons.put(actor, engagement, Action.BREAK_GLASS, grant.key, reason, at=at)
        record(
            "break-glass-asked",
            engagement,
            at=at,
            actor=actor,
            about=named.party.organisation,
            grant=grant.key,
            holder=named.person.key,
            request=request.key,
            reason=request.reason,
        )
        return grant


def second_break_glass(actor: Actor, grant_key: str, *, at: datetime) -> Grant:
    """Second break-glass access: it is issued, and the developer is told.

    Args:
        actor: another named person of the government's side than the one who has asked.
        grant_key: of the grant.
        at: now.

    Raises:
        NotFoundError: there is no such break-glass grant that they may second.
        NotPossibleError: they have asked for it themselves; who asked has stepped back; too much
            time has passed; the window, the terms or the plug do not let it be.
        ClockWentBackError: the clock cannot be believed.
    """
    key = as_written(grant_key)
    with transaction.atomic():
        found = two_persons.to_second(actor, at=at, subject=key, action=Action.BREAK_GLASS)
        engagement = hold(actor, found.engagement.key, Act.SEE, at=at)
        sound_now(at)
        grant = (
            Grant.objects.select_for_update(of=("self",))
            .select_related("named__person", "named__party__organisation")
            .get(key=key, engagement=engagement, break_glass=True)
        )
        _require_possible(engagement, grant.named, at)
        request = two_persons.agree(actor, found, at=at)
        issue(grant, engagement, by=actor.person, at=at)
        request.used_at = at
        request.save(update_fields=["used_at"])
        record(
            "break-glass-used",
            engagement,
            at=at,
            actor=actor,
            about=grant.named.party.organisation,
            grant=grant.key,
            holder=grant.named.person.key,
            request=request.key,
            asked_by=request.asked_by.key,
            reason=request.reason,
            purpose=grant.purpose,
            begins_at=shown(grant.begins_at),
            ends_at=shown(grant.ends_at),
        )
        return grant


def _require_possible(engagement: Engagement, named: NamedPerson, at: datetime) -> None:
    require_access_on(engagement)
    if not require_terms(engagement, named.party).terms.settings.break_glass:
        raise NotPossibleError(
            "the terms in force have no break-glass access; ask the developer for a grant"
        )
    window = access_of(engagement, named.party)
    if window is None or not window.is_open(at):
        raise NotPossibleError(
            f"the window of {engagement.key} is not open, and break-glass access is for a window"
            " that is; ask the developer for a grant"
        )
