"""What a finder may be told: of his own deliveries and findings, and of nothing else.

Nothing here reads a case, a link, a nomination or another finder's row. So the answer has the same
form, and costs the same questions to the database, whether somebody else found the same or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.findings.models import Finding, Reproduction
from tidegate.desks.findings.queries import deliveries
from tidegate.desks.findings.queries.deliveries import RefusalRow
from tidegate.desks.findings.queries.filters import written_key
from tidegate.desks.findings.queries.paging import (
    Page,
    checked_limit,
    fingerprint,
    order_of,
    page_of,
    read_cursor,
)
from tidegate.desks.findings.states import Stage

_SET_ASIDE = "its proof could not be run to an end; a coordinator decides whether to try again"

_COLUMNS = ("id", "key", "reference", "received_at", "stage", "verdict", "reason")


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """What a finder is told of one of his findings."""

    key: str
    reference: str
    """His own name for it."""
    received_at: datetime
    stage: str
    verdict: str
    """Empty until it is judged."""
    reason: str
    has_receipt: bool


@dataclass(frozen=True, slots=True)
class ToldDelivery:
    """What a finder is told of one of his deliveries."""

    key: str
    finder: str
    name: str
    sha256: str
    size: int
    state: str
    received_at: datetime
    accepted: int
    repeated: int
    """Records that he himself had handed in before."""
    refused: int
    findings: Page[ToldFinding]
    refusals: Page[RefusalRow]


def told_of_finding(actor: Actor, key: str) -> ToldFinding:
    """Return what the finder of a finding may be told of it.

    Raises:
        NotFoundError: there is none of that key, or not for them.
    """
    return _told([find(actor, Finding.objects.all(), key=written_key(key)).pk])[0][2]


def told_of_delivery(
    actor: Actor,
    key: str,
    *,
    cursor: str | None = None,
    refusals_cursor: str | None = None,
    limit: int = 50,
) -> ToldDelivery:
    """Return what the finder of a delivery may be told of it, with a page of each of its lists.

    Raises:
        NotFoundError: there is none of that key, or not for them.
        CursorError: a cursor is not one, or of another list.
    """
    delivery = deliveries.readable(actor, key)
    mark = fingerprint("told", "received", delivery.key)
    findings = page_of(
        Finding.objects.filter(delivery=delivery),
        order_of("received", {"received": ("id", int)}),
        read_cursor(cursor, of=mark),
        checked_limit(limit),
        _told,
        of=mark,
    )
    return ToldDelivery(
        key=delivery.key,
        finder=delivery.finder.name,
        name=delivery.name,
        sha256=delivery.sha256,
        size=delivery.size,
        state=delivery.state,
        received_at=delivery.received_at,
        accepted=delivery.accepted,
        repeated=delivery.repeated,
        refused=delivery.refused,
        findings=findings,
        refusals=deliveries.refusals(delivery, refusals_cursor, limit),
    )


def _told(ids: Sequence[int]) -> list[tuple[int, str, ToldFinding]]:
    signed = set(Reproduction.objects.filter(finding__in=ids).values_list("finding_id", flat=True))
    found = Finding.objects.filter(id__in=ids).values_list(*_COLUMNS)
    return [
        (
            id_,
            key,
            ToldFinding(key, reference, at, stage, verdict, _why(stage, reason), id_ in signed),
        )
        for id_, key, reference, at, stage, verdict, reason in found
    ]


def _why(stage: str, reason: str) -> str:
    """Return what a finder is told of a reason: not what went wrong inside of the house."""
    return _SET_ASIDE if stage == Stage.SET_ASIDE else reason
