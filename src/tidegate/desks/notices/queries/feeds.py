"""What a person's feed shows: the newest notices, and no content above TLP:GREEN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Act, Scope
from tidegate.desks.notices.channels.letters import Item
from tidegate.desks.notices.models import FeedToken
from tidegate.desks.notices.queries.items import items_of
from tidegate.desks.notices.queries.own import own_notices
from tidegate.desks.parties.digests import digest_of
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.queries.actors import actor_of, narrowed_to

MOST: Final = 50
"""Notices in a feed."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One notice in a feed."""

    key: str
    item: Item
    at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A person's feed."""

    entries: tuple[FeedEntry, ...]
    """The newest first."""
    person: str
    """Key of whose it is: no name goes out."""


def feed_of(secret: str, *, at: datetime) -> Feed | None:
    """Return the feed that an address' secret stands for; None if it stands for none."""
    actor = reader_of(secret)
    if actor.person is None:
        return None
    newest = own_notices(actor, Act.READ, at).select_related("entry").order_by("-pk")
    notices = list(newest[:MOST])
    items = items_of(actor, notices, at)
    entries = (
        FeedEntry(notice.key, item, notice.at) for notice, item in zip(notices, items, strict=True)
    )
    return Feed(tuple(entries), actor.key)


def reader_of(secret: str) -> Actor:
    """Return whom the secret of an address stands for, who may read; nobody's is no person's.

    The tables are asked the same questions whether the secret is unknown, revoked, or that of a
    suspended person, so that the time does not tell these apart.
    """
    rows = FeedToken.objects.select_related("person")
    token = rows.filter(digest=digest_of(secret), revoked_at=None).first()
    return narrowed_to(actor_of(token.person if token else Person()), scopes=[Scope.READ])
