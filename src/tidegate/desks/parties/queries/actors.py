"""Who somebody is to the policy: read from the tables anew each time it is asked.

A suspended person is nobody. A suspended organisation, a suspended place and one that was left
give no standing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from tidegate.desks.access.actors import NOBODY, Actor, Standing
from tidegate.desks.access.words import Role, Scope
from tidegate.desks.parties.models import Membership, Person


def actor_of(person: Person, *, via: int | None = None) -> Actor:
    """Return who a person is now.

    Args:
        person: as it was read at some time; the tables are asked whether they are suspended.
        via: the id of the organisation whose provider vouches for them, if they signed in that
            way. It speaks for its own people's work with it alone, so they stand nowhere else.
    """
    found = Person.objects.filter(pk=person.pk, is_active=True).first()
    rows = Membership.objects.filter(
        person=person.pk, left_at=None, suspended_at=None, organisation__suspended_at=None
    ).order_by("pk")
    standings = tuple(
        Standing(place.organisation_id, Role(place.role), place.organisation.kind_words)
        for place in rows.select_related("organisation")
    )
    if found is None:
        return NOBODY
    whole = Actor(found.name, person=found.pk, standings=standings, key=found.key)
    return whole if via is None else narrowed_to(whole, organisation=via)


def narrowed_to(
    actor: Actor, *, scopes: Collection[Scope] = tuple(Scope), organisation: int | None = None
) -> Actor:
    """Return the actor with no more than these scopes, and with no standing but in one place."""
    standings = actor.standings
    if organisation is not None:
        standings = tuple(one for one in standings if one.organisation == organisation)
    return replace(actor, scopes=actor.scopes & frozenset(scopes), standings=standings)
