"""API tokens: made, used, revoked. The secret is shown once; its digest is what is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act, Scope
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.digests import digest_of, new_secret
from tidegate.desks.parties.models import ApiToken, Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of, narrowed_to
from tidegate.desks.parties.services.refusals import NotPossibleError
from tidegate.desks.parties.services.texts import kept_name

PREFIX: Final = "tg_"
"""So that a token is known for one wherever it turns up: in a log, in a repository."""
DEFAULT_DAYS: Final = 90
MOST_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Made:
    """A new token, and what its person is shown once."""

    token: ApiToken
    secret: str = field(repr=False)


def create_token(
    actor: Actor,
    name: str,
    scopes: Iterable[Scope],
    *,
    organisation: str = "",
    days: int = DEFAULT_DAYS,
    at: datetime,
    secret: Callable[[str], str] = new_secret,
) -> Made:
    """Make a token that may do no more than its person may now.

    Args:
        actor: its person.
        name: what it is for.
        scopes: what it may be used for; each of them is the actor's own.
        organisation: the key of the one that it is good for; without one, all of its person's.
        days: after how many it expires.
        at: now.
        secret: returns a secret with a prefix.

    Raises:
        NotFoundError: the actor is no person, or has no place in that organisation.
        NotPossibleError: the scopes or the days are out of bounds.
    """
    if actor.person is None:
        raise NotFoundError("person", "")
    kept = kept_name(name, "a token")
    wanted = frozenset(Scope(word) for word in scopes)
    _check(actor, wanted, days)
    with transaction.atomic():
        # Locked, so that a suspension at this moment finds the token, or the token finds it.
        person = Person.objects.select_for_update().filter(pk=actor.person, is_active=True).first()
        if person is None:
            raise NotFoundError("person", "")
        bound = _organisation(actor, person, organisation)
        shown = secret(PREFIX)
        token = ApiToken.objects.create(
            person=person,
            organisation=bound,
            name=kept,
            digest=digest_of(shown),
            scopes=sorted(scope.value for scope in wanted),
            made_at=at,
            expires_at=at + timedelta(days=days),
        )
        append(
            "token-made",
            at=at,
            actor=actor,
            organisation=bound.key if bound else "",
            token=token.key,
            name=kept,
            scopes=token.scopes,
            expires=token.expires_at.isoformat(),
        )
        return Made(token, shown)


def revoke_token(actor: Actor, key: str, *, at: datetime) -> ApiToken:
    """End a token, now.

    Raises:
        NotFoundError: the actor has none of that key.
        NotPossibleError: it is ended already.
    """
    with transaction.atomic():
        rows = ApiToken.objects.select_for_update(of=("self",)).select_related("organisation")
        token = find(actor, rows, Act.REVOKE, key=as_written(key))
        if token.revoked_at is not None:
            raise NotPossibleError(f"the token {token.key} is revoked already")
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
        append(
            "token-revoked",
            at=at,
            actor=actor,
            organisation=token.organisation.key if token.organisation else "",
            token=token.key,
        )
        return token


def actor_of_token(secret: str, *, at: datetime) -> Actor | None:
    """Return as whom a program acts that shows this secret; None if it is good for nothing.

    The tables are asked the same questions whether the token is unknown, revoked, expired or good,
    so that the time tells nothing. That it was used is noted to the minute.
    """
    token = (
        ApiToken.objects.select_related("person", "organisation")
        .filter(digest=digest_of(secret))
        .first()
    )
    whole = actor_of(token.person if token else Person())
    if token is None or token.revoked_at is not None or token.expires_at <= at:
        return None
    if whole.person is None:
        return None
    minute = at.replace(second=0, microsecond=0)
    used = ApiToken.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=minute), pk=token.pk)
    if token.last_used_at is None or token.last_used_at < minute:
        used.update(last_used_at=minute)
    scopes = frozenset(Scope(word) for word in token.scopes)
    return narrowed_to(whole, scopes=scopes, organisation=token.organisation_id)


def _check(actor: Actor, wanted: frozenset[Scope], days: int) -> None:
    if not wanted:
        known = ", ".join(scope.value for scope in Scope)
        raise NotPossibleError(f"say what the token is for: one or more of {known}")
    if beyond := wanted - actor.scopes:
        words = ", ".join(sorted(scope.value for scope in beyond))
        raise NotPossibleError(f"a token may not be given what you may not do yourself: {words}")
    if not 1 <= days <= MOST_DAYS:
        raise NotPossibleError(f"a token is good for 1 to {MOST_DAYS} days")


def _organisation(actor: Actor, person: Person, key: str) -> Organisation | None:
    if key:
        organisation = find(actor, Organisation.objects.all(), Act.SEE, key=as_written(key))
        if organisation.pk not in actor.organisations:
            # Coordinators see every organisation; a token gives no place in one.
            raise NotPossibleError(
                f"you have no place in {organisation.name}; a token is good for one of your own"
            )
        return organisation
    if set(actor.organisations) != set(actor_of(person).organisations):
        raise NotPossibleError(
            "you act in one organisation here; name it, so that the token is good for it alone"
        )
    return None
