"""Exceptions: what an operator does not do for a while, until when, and who answers for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Excepted


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """An exception."""

    key: str
    organisation: str
    """Key."""
    organisation_name: str
    exposure: str
    """Key; empty where it is of a requirement."""
    asset: str
    asset_name: str
    vulnerability: str
    directive: str
    """Its identifier; empty where it is of an exposure."""
    requirement: str
    reason: str
    approver: str
    """By name."""
    until: datetime
    """At this instant it holds no more."""
    made_by: str
    made_at: datetime
    ended_at: datetime | None
    """When it was ended early."""
    holds: bool
    may_end: bool


def list_exceptions(
    actor: Actor, *, organisation: str = "", at: datetime
) -> tuple[ExceptionRow, ...]:
    """Return the exceptions that somebody may read: those that hold first, the newest first.

    `organisation` is the key of an operator; empty for all.
    """
    rows = Excepted.objects.all()
    if organisation:
        rows = rows.filter(organisation__key=as_written(organisation))
    return exceptions_of(actor, rows, at=at)


def exceptions_of(
    actor: Actor, rows: QuerySet[Excepted], *, at: datetime
) -> tuple[ExceptionRow, ...]:
    """Return some exceptions, as far as somebody may read them."""
    ending = set(narrowed(actor, rows, Act.REVOKE, at=at).values_list("pk", flat=True))
    seen = narrowed(actor, rows, at=at).select_related(
        "organisation", "by", "exposure__asset", "exposure__vulnerability"
    )
    shown = [_row(one, one.pk in ending, at) for one in seen.order_by("-pk")]
    return tuple(sorted(shown, key=lambda one: not one.holds))


def _row(one: Excepted, may_end: bool, at: datetime) -> ExceptionRow:
    exposure = one.exposure
    over = one.ended_at is not None and one.ended_at <= at
    holds = one.at <= at < one.until and not over
    return ExceptionRow(
        key=one.key,
        organisation=one.organisation.key,
        organisation_name=one.organisation.name,
        exposure=exposure.key if exposure else "",
        asset=exposure.asset.key if exposure else "",
        asset_name=exposure.asset.name if exposure else "",
        vulnerability=exposure.vulnerability.name if exposure else "",
        directive=one.directive,
        requirement=one.requirement,
        reason=one.reason,
        approver=one.approver,
        until=one.until,
        made_by=one.by.name if one.by else "",
        made_at=one.at,
        ended_at=one.ended_at,
        holds=holds,
        may_end=holds and may_end,
    )
