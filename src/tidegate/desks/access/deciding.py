# ruff: noqa: SLF001 - the framework publishes a model's description by these names.
"""What the desks ask: which rows somebody may see, and whether they may do something with one.

All three questions are answered by one reading of the table, as a condition on rows. So a count
cannot show what a page hides. What is not there and what may not be seen are refused alike.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache, reduce
from operator import or_
from typing import Any, Final, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.table import TABLE
from tidegate.desks.access.words import SCOPE_OF, Act, Kind

_NOTHING: Final = Q(pk__in=())
_REMEMBERED: Final = 256
"""Readings of the table; a page asks the same of one person at one instant many times."""
_M = TypeVar("_M", bound=Model)


def visible(actor: Actor, act: Act, kind: Kind, *, at: datetime | None = None) -> Q:
    """Return the condition on rows of a kind that holds where `actor` may do `act`."""
    if SCOPE_OF[act] not in actor.scopes:
        return _NOTHING
    if actor.is_house:
        return Q()
    return _read(actor, actor.key, act, kind, at or timezone.now())


def narrowed(
    actor: Actor, rows: QuerySet[_M], act: Act = Act.READ, *, at: datetime | None = None
) -> QuerySet[_M]:
    """Return those of some rows with which `actor` may do `act`."""
    return rows.filter(visible(actor, act, Kind(rows.model._meta.label), at=at))


def find(
    actor: Actor, rows: QuerySet[_M], act: Act = Act.READ, *, at: datetime | None = None, **of: Any
) -> _M:
    """Return the one row that `of` names, if `actor` may do `act` with it.

    Raises:
        NotFoundError: there is none, or they may not; nobody can tell which.
    """
    found = narrowed(actor, rows, act, at=at).filter(**of).first()
    if found is None:
        raise NotFoundError(str(rows.model._meta.verbose_name), next(iter(of.values()), ""))
    return found


@lru_cache(maxsize=_REMEMBERED)
def _read(
    actor: Actor,
    key: str,  # noqa: ARG001 - the actor's; actors are compared without it, and conditions ask it
    act: Act,
    kind: Kind,
    now: datetime,
) -> Q:
    """Read the table. What comes of it asks for rows only where it is used, so it can be kept."""
    allowed = [
        rule.which(actor, now)
        for rule in TABLE
        if rule.kind is kind and act in rule.acts and rule.who(actor)
    ]
    if Q() in allowed:
        return Q()
    return reduce(or_, allowed, _NOTHING) if allowed else _NOTHING


def may(actor: Actor, act: Act, on: Model, *, at: datetime | None = None) -> bool:
    """Say whether `actor` may do `act` with a row."""
    rows = type(on)._default_manager.filter(pk=on.pk)
    return narrowed(actor, rows, act, at=at).exists()


def may_with_instance(actor: Actor, act: Act) -> bool:
    """Say whether `actor` may do `act` with the instance as a whole."""
    return SCOPE_OF[act] in actor.scopes and any(
        rule.kind is Kind.INSTANCE and act in rule.acts and rule.who(actor) for rule in TABLE
    )


def require_with_instance(actor: Actor, act: Act) -> None:
    """Refuse what `actor` may not do with the instance as a whole.

    Raises:
        NotFoundError: they may not.
    """
    if not may_with_instance(actor, act):
        raise NotFoundError("page")
