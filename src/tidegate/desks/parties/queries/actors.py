"""Who somebody is to the policy: read from the tables anew each time it is asked.

A suspended person is nobody. A suspended place and one that was left give no standing, and one in
a suspended organisation is kept apart, for the little that is left there.
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
    rows = Membership.objects.filter(person=person.pk, left_at=None, suspended_at=None)
    standings: dict[bool, list[Standing]] = {True: [], False: []}
    for place in rows.select_related("organisation").order_by("pk"):
        of = place.organisation
        standing = Standing(of.pk, Role(place.role), of.kind_words)
        standings[of.suspended_at is None].append(standing)
    if found is None:
        return NOBODY
    whole = Actor(
        found.name,
        person=found.pk,
        standings=tuple(standings[True]),
        key=found.key,
        suspended_standings=tuple(standings[False]),
    )
    return whole if via is None else narrowed_to(whole, organisation=via)


def narrowed_to(
    actor: Actor, *, scopes: Collection[Scope] = tuple(Scope), organisation: int | None = None
) -> Actor:
    """Return the actor with no more than these scopes, and with no standing but in one place."""
    narrow = replace(actor, scopes=actor.scopes & frozenset(scopes))
    if organisation is None:
        return narrow
    return replace(
        narrow,
        standings=_in(actor.standings, organisation),
        suspended_standings=_in(actor.suspended_standings, organisation),
    )


def _in(standings: tuple[Standing, ...], organisation: int) -> tuple[Standing, ...]:
    return tuple(one for one in standings if one.organisation == organisation)
