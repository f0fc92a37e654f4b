"""Notices to plan a change: what an operator reads of one, and what coordinators see of it.

An operator reads what to plan, and on which of its assets; never of which case. Coordinators see
the case, the operator and how many assets it is; never which.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, may_with_instance, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import ChangeNotice


@dataclass(frozen=True, slots=True)
class ChangeNoticeRow:
    """A notice, as far as somebody may know it."""

    key: str
    organisation: str
    """Key of the operator that is told."""
    organisation_name: str
    case: str
    """Key of the case, for coordinators; empty for the operator."""
    product: str
    before: datetime
    """By when the change should be planned for."""
    severity: str
    """How bad it is at most."""
    words: str
    assets: int
    released_at: datetime
    read_at: datetime | None
    ended_at: datetime | None
    """When it was withdrawn, or the case became public."""
    may_read: bool
    """Whether it was released to them."""
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class AssetToChange:
    """An asset on which a change is to be planned."""

    key: str
    name: str
    owner: str
    system: str
    environment: str
    is_operational_technology: bool


@dataclass(frozen=True, slots=True)
class ChangeNoticePage:
    """A notice, with its assets for those to whom it was released."""

    row: ChangeNoticeRow
    assets: tuple[AssetToChange, ...]
    """By name; empty for coordinators, who are given their count."""


def list_change_notices(
    actor: Actor, *, organisation: str = "", case: str = "", at: datetime
) -> tuple[ChangeNoticeRow, ...]:
    """Return the notices that somebody may see: those that stand first, the newest first.

    Args:
        actor: who asks.
        organisation: key of the operator; empty for all.
        case: key of the case, for coordinators; for others nothing is of any case.
        at: now.
    """
    rows = ChangeNotice.objects.all()
    if organisation:
        rows = rows.filter(organisation__key=as_written(organisation))
    if case:
        if not _coordinates(actor):
            return ()
        rows = rows.filter(case__key=as_written(case))
    shown = _rows(actor, rows, at)
    return tuple(sorted(shown, key=lambda one: one.ended_at is not None))


def change_notice_page(actor: Actor, key: str, *, at: datetime) -> ChangeNoticePage:
    """Return a notice. It marks nothing; `services.change_notices.note_read` does.

    Raises:
        NotFoundError: there is no such notice, or not for them.
    """
    found = find(actor, ChangeNotice.objects.all(), Act.SEE, at=at, key=as_written(key))
    (row,) = _rows(actor, ChangeNotice.objects.filter(pk=found.pk), at)
    if not row.may_read:
        return ChangeNoticePage(row, ())
    assets = found.assets.order_by("name")
    return ChangeNoticePage(
        row,
        tuple(
            AssetToChange(
                one.key,
                one.name,
                one.owner,
                one.system,
                one.environment,
                one.is_operational_technology,
            )
            for one in assets
        ),
    )


def _coordinates(actor: Actor) -> bool:
    """Say whether somebody sees of which case a notice is."""
    return may_with_instance(actor, Act.READ)


def _rows(actor: Actor, rows: QuerySet[ChangeNotice], at: datetime) -> tuple[ChangeNoticeRow, ...]:
    seen = narrowed(actor, rows, Act.SEE, at=at).select_related("organisation", "case")
    reading = set(narrowed(actor, rows, at=at).values_list("pk", flat=True))
    ending = set(narrowed(actor, rows, Act.REVOKE, at=at).values_list("pk", flat=True))
    coordinates = _coordinates(actor)
    return tuple(
        ChangeNoticeRow(
            key=one.key,
            organisation=one.organisation.key,
            organisation_name=one.organisation.name,
            case=one.case.key if coordinates else "",
            product=one.product,
            before=one.before,
            severity=one.severity,
            words=one.words,
            assets=one.count,
            released_at=one.released_at,
            read_at=one.read_at,
            ended_at=one.ended_at,
            may_read=one.pk in reading,
            may_withdraw=one.pk in ending and one.ended_at is None,
        )
        for one in seen.annotate(count=Count("assets")).order_by("-pk")
    )
