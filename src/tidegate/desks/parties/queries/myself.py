"""Who asks, as they are told it themselves: where they stand, and what they may be used for."""

from __future__ import annotations

from dataclasses import dataclass

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.parties.models import Organisation


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """A place in an organisation that counts for what is asked now."""

    organisation: str
    """Its key."""
    name: str
    kinds: tuple[str, ...]
    role: str


@dataclass(frozen=True, slots=True)
class Myself:
    """Whoever asks."""

    person: str
    """Their key."""
    name: str
    scopes: tuple[str, ...]
    """All of them in a session; those of the token, where one is shown."""
    places: tuple[OwnPlace, ...]
    """By name. A token, or an organisation's own provider, may be good for some of them alone."""


def myself(actor: Actor) -> Myself:
    """Return who asks.

    Raises:
        NotFoundError: they are no person.
    """
    if actor.person is None:
        raise NotFoundError("person")
    roles = {standing.organisation: standing.role for standing in actor.standings}
    rows = narrowed(actor, Organisation.objects.filter(pk__in=roles), Act.SEE)
    return Myself(
        person=actor.key,
        name=actor.name,
        scopes=tuple(sorted(actor.scopes)),
        places=tuple(
            OwnPlace(row.key, row.name, tuple(row.kinds), roles[row.pk].value)
            for row in rows.order_by("name", "pk")
        ),
    )
