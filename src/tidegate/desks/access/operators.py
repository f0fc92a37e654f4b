# ruff: noqa: ARG001 - every condition is asked with the same two arguments.
"""The conditions of the policy's rules about what operators run; `conditions` says how to read one.

What an operator runs is nobody else's to read: not a vendor's, not the government's, and not the
coordinators', who are given counts. A provider acts for an operator that has delegated to it.
"""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.conditions import Condition
from tidegate.desks.access.words import OPERATING, Role


def of_operators(path: str, *roles: Role) -> Condition:
    """Rows whose `path` is an operator or an agency in which they have one of the roles, if any."""

    def condition(actor: Actor, at: datetime) -> Q:
        return Q(**{f"{path}__in": actor.of_kind(OPERATING, roles or tuple(Role))})

    return condition


def delegated(path: str, *roles: Role) -> Condition:
    """Rows whose `path` is an operator that has delegated to an organisation of theirs."""

    def condition(actor: Actor, at: datetime) -> Q:
        return Q(**{f"{path}__in": _delegating(actor, at, *roles).values("organisation")})

    return condition


def left_to_owner(path: str) -> Condition:
    """Rows whose `path` is an operator that has no administrator of its own: a lone laptop's."""
    without = without_administrator(path)

    def condition(actor: Actor, at: datetime) -> Q:
        return Q(**{f"{path}__in": _operating().values("pk")}) & without(actor, at)

    return condition


def without_administrator(path: str) -> Condition:
    """Rows whose `path` is an organisation that has no administrator, not even a suspended one."""

    def condition(actor: Actor, at: datetime) -> Q:
        administered = apps.get_model("parties", "Membership").objects.filter(
            role=Role.ADMINISTRATOR, left_at=None
        )
        return ~Q(**{f"{path}__in": administered.values("organisation")})

    return condition


def of_either_side(actor: Actor, at: datetime) -> Q:
    """Return the delegations that their organisations have given or been given."""
    return Q(organisation__in=actor.organisations) | Q(provider__in=actor.organisations)


def led_on_either_side(actor: Actor, at: datetime) -> Q:
    """Return the delegations that an organisation which they administer has given or been given."""
    led = actor.with_role(Role.ADMINISTRATOR)
    return Q(organisation__in=led) | Q(provider__in=led)


def _delegating(actor: Actor, at: datetime, *roles: Role) -> QuerySet[Any]:
    """Return the delegations to their organisations that are in force.

    One ends with its operator's being one, too: its own people read nothing any more then.
    """
    return apps.get_model("exposure", "Delegation").objects.filter(
        Q(until=None) | Q(until__gt=at),
        provider__in=actor.with_role(*(roles or tuple(Role))),
        ended_at=None,
        organisation__in=_operating().filter(suspended_at=None).values("pk"),
    )


def _operating() -> QuerySet[Any]:
    """Return the organisations that are operators or agencies."""
    # A list of words is no column that both databases search; as text they have quotes.
    rows = apps.get_model("parties", "Organisation").objects.annotate(
        words=Cast("kinds", TextField())
    )
    return rows.filter(reduce(or_, (Q(words__contains=f'"{kind.value}"') for kind in OPERATING)))
