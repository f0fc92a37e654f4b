"""VEX statements that an operator has loaded: what they say, and about how much of what it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Exposure, Statement
from tidegate.desks.exposure.queries.filters import bounded, one_of
from tidegate.desks.findings.queries.paging import (
    Page,
    checked_limit,
    fingerprint,
    order_of,
    page_of,
    read_cursor,
)

DEFAULT_ROWS: Final = 50
SORTS: Final = {"loaded": ("id", int)}


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement."""

    key: str
    organisation: str
    """Key."""
    organisation_name: str
    vulnerability: str
    product: str
    component: str
    status: str
    justification: str
    words: str
    said_by: str
    """As its document says: only text."""
    said_at: datetime | None
    document: str
    """SHA-256 of what it stood in."""
    loaded_by: str
    loaded_at: datetime
    ended_at: datetime | None
    exposures: int
    """Open ones of the same vulnerability; whether it is about them, their pages tell."""
    may_end: bool


def list_statements(
    actor: Actor,
    *,
    organisation: str = "",
    vulnerability: str = "",
    status: str = "",
    ended: bool = False,
    sort: str = "-loaded",
    cursor: str | None = None,
    limit: int = DEFAULT_ROWS,
    at: datetime,
) -> Page[StatementRow]:
    """Return a page of the statements that somebody may read; an empty word narrows nothing.

    Args:
        actor: who asks.
        organisation: key of the operator.
        vulnerability: by its name.
        status: a value of `Statement.Status`.
        ended: those that stand no more, too.
        sort: one of `SORTS`.
        cursor: of the page.
        limit: rows of it.
        at: now.

    Raises:
        FilterError: a word of the filter, the sort or the limit is not known.
        CursorError: the cursor is not one, or of another list.
    """
    order = order_of(sort, SORTS)
    mark = fingerprint("statements", sort, (organisation, vulnerability, status, ended))
    start = read_cursor(cursor, of=mark)
    known = narrowed(actor, Statement.objects.all(), at=at)
    rows = known if ended else known.filter(ended_at=None)
    if organisation:
        rows = rows.filter(organisation__key=as_written(organisation))
    if vulnerability:
        rows = rows.filter(vulnerability__name=bounded("vulnerability", vulnerability))
    if status:
        rows = rows.filter(status=one_of("status", status, Statement.Status.values))

    def shown(ids: Sequence[int]) -> list[tuple[int, str, StatementRow]]:
        return _rows(actor, ids, at)

    return page_of(
        rows,
        order,
        start,
        checked_limit(limit),
        shown,
        of=mark,
        known=Q(pk__in=known.values("pk")),
    )


def _rows(actor: Actor, ids: Sequence[int], at: datetime) -> list[tuple[int, str, StatementRow]]:
    found = list(
        Statement.objects.filter(pk__in=ids).select_related("organisation", "vulnerability", "by")
    )
    operating = narrowed(actor, Statement.objects.filter(pk__in=ids), Act.OPERATE, at=at)
    ending = set(operating.values_list("pk", flat=True))
    grouped = (
        Exposure.objects.filter(
            organisation__in={one.organisation_id for one in found},
            vulnerability__in={one.vulnerability_id for one in found},
            cleared_at=None,
        )
        .order_by()
        .values_list("organisation", "vulnerability")
        .annotate(Count("pk"))
    )
    counts = {(whose, what): count for whose, what, count in grouped}
    return [
        (
            one.pk,
            one.key,
            StatementRow(
                key=one.key,
                organisation=one.organisation.key,
                organisation_name=one.organisation.name,
                vulnerability=one.vulnerability.name,
                product=one.product,
                component=one.component,
                status=one.status,
                justification=one.justification,
                words=one.words,
                said_by=one.said_by,
                said_at=one.said_at,
                document=one.document,
                loaded_by=one.by.name if one.by else "",
                loaded_at=one.at,
                ended_at=one.ended_at,
                exposures=counts.get((one.organisation_id, one.vulnerability_id), 0),
                may_end=one.pk in ending and one.ended_at is None,
            ),
        )
        for one in found
    ]
