"""An engagement is held while it is changed: found through the policy, locked, led on by its table.

Its row is the first one that any service of this desk locks, so that no two wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Case, Value, When

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.states.steps import Refused
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.models import Engagement, Party
from tidegate.desks.reviews.states.engagements import ENDED, Event, State, take


def hold(actor: Actor, engagement_key: str, act: Act, *, at: datetime) -> Engagement:
    """Find an engagement that `actor` may do `act` with, and hold it until the transaction's end.

    Raises:
        NotFoundError: there is no such engagement, or not for them.
    """
    key = as_written(engagement_key)
    find(actor, Engagement.objects.all(), act, at=at, key=key)
    locked = Engagement.objects.select_for_update(of=("self",)).select_related("developer")
    locked.filter(key=key).first()
    # Another transaction may have ended what allowed it while this one waited.
    return find(actor, Engagement.objects.select_related("developer"), act, at=at, key=key)


def hold_part(
    actor: Actor,
    engagement_key: str,
    organisation_key: str,
    *,
    part: str = "",
    suits: Collection[str] = (),
    act: Act = Act.RESPOND,
    at: datetime,
) -> tuple[Engagement, Party]:
    """Find an organisation's part that `actor` leads, and hold its engagement.

    Where an organisation has several parts, it is `part`, or the first one that suits.

    Raises:
        NotFoundError: there is no such part, or they do not lead it.
    """
    of = {
        "organisation__key": as_written(organisation_key),
        "engagement__key": as_written(engagement_key),
    }
    rows = Party.objects.select_related("organisation")
    rows = rows.filter(part=part) if part else rows
    unsuited = Case(When(part__in=tuple(suits), then=0), default=1) if suits else Value(0)
    rows = rows.order_by(unsuited, "pk")
    found = find(actor, rows, act, at=at, **of)
    locked = Engagement.objects.select_for_update(of=("self",)).select_related("developer")
    engagement = locked.get(pk=found.engagement_id)
    return engagement, find(actor, rows, act, at=at, **of)


def lead_on(engagement: Engagement, event: Event) -> bool:
    """Set where an event leads to, and say whether that is another state; the caller saves.

    Raises:
        NotPossibleError: it does not lead on from here.
    """
    before = State(engagement.state)
    answer = take(before, event)
    if isinstance(answer, Refused):
        raise NotPossibleError(f"{engagement.key}: {answer.reason}")
    engagement.state = answer.state
    return answer.state is not before


def require_going_on(engagement: Engagement) -> None:
    """Refuse what makes no sense in an engagement that was closed or withdrawn.

    Nothing that records a release asks this.

    Raises:
        NotPossibleError: it was.
    """
    if State(engagement.state) in ENDED:
        raise NotPossibleError(
            f"{engagement.key} is {engagement.state}; another engagement can be opened for the"
            " model, or for another version of it"
        )
