"""How somebody is told: how often by mail, and whether by a feed.

A feed's address holds a secret, for a feed reader signs in by nothing else. It is shown once; its
digest is what is kept. Whoever has it reads the feed and nothing besides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import SCOPE_OF, Act
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.notices.channels.digests import Rhythm
from tidegate.desks.notices.models import FeedToken, Preference
from tidegate.desks.parties.digests import digest_of, new_secret
from tidegate.desks.parties.models import Person


@dataclass(frozen=True, slots=True)
class FeedMade:
    """A new feed, and the secret of its address, which nothing shows again."""

    token: FeedToken
    secret: str = field(repr=False)


def set_preference(actor: Actor, mail: str) -> Rhythm:
    """Choose how often the actor gets mail: a word of `Rhythm`.

    Raises:
        NotFoundError: the actor is no person.
        NotPossibleError: there is no such word.
    """
    if mail not in set(Rhythm):
        known = ", ".join(Rhythm)
        raise NotPossibleError(f"{mail[:40]!r} is not known; choose one of {known}")
    with transaction.atomic():
        person = _locked(actor, Act.WRITE)
        Preference.objects.update_or_create(person=person, defaults={"mail": mail})
    return Rhythm(mail)


def make_feed_token(
    actor: Actor, *, at: datetime, secret: Callable[[], str] = new_secret
) -> FeedMade:
    """Give the actor's feed a new address; the one before ends.

    Raises:
        NotFoundError: the actor is no person.
    """
    with transaction.atomic():
        person = _locked(actor, Act.REVOKE)
        _standing(person).update(revoked_at=at)
        shown = secret()
        token = FeedToken.objects.create(person=person, digest=digest_of(shown), made_at=at)
        append("feed-token-made", at=at, actor=actor)
        return FeedMade(token, shown)


def revoke_feed_token(actor: Actor, *, at: datetime) -> None:
    """End the actor's feed.

    Raises:
        NotFoundError: the actor is no person.
        NotPossibleError: they have no feed.
    """
    with transaction.atomic():
        person = _locked(actor, Act.REVOKE)
        if not _standing(person).update(revoked_at=at):
            raise NotPossibleError("there is no feed to end; it was ended before, or never made")
        append("feed-token-revoked", at=at, actor=actor)


def _standing(person: Person) -> QuerySet[FeedToken]:
    return FeedToken.objects.filter(person=person, revoked_at=None)


def _locked(actor: Actor, act: Act) -> Person:
    """Return the actor's own person, locked, so that two requests come one after the other."""
    if actor.person is None or SCOPE_OF[act] not in actor.scopes:
        raise NotFoundError("person")
    person = Person.objects.select_for_update().filter(pk=actor.person, is_active=True).first()
    if person is None:
        raise NotFoundError("person")
    return person
