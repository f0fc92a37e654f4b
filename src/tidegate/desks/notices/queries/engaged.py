"""The people around an engagement who could be told of something in it, as first choices.

As everywhere, each of them is asked about by the policy afterwards (`telling`). They are told
through the organisation for which they are in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from tidegate.desks.access.words import Role
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Membership
from tidegate.desks.reviews.models import GOVERNMENT, Engagement, NamedPerson, Party

Pair = tuple[int, int]
"""Ids of a person and of the organisation that they are told through."""


def engagement_of(entry: Entry) -> Engagement | None:
    """Return the engagement that an entry is about."""
    return Engagement.objects.filter(key=entry.engagement).first()


def governing(entry: Entry) -> frozenset[int]:
    """Return the ids of the organisations that are there for the government."""
    parties = _parties(entry).filter(part__in=GOVERNMENT, ended_at=None)
    return frozenset(parties.values_list("organisation", flat=True))


def developers(entry: Entry) -> Iterator[Pair]:
    """Yield who may run the engagement for its developer."""
    yield from _leading(_parties(entry).filter(part=Party.Part.DEVELOPER))


def named_people(entry: Entry) -> Iterator[Pair]:
    """Yield the people whom parties of the government have named."""
    yield from _named(_parties(entry).filter(part__in=GOVERNMENT))


def leads(entry: Entry) -> Iterator[Pair]:
    """Yield who leads the part of the organisation that it is about.

    Where that is none that was told, it is the government's parties: they are told of what the
    developer does, and of whom it proposes. A trusted partner is told of itself alone.
    """
    parties = _parties(entry).exclude(part=Party.Part.DEVELOPER)
    about = parties.filter(organisation__key=entry.organisation)
    yield from _leading(about if about.exists() else parties.filter(part__in=GOVERNMENT))


def partners(entry: Entry) -> Iterator[Pair]:
    """Yield the people whom the trusted partner that it is about has named."""
    own = _parties(entry).filter(part=Party.Part.PARTNER, organisation__key=entry.organisation)
    yield from _named(own)


def partner_of(entry: Entry) -> Party | None:
    """Return the part of the trusted partner that an entry is about."""
    own = _parties(entry).filter(part=Party.Part.PARTNER, organisation__key=entry.organisation)
    return own.filter(ended_at=None).first()


def told(entry: Entry) -> Iterator[Pair]:
    """Yield everybody in the parties that were told of the engagement, the developer's apart."""
    parties = _parties(entry).exclude(part=Party.Part.DEVELOPER)
    yield from _leading(parties)
    yield from _named(parties)


def holder(entry: Entry) -> Iterator[Pair]:
    """Yield the person whose grant it is about."""
    yield from _one(entry, "holder")


def appointed(entry: Entry) -> Iterator[Pair]:
    """Yield the person whom a party has named, or names no more."""
    yield from _one(entry, "named")


def _parties(entry: Entry) -> QuerySet[Party]:
    of = Party.objects.filter(engagement__key=entry.engagement)
    return of.filter(Q(part=Party.Part.DEVELOPER) | Q(invited_at__isnull=False)).order_by("pk")


def _leading(parties: QuerySet[Party]) -> Iterator[Pair]:
    organisations = list(parties.values_list("organisation", flat=True))
    places = Membership.objects.filter(
        organisation__in=organisations,
        role=Role.ADMINISTRATOR,
        left_at=None,
        suspended_at=None,
    )
    yield from places.order_by("pk").values_list("person", "organisation")
    yield from _named(parties, NamedPerson.Duty.LEAD)


def _named(parties: QuerySet[Party], *duties: str) -> Iterator[Pair]:
    rows = NamedPerson.objects.filter(party__in=parties, ended_at=None, recused_at=None)
    if duties:
        rows = rows.filter(duty__in=duties)
    yield from rows.order_by("pk").values_list("person", "party__organisation")


def _one(entry: Entry, word: str) -> Iterator[Pair]:
    """Yield the person whose key an entry says under a word, through the party it is about."""
    rows = NamedPerson.objects.filter(
        party__in=_parties(entry),
        party__organisation__key=entry.organisation,
        person__key=str(entry.said.get(word, "")),
    )
    yield from rows.order_by("pk").values_list("person", "party__organisation")
