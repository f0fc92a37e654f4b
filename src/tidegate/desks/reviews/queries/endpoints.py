"""The endpoints of an engagement, as those read them who may; a credential is in none of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.reviews.models import Endpoint, Engagement


@dataclass(frozen=True, slots=True)
class EndpointShown:
    """An endpoint; whoever sees its name alone sees the rest empty."""

    key: str
    name: str
    """What calls use for the model."""
    protocol: str
    """A value of `models.Endpoint.Protocol`."""
    url: str
    model: str
    """What the endpoint calls the model."""
    made_by: str
    made_at: datetime
    ended_at: datetime | None


def list_endpoints(actor: Actor, engagement_key: str, *, at: datetime) -> tuple[EndpointShown, ...]:
    """Return the endpoints of an engagement that somebody may see, by name; ended ones last.

    Raises:
        NotFoundError: there is no such engagement, or not for them.
    """
    row = find(actor, Engagement.objects.all(), Act.SEE, at=at, key=as_written(engagement_key))
    rows = Endpoint.objects.filter(engagement=row).defer("credential")
    read = set(narrowed(actor, rows, at=at).values_list("pk", flat=True))
    seen = narrowed(actor, rows, Act.SEE, at=at)
    shown = [_shown(one, whole=one.pk in read) for one in seen]
    return tuple(sorted(shown, key=lambda one: (one.ended_at is not None, one.name, one.made_at)))


def _shown(row: Endpoint, *, whole: bool) -> EndpointShown:
    return EndpointShown(
        key=row.key,
        name=row.name,
        protocol=row.protocol,
        url=row.url if whole else "",
        model=row.model if whole else "",
        made_by=row.made_by if whole else "",
        made_at=row.made_at,
        ended_at=row.ended_at,
    )
