"""Putting on record what goes through the gateway: calls, how they ended, and what was refused.

A call is on record before any of its answer is let out, and whether it may be made is asked once
more in that very transaction: what has ended, or was used elsewhere, in between is refused. Many
calls share one commit; whoever calls `write` gathers them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.core.cache import cache
from django.db import transaction
from django.db.models import F

from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.models import Call, Endpoint, Grant, Party, Refusal
from tidegate.desks.reviews.queries.usable import (
    Reason,
    Running,
    Unusable,
    elsewhere,
    ended,
    endpoints_left,
    is_elsewhere,
    lasting,
    lately,
    named_before,
    running,
    runs_elsewhere,
    set_aside,
    spent,
    too_many,
)
from tidegate.desks.reviews.services import transcripts, windows
from tidegate.desks.reviews.services.recording import record
from tidegate.desks.reviews.states.engagements import State
from tidegate.desks.reviews.states.grants import Operation

BEAT: Final = timedelta(seconds=5)
"""How often a gateway says that it is alive, while calls run."""
SILENT: Final = timedelta(seconds=20)
"""A gateway that has said nothing for so long is dead."""

_MINUTE: Final = timedelta(minutes=1)
_ALIVE: Final = "gateway:alive:"
_UNKNOWN: Final = Call.Outcome.UNKNOWN


@dataclass(frozen=True, slots=True)
class Begun:
    """A call that is about to be answered."""

    key: str
    gateway: str
    """Names the process that it goes through."""
    grant: Grant
    actor: Actor
    """The grant's person."""
    endpoint: Endpoint
    operation: Operation
    address: str
    at: datetime
    request_sha256: str
    request_bytes: int
    idempotency: str | None = None
    set_aside: int = 0
    """Tokens that it may use; they are kept free of other calls where its grant has a budget."""


@dataclass(frozen=True, slots=True)
class Over:
    """A call that has ended."""

    key: str
    grant: Grant
    """With its engagement and its party's organisation."""
    outcome: Call.Outcome
    at: datetime
    fault: str = ""
    """`endpoint` or `gateway`, if one has failed."""
    reason: str = ""
    status: int | None = None
    received_sha256: str = ""
    delivered_sha256: str = ""
    response_bytes: int = 0
    response_id: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_estimated: bool = False
    kept: Callable[[], bytes] | None = field(default=None, repr=False)
    """Gives what was said, if it is to be kept; it is encrypted before it is."""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """A call that was refused."""

    grant: Grant
    actor: Actor
    reason: Reason
    address: str
    at: datetime
    operation: Operation | None = None


Act = Begun | Over | Refused


def write(acts: Sequence[Act]) -> list[Unusable | None]:
    """Put acts on record in one transaction, in their order.

    Returns:
        for each, None; or why a call must not be answered, which is then on record as a refusal.
    """
    begun = [act for act in acts if isinstance(act, Begun)]
    ends = [act for act in acts if isinstance(act, Over)]
    new = {act.key for act in begun}
    with transaction.atomic():
        # What has ended before makes room for what begins.
        over = _end([act for act in ends if act.key not in new])
        answers = _begin(begun)
        over += _end([act for act in ends if act.key in new])
        turned_away = [
            Refused(act.grant, act.actor, answer.reason, act.address, act.at, act.operation)
            for act in acts
            if isinstance(act, Begun) and (answer := answers[act.key]) is not None
        ]
        said = [act for act in acts if isinstance(act, Refused)]
        first = _count([*said, *turned_away])
        # By the acts themselves: of two that are alike, one was written.
        written = {id(act) for act in over}
        # The ledger last: nobody else appends until this is over.
        for act in acts:
            if isinstance(act, Begun) and answers[act.key] is None:
                _record_begin(act)
            elif isinstance(act, Over) and id(act) in written:
                _record_end(act)
        for refused in first:
            _record_refusal(refused)
    return [answers[act.key] if isinstance(act, Begun) else None for act in acts]


def say_alive(gateway: str) -> None:
    """Remember that a gateway is alive."""
    cache.set(f"{_ALIVE}{gateway}", 1, SILENT.total_seconds())


def settle_lost(at: datetime) -> int:
    """Put on record that calls have ended whose gateway was ended in the middle of them.

    What was let out of them is not known. Returns how many there were; any process may ask, at any
    time, and calls of a gateway that lives are left alone.
    """
    running = Call.objects.filter(outcome=Call.Outcome.RUNNING)
    names = set(running.values_list("gateway", flat=True))
    dead = [name for name in names if cache.get(f"{_ALIVE}{name}") is None]
    if not dead:
        return 0
    settled = 0
    with transaction.atomic():
        rows = running.filter(gateway__in=dead, began_at__lt=at - SILENT)
        related = ("grant__engagement", "grant__named__party__organisation")
        for call in list(rows.select_related(*related).order_by("pk")):
            why = "the gateway was ended in the middle of it"
            over = Over(call.key, call.grant, _UNKNOWN, at, fault="gateway", reason=why)
            # Another process may have come first.
            if _end([over], is_late=True):
                _record_end(over)
                settled += 1
    return settled


def _begin(begun: Sequence[Begun]) -> dict[str, Unusable | None]:
    """Write the rows of calls that may be answered; say of the others why not."""
    if not begun:
        return {}
    at = max(act.at for act in begun)
    grants = lasting({act.grant.pk for act in begun}, at)
    endpoints = endpoints_left({act.endpoint.pk for act in begun}, locks=True)
    counts = Counter({pk: lately(grant, at) for pk, grant in grants.items()})
    runs = {pk: running(pk) for pk in grants}
    names = _names(begun)
    answers: dict[str, Unusable | None] = {}
    rows: list[Call] = []
    for act in begun:
        grant = grants.get(act.grant.pk)
        refused = None
        is_same = grant is not None and grant.digest == act.grant.digest
        if grant is None or not is_same or act.endpoint.pk not in endpoints:
            refused = ended()
        elif _is_elsewhere(grant, runs[grant.pk], act):
            refused = elsewhere()
        elif counts[grant.pk] >= grant.calls_a_minute:
            refused = too_many(grant)
        elif act.idempotency is not None and (grant.pk, act.idempotency) in names:
            refused = named_before(act.idempotency)
        else:
            refused = _beyond_budget(grant, runs[grant.pk], act)
        answers[act.key] = refused
        if refused is not None or grant is None:
            continue
        counts[grant.pk] += 1
        runs[grant.pk].append(Running(act.address, act.set_aside))
        if act.idempotency is not None:
            names.add((grant.pk, act.idempotency))
        grant.used_from, grant.used_at = act.address, act.at
        rows.append(_row(act))
    Call.objects.bulk_create(rows)
    for pk in sorted({row.grant_id for row in rows}):
        used = grants[pk]
        Grant.objects.filter(pk=pk).update(used_from=used.used_from, used_at=used.used_at)
    return answers


def _is_elsewhere(grant: Grant, runs: Sequence[Running], act: Begun) -> bool:
    return is_elsewhere(grant, act.address, act.at) or runs_elsewhere(runs, act.address)


def _beyond_budget(grant: Grant, runs: Sequence[Running], act: Begun) -> Unusable | None:
    """Refuse a call that may use what others that run may use, too.

    One that runs alone is bounded by what the endpoint is asked for, and is cut.
    """
    if grant.tokens is None:
        return None
    left = grant.tokens - grant.used_tokens
    if left <= 0:
        return spent(grant)
    taken = sum(one.set_aside for one in runs)
    return set_aside(grant) if runs and taken + act.set_aside > left else None


def _row(act: Begun) -> Call:
    return Call(
        key=act.key,
        gateway=act.gateway,
        engagement_id=act.grant.engagement_id,
        grant_id=act.grant.pk,
        endpoint_id=act.endpoint.pk,
        operation=str(act.operation),
        address=act.address,
        idempotency=act.idempotency,
        began_at=act.at,
        request_sha256=act.request_sha256,
        request_bytes=act.request_bytes,
        set_aside=act.set_aside,
    )


def _names(begun: Iterable[Begun]) -> set[tuple[int, str | None]]:
    wanted = [act.idempotency for act in begun if act.idempotency is not None]
    if not wanted:
        return set()
    rows = Call.objects.filter(
        grant__in={act.grant.pk for act in begun}, idempotency__in=wanted
    ).exclude(outcome=Call.Outcome.FAILED)
    return set(rows.values_list("grant", "idempotency"))


def _end(over: Sequence[Over], *, is_late: bool = False) -> list[Over]:
    """Write how calls have ended; return those that had not ended before.

    `is_late` says that they may have ended long ago, so that nothing follows for where their grants
    are used.
    """
    ended_now: list[Over] = []
    tokens: Counter[int] = Counter()
    last: dict[int, datetime] = {}
    for act in over:
        running = Call.objects.filter(key=act.key, outcome=Call.Outcome.RUNNING)
        reason = " ".join(filter(None, (act.reason, _keep(act))))
        said = {name: getattr(act, name) for name in _ENDS}
        if not running.update(**said, reason=reason, ended_at=act.at):
            continue
        ended_now.append(act)
        tokens[act.grant.pk] += act.tokens_in + act.tokens_out
        last[act.grant.pk] = act.at
    for pk in sorted(last):
        used = {} if is_late else {"used_at": last[pk]}
        Grant.objects.filter(pk=pk).update(used_tokens=F("used_tokens") + tokens[pk], **used)
    return ended_now


def _keep(act: Over) -> str:
    """Keep what was said, if it is to be kept; return why it is not."""
    if act.kept is None:
        return ""
    row = Call.objects.select_related("engagement", "grant__named__party").filter(key=act.key)
    call = row.filter(outcome=Call.Outcome.RUNNING).first()
    if call is None or call.engagement.withdrawn_at is not None:
        # What was withdrawn is being destroyed; nothing is added to it.
        return ""
    try:
        transcripts.keep(call, act.kept(), whole=act.whole, at=act.at)
    except NotPossibleError as error:
        return f"Not kept: {error}"
    return ""


_ENDS: Final = (
    "outcome",
    "fault",
    "status",
    "received_sha256",
    "delivered_sha256",
    "response_bytes",
    "response_id",
    "tokens_in",
    "tokens_out",
    "tokens_estimated",
)


def _count(refused: Sequence[Refused]) -> list[Refused]:
    """Count refusals; return those that are the first of their reason within their minute."""
    alike: defaultdict[tuple[int, Reason, str, datetime], list[Refused]] = defaultdict(list)
    for act in refused:
        minute = act.at.replace(second=0, microsecond=0)
        alike[act.grant.pk, act.reason, act.address, minute].append(act)
    first: list[Refused] = []
    for (pk, reason, address, minute), acts in alike.items():
        of_minute = Refusal.objects.filter(grant=pk, reason=str(reason), minute=minute)
        counted = of_minute.filter(address=address).update(count=F("count") + len(acts))
        if counted:
            continue
        if not of_minute.exists():
            first.append(acts[0])
        Refusal.objects.create(
            engagement_id=acts[0].grant.engagement_id,
            grant_id=pk,
            reason=str(reason),
            address=address,
            minute=minute,
            count=len(acts),
        )
    return first


def _record_begin(act: Begun) -> None:
    grant = act.grant
    party = grant.named.party
    if grant.engagement.state == State.WINDOW_OPEN and party.part != Party.Part.PARTNER:
        windows.note_first_call(grant.engagement, at=act.at)
    record(
        "model-called",
        grant.engagement,
        at=act.at,
        actor=act.actor,
        about=party.organisation,
        call=act.key,
        grant=grant.key,
        endpoint=act.endpoint.name,
        operation=str(act.operation),
        address=act.address,
        request_sha256=act.request_sha256,
        request_bytes=act.request_bytes,
    )


def _record_end(act: Over) -> None:
    record(
        "model-answered",
        act.grant.engagement,
        at=act.at,
        actor=HOUSE,
        about=act.grant.named.party.organisation,
        call=act.key,
        grant=act.grant.key,
        outcome=str(act.outcome),
        fault=act.fault,
        why=act.reason,
        status=act.status,
        received_sha256=act.received_sha256,
        delivered_sha256=act.delivered_sha256,
        response_bytes=act.response_bytes,
        tokens_in=act.tokens_in,
        tokens_out=act.tokens_out,
    )


def _record_refusal(act: Refused) -> None:
    record(
        "call-refused",
        act.grant.engagement,
        at=act.at,
        actor=act.actor,
        about=act.grant.named.party.organisation,
        grant=act.grant.key,
        reason=str(act.reason),
        address=act.address,
        operation=str(act.operation or ""),
    )
