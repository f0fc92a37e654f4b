"""Who stands where around an engagement, as queries that its conditions ask in subqueries.

Three circles: the developer, whose engagement it is; the parties that were told of it, through
those who lead their part; and the people whom these have named. Whoever has recused themselves
stands in none of them any more, in whichever part and for good: a recusal is taken back by nobody.
The one exception is `decided`.
"""

from __future__ import annotations

from typing import Any, Final

from django.apps import apps
from django.db.models import Q, QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import WORKING, Role

DEVELOPER: Final = "developer"
PARTNER: Final = "partner"
GOVERNMENT: Final = ("reviewer", "determining")


def led(actor: Actor, *, ended_too: bool = False) -> QuerySet[Any]:
    """Return the parts that they lead: as administrators, or because they were named for it.

    `ended_too` adds the parts that have ended: some duties are left then.
    """
    parts = _told(actor) if ended_too else _going_on(actor)
    return _parties().filter(parts, _administered(actor) | _named_to_lead(actor))


def named_to_lead(actor: Actor) -> QuerySet[Any]:
    """Return the parts that they were named to lead; administrators alone lead without a name."""
    return _parties().filter(_going_on(actor), _named_to_lead(actor))


def decided(actor: Actor) -> QuerySet[Any]:
    """Return the developers' parts for which they decide what nobody takes from a developer.

    They lead them, also while their organisation is suspended, and also once they have recused
    themselves: there may be nobody else left to do it.
    """
    everywhere = (*actor.standings, *actor.suspended_standings)
    administered = [one.organisation for one in everywhere if one.role is Role.ADMINISTRATOR]
    worked_for = [one.organisation for one in everywhere if one.role in WORKING]
    named = Q(organisation__in=worked_for) & _named_in(actor, "lead")
    return _parties().filter(Q(organisation__in=administered) | named, part=DEVELOPER)


def of(actor: Actor, *parts: str) -> QuerySet[Any]:
    """Return the parts of these kinds that they lead or were named in."""
    return _parties().filter(
        _going_on(actor), _administered(actor) | _named_in(actor), part__in=parts
    )


def open_to_government(
    actor: Actor, *duties: str, parts: tuple[str, ...] = GOVERNMENT
) -> QuerySet[Any]:
    """Return the parts in which they read for the government, where they were named for it.

    Not before terms hold, unless it is only asked whether a model would be covered; and not once
    the engagement was withdrawn. `duties` leaves those in which they were named for one of them,
    and do more than read.
    """
    return _parties().filter(
        _going_on(actor),
        _named_in(actor, *duties),
        _worked_for(actor) if duties else Q(),
        Q(engagement__agreed_at__isnull=False) | Q(engagement__asks="coverage"),
        part__in=parts,
        engagement__withdrawn_at=None,
    )


def open_to_partner(actor: Actor, *duties: str) -> QuerySet[Any]:
    """Return the parts of trusted partners that have named them, until the engagement is withdrawn.

    `duties` leaves those in which they were named for one of them, and do more than read.
    """
    return _parties().filter(
        _going_on(actor),
        _named_in(actor, *duties),
        _worked_for(actor) if duties else Q(),
        part=PARTNER,
        engagement__withdrawn_at=None,
    )


def held(actor: Actor) -> QuerySet[Any]:
    """Return the grants of theirs, where they are still named and nothing was withdrawn."""
    going_on = _parties().filter(_going_on(actor))
    return apps.get_model("reviews", "Grant").objects.filter(
        named__person=actor.person,
        named__ended_at=None,
        named__party__in=going_on.values("pk"),
        engagement__withdrawn_at=None,
    )


def recused(actor: Actor) -> QuerySet[Any]:
    """Return the engagements that they have recused themselves from, by their ids."""
    rows = apps.get_model("reviews", "NamedPerson").objects.filter(
        person=actor.person, recused_at__isnull=False
    )
    return rows.values("party__engagement")


def _parties() -> QuerySet[Any]:
    parties: QuerySet[Any] = apps.get_model("reviews", "Party").objects.all()
    return parties


def _told(actor: Actor) -> Q:
    """Return the parts of their organisations that were told of the engagement.

    The developer knows of it anyway; nobody else is told of a draft.
    """
    knows = Q(part=DEVELOPER) | Q(invited_at__isnull=False)
    return knows & Q(organisation__in=actor.organisations) & ~Q(engagement__in=recused(actor))


def _going_on(actor: Actor) -> Q:
    return _told(actor) & Q(ended_at=None)


def _administered(actor: Actor) -> Q:
    return Q(organisation__in=actor.with_role(Role.ADMINISTRATOR))


def _worked_for(actor: Actor) -> Q:
    return Q(organisation__in=actor.with_role(*WORKING))


def _named_in(actor: Actor, *duties: str) -> Q:
    """Return the parts in which somebody has named them, for one of the duties if any."""
    rows = apps.get_model("reviews", "NamedPerson").objects.filter(
        Q(duty__in=duties) if duties else Q(), person=actor.person, ended_at=None
    )
    return Q(pk__in=rows.values("party"))


def _named_to_lead(actor: Actor) -> Q:
    return _worked_for(actor) & _named_in(actor, "lead")
