"""Messages that somebody may read and has not had before them, by case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Message, ReadReceipt
from tidegate.desks.findings.models import Case

MOST: Final = 200
"""Cases that are told of."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Messages of one case that wait to be read."""

    case: str
    """Its key."""
    title: str
    many: int
    since: datetime
    """When the first of them was sent."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Messages of one case, as far as who asks may read them."""

    all: int
    unread: int


def unread_of(actor: Actor, *, at: datetime) -> tuple[Unread, ...]:
    """Return in which cases messages wait, those that wait longest first."""
    if actor.person is None:
        return ()
    rows = (
        narrowed(actor, Message.objects.all(), at=at)
        .filter(_not_yet(actor.person))
        .values_list("coordination__case__key", "coordination__case__title")
        .annotate(many=Count("pk"), since=Min("sent_at"))
        .order_by("since", "coordination__case__key")
    )
    return tuple(Unread(*row) for row in rows[:MOST])


def tally_of(actor: Actor, case_key: str, *, at: datetime) -> Tally:
    """Return how many messages of a case `actor` may read, and how many of them are new to them.

    Raises:
        NotFoundError: there is no such case, or not for them.
    """
    case = find(actor, Case.objects.all(), Act.SEE, at=at, key=as_written(case_key))
    rows: QuerySet[Message] = narrowed(
        actor, Message.objects.filter(coordination__case=case), at=at
    )
    new = _not_yet(actor.person) if actor.person is not None else Q(pk__in=())
    counted = rows.aggregate(all=Count("pk"), unread=Count("pk", filter=new))
    return Tally(counted["all"], counted["unread"])


def _not_yet(person: int) -> Q:
    """Return the condition of messages that a person neither wrote nor has had before them."""
    receipts = ReadReceipt.objects.filter(message=OuterRef("pk"), person=person)
    # A message of the house has no author.
    return (Q(author=None) | ~Q(author=person)) & ~Q(Exists(receipts))
