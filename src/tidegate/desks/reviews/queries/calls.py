"""What went through the gateway, as those read it who may: call by call, and live."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncMinute

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.reviews.models import Call, Engagement, Grant, Refusal, Transcript

MOST: Final = 500
"""Calls that are shown at once."""

MINUTES: Final = 60
"""Of the chart."""


@dataclass(frozen=True, slots=True)
class CallShown:
    """A call of a model."""

    key: str
    grant: str
    """Key."""
    person: str
    """Name of whoever called."""
    organisation: str
    """Name of the party that has named them."""
    endpoint: str
    """Name."""
    operation: str
    address: str
    """Where it came from."""
    began_at: datetime
    ended_at: datetime | None
    outcome: str
    """A value of `models.Call.Outcome`."""
    fault: str
    """`endpoint` or `gateway`, where one has failed."""
    reason: str
    status: int | None
    """HTTP status of the answer."""
    request_bytes: int
    response_bytes: int
    tokens_in: int
    tokens_out: int
    tokens_estimated: bool
    request_sha256: str
    received_sha256: str
    delivered_sha256: str
    response_id: str
    transcript: bool
    """Whether a transcript is kept that the actor may have."""


@dataclass(frozen=True, slots=True)
class Use:
    """What has been done with one grant."""

    grant: str
    """Key."""
    person: str
    organisation: str
    running: int
    """Calls that run now."""
    calls: int
    tokens: int
    """In and out."""
    bytes: int
    """In and out."""
    refusals: int
    last_call_at: datetime | None
    last_refusals: Mapping[str, int]
    """Of the last hour: how many for each reason."""


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of the chart."""

    at: datetime
    calls: int
    """That began in it."""
    tokens: int
    """Of these calls."""
    refusals: int


@dataclass(frozen=True, slots=True)
class LiveUse:
    """Who uses what, now and in the last hour."""

    at: datetime
    running: tuple[CallShown, ...]
    uses: tuple[Use, ...]
    """Of every grant that was ever used or refused, the last used first."""
    minutes: tuple[Minute, ...]
    """`MINUTES` of them, the oldest first; the last one has not ended."""
    calls: int
    tokens: int
    bytes: int
    refusals: int


def list_calls(
    actor: Actor,
    engagement_key: str,
    *,
    grant: str = "",
    before: str = "",
    limit: int = 100,
) -> tuple[CallShown, ...]:
    """Return the calls of an engagement that somebody may read, the newest first.

    Args:
        actor: who asks.
        engagement_key: of the engagement.
        grant: key of a grant, to see its calls alone.
        before: key of the call with which the page before this one has ended.
        limit: how many, at most `MOST`.

    Raises:
        NotFoundError: there is no such engagement, grant or call, or not for them.
    """
    row = find(actor, Engagement.objects.all(), Act.SEE, key=as_written(engagement_key))
    rows = narrowed(actor, Call.objects.filter(engagement=row))
    if grant:
        rows = rows.filter(
            grant=find(actor, Grant.objects.filter(engagement=row), key=as_written(grant))
        )
    if before:
        rows = rows.filter(pk__lt=find(actor, rows, key=as_written(before)).pk)
    found = rows.select_related(*_WITH).order_by("-pk")[: max(0, min(limit, MOST))]
    return _shown(actor, found)


def live_use(actor: Actor, engagement_key: str, *, at: datetime) -> LiveUse:
    """Return who uses the model right now, and how much each has used it; what they may read of it.

    Raises:
        NotFoundError: there is no such engagement, or not for them.
    """
    row = find(actor, Engagement.objects.all(), Act.SEE, at=at, key=as_written(engagement_key))
    calls = narrowed(actor, Call.objects.filter(engagement=row), at=at)
    grants = narrowed(actor, Grant.objects.filter(engagement=row), at=at)
    refusals = Refusal.objects.filter(grant__in=grants.values("pk"))
    running = calls.filter(outcome=Call.Outcome.RUNNING).select_related(*_WITH).order_by("-pk")
    uses = _uses(grants, calls, refusals, since=at - timedelta(minutes=MINUTES))
    return LiveUse(
        at=at,
        running=_shown(actor, running[:MOST]),
        uses=uses,
        minutes=_minutes(calls, refusals, at),
        calls=sum(use.calls for use in uses),
        tokens=sum(use.tokens for use in uses),
        bytes=sum(use.bytes for use in uses),
        refusals=sum(use.refusals for use in uses),
    )


_WITH: Final = ("grant__named__person", "grant__named__party__organisation", "endpoint")
"""Rows that are read with a call's."""

_TOKENS: Final = F("tokens_in") + F("tokens_out")
_BYTES: Final = F("request_bytes") + F("response_bytes")


def _shown(actor: Actor, rows: Iterable[Call]) -> tuple[CallShown, ...]:
    found = list(rows)
    kept = narrowed(actor, Transcript.objects.filter(call__in=found, destroyed_at=None))
    with_transcript = set(kept.values_list("call", flat=True))
    return tuple(
        CallShown(
            key=row.key,
            grant=row.grant.key,
            person=row.grant.named.person.name,
            organisation=row.grant.named.party.organisation.name,
            endpoint=row.endpoint.name,
            operation=row.operation,
            address=row.address,
            began_at=row.began_at,
            ended_at=row.ended_at,
            outcome=row.outcome,
            fault=row.fault,
            reason=row.reason,
            status=row.status,
            request_bytes=row.request_bytes,
            response_bytes=row.response_bytes,
            tokens_in=row.tokens_in,
            tokens_out=row.tokens_out,
            tokens_estimated=row.tokens_estimated,
            request_sha256=row.request_sha256,
            received_sha256=row.received_sha256,
            delivered_sha256=row.delivered_sha256,
            response_id=row.response_id,
            transcript=row.pk in with_transcript,
        )
        for row in found
    )


def _uses(
    grants: QuerySet[Grant], calls: QuerySet[Call], refusals: QuerySet[Refusal], *, since: datetime
) -> tuple[Use, ...]:
    called: dict[int, Mapping[str, Any]] = {
        line["grant"]: line
        for line in calls.values("grant").annotate(
            calls=Count("pk"),
            running=Count("pk", filter=Q(outcome=Call.Outcome.RUNNING)),
            tokens=Sum(_TOKENS),
            bytes=Sum(_BYTES),
            last=Max("began_at"),
        )
    }
    refused: dict[int, int] = {
        line["grant"]: line["refused"]
        for line in refusals.values("grant").annotate(refused=Sum("count"))
    }
    lately: dict[int, dict[str, int]] = defaultdict(dict)
    late = refusals.filter(minute__gte=since).values("grant", "reason")
    for line in late.annotate(refused=Sum("count")).order_by("reason"):
        lately[line["grant"]][line["reason"]] = line["refused"]
    rows = grants.filter(pk__in=[*called, *refused]).select_related(
        "named__person", "named__party__organisation"
    )
    uses = [
        _use(row, called.get(row.pk, {}), refused.get(row.pk, 0), lately[row.pk]) for row in rows
    ]
    return tuple(sorted(uses, key=_last_used_first))


def _use(row: Grant, line: Mapping[str, Any], refused: int, lately: Mapping[str, int]) -> Use:
    return Use(
        grant=row.key,
        person=row.named.person.name,
        organisation=row.named.party.organisation.name,
        running=line.get("running", 0),
        calls=line.get("calls", 0),
        tokens=line.get("tokens", 0),
        bytes=line.get("bytes", 0),
        refusals=refused,
        last_call_at=line.get("last"),
        last_refusals=lately,
    )


def _last_used_first(use: Use) -> tuple[float, str]:
    return (-use.last_call_at.timestamp() if use.last_call_at else 0.0, use.grant)


def _minutes(
    calls: QuerySet[Call], refusals: QuerySet[Refusal], at: datetime
) -> tuple[Minute, ...]:
    last = at.replace(second=0, microsecond=0)
    first = last - timedelta(minutes=MINUTES - 1)
    until = last + timedelta(minutes=1)
    began = {
        line["minute"]: line
        for line in calls.filter(began_at__gte=first, began_at__lt=until)
        .annotate(minute=TruncMinute("began_at"))
        .values("minute")
        .annotate(calls=Count("pk"), tokens=Sum(_TOKENS))
    }
    refused = {
        line["minute"]: line["refused"]
        for line in refusals.filter(minute__gte=first, minute__lt=until)
        .values("minute")
        .annotate(refused=Sum("count"))
    }
    return tuple(
        Minute(
            at=minute,
            calls=began[minute]["calls"] if minute in began else 0,
            tokens=began[minute]["tokens"] if minute in began else 0,
            refusals=refused.get(minute, 0),
        )
        for minute in (first + timedelta(minutes=number) for number in range(MINUTES))
    )
