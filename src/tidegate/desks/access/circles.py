"""Who stands where around an engagement, as queries that its conditions ask in subqueries.

Three circles: the developer, whose engagement it is; the parties that were told of it, through
those who lead their part; and the people whom these have named. Whoever has recused themselves
stands in none of them any more, in whichever part and for good: a recusal is taken back by nobody.
"""

from __future__ import annotations

from typing import Any, Final

from django.apps import apps
from django.db.models import Q, QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Role

DEVELOPER: Final = "developer"
PARTNER: Final = "partner"
GOVERNMENT: Final = ("reviewer", "determining")

_WORKING: Final = (Role.ADMINISTRATOR, Role.MEMBER)


def led(actor: Actor, *, ended_too: bool = False) -> QuerySet[Any]:
    """Return the parts that they lead: as administrators, or because they were named for it.

    `ended_too` adds the parts that have ended: some duties are left then.
    """
    parts = _told(actor) if ended_too else _going_on(actor)
    as_administrators = Q(organisation__in=actor.with_role(Role.ADMINISTRATOR))
    as_leads = Q(
        organisation__in=actor.with_role(*_WORKING), pk__in=_named(actor, "lead").values("party")
    )
    return parts.filter(as_administrators | as_leads)


def named(actor: Actor) -> QuerySet[Any]:
    """Return the parts that they were named in."""
    return _going_on(actor).filter(pk__in=_named(actor).values("party"))


def named_to_lead(actor: Actor) -> QuerySet[Any]:
    """Return the parts that they were named to lead; administrators alone lead without a name."""
    return led(actor).filter(pk__in=_named(actor, "lead").values("party"))


def of(actor: Actor, *parts: str) -> QuerySet[Any]:
    """Return the parts of these kinds that they lead or were named in."""
    as_administrators = Q(organisation__in=actor.with_role(Role.ADMINISTRATOR))
    as_named = Q(pk__in=_named(actor).values("party"))
    return _going_on(actor).filter(as_administrators | as_named, part__in=parts)


def open_to_government(
    actor: Actor, *duties: str, parts: tuple[str, ...] = GOVERNMENT
) -> QuerySet[Any]:
    """Return the parts in which they read for the government, where they were named for it.

    Not before terms hold, unless it is only asked whether a model would be covered; and not once
    the engagement was withdrawn. `duties` leaves those in which they were named for one of them,
    and do more than read.
    """
    found = named(actor).filter(
        Q(engagement__agreed_at__isnull=False) | Q(engagement__asks="coverage"),
        part__in=parts,
        engagement__withdrawn_at=None,
    )
    if not duties:
        return found
    return found.filter(
        organisation__in=actor.with_role(*_WORKING),
        pk__in=_named(actor, *duties).values("party"),
    )


def held(actor: Actor) -> QuerySet[Any]:
    """Return the grants of theirs, where they are still named and nothing was withdrawn."""
    return apps.get_model("reviews", "Grant").objects.filter(
        named__in=_named(actor).values("pk"),
        named__party__in=_going_on(actor).values("pk"),
        engagement__withdrawn_at=None,
    )


def recused(actor: Actor) -> QuerySet[Any]:
    """Return the engagements that they have recused themselves from, by their ids."""
    rows = apps.get_model("reviews", "NamedPerson").objects.filter(
        person=actor.person, recused_at__isnull=False
    )
    return rows.values("party__engagement")


def _told(actor: Actor) -> QuerySet[Any]:
    """Return the parts of their organisations that were told of the engagement.

    The developer knows of it anyway; nobody else is told of a draft.
    """
    return (
        apps.get_model("reviews", "Party")
        .objects.filter(
            Q(part=DEVELOPER) | Q(invited_at__isnull=False), organisation__in=actor.organisations
        )
        .exclude(engagement__in=recused(actor))
    )


def _going_on(actor: Actor) -> QuerySet[Any]:
    return _told(actor).filter(ended_at=None)


def _named(actor: Actor, *duties: str) -> QuerySet[Any]:
    """Return where somebody has named them, and has not ended that."""
    rows = apps.get_model("reviews", "NamedPerson").objects.filter(
        person=actor.person, ended_at=None
    )
    return rows.filter(duty__in=duties) if duties else rows
