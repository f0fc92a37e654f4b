"""Who acts for the government in an engagement, and what is put on record for its people alone.

Somebody acts for one organisation at a time, and is asked about as one of its people alone: whoever
has a place with the developer as well decides nothing for the government through that.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.engagements import FOR_GOVERNMENT
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.parties.models import Organisation
from tidegate.desks.parties.queries.actors import narrowed_to
from tidegate.desks.reviews.models import GOVERNMENT, Engagement, Party
from tidegate.desks.reviews.queries.named import still_named
from tidegate.desks.reviews.services.course import hold
from tidegate.desks.reviews.services.recording import record


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody who acts for a party, and the engagement, which is held."""

    actor: Actor
    """With no standing but in the party's organisation."""
    engagement: Engagement
    party: Party


def hold_for_government(
    actor: Actor,
    engagement_key: str,
    act: Act,
    *,
    parts: Collection[str] = GOVERNMENT,
    at: datetime,
) -> Acting:
    """Hold an engagement in which a party of the government has named `actor`, who may do `act`.

    Args:
        actor: who asks.
        engagement_key: of the engagement.
        act: what they would like to do with it.
        parts: words of `Party.Part`.
        at: now.

    Raises:
        NotFoundError: there is no such engagement, or not for them.
    """
    key = as_written(engagement_key)
    named = still_named().filter(
        person=actor.person, party__engagement__key=key, party__part__in=parts
    )
    for one in named.select_related("party__organisation").order_by("pk"):
        alone = narrowed_to(actor, organisation=one.party.organisation_id)
        try:
            return Acting(alone, hold(alone, key, act, at=at), one.party)
        except NotFoundError:
            continue
    raise NotFoundError("engagement", key)


def record_within(
    kind: str,
    engagement: Engagement,
    *,
    at: datetime,
    actor: Actor,
    also: Organisation | None = None,
    **text: Any,
) -> None:
    """Write down what the government's people alone read, in one entry for all of them.

    One for each of its organisations would tell whoever counts entries how many these are, and so
    which of them were made here. As `record`, last in a transaction. `also` is one more
    organisation that reads it, in an entry of its own.
    """
    record(kind, engagement, at=at, actor=actor, only_for=FOR_GOVERNMENT, **text)
    if also is not None:
        record(kind, engagement, at=at, actor=actor, only_for=also, **text)
