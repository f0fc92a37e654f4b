"""One request, from its head to the record of what became of it.

    head        one key of a grant, nothing that contradicts itself (`heads`)
    body        within a bound, strict, nothing that reaches past the gateway (`asking`);
                more than a little of it is read of a grant alone that may be used now (`turns`)
    check       the policy, the terms, the scope, the proof, the clock (`checking`)
    begin       put on record by one thread, while the endpoint is asked already (`recording`),
                unless calls that came just before may be in its way (`beginning`)
    answer      let out only once the beginning is on record (`passing`)
    end         put on record: how, and the digests of what came in and what went out

Whatever is refused for a grant that there is, is on record, too.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from tidegate.desks.reviews.queries.usable import Asked, Reason, Unusable
from tidegate.faces.gateway import listing
from tidegate.faces.gateway.asking import Prepared, Request, prepared, read_request
from tidegate.faces.gateway.beginning import Beginnings
from tidegate.faces.gateway.budgets import Budgets
from tidegate.faces.gateway.checking import (
    Checked,
    Shown,
    TurnedAway,
    check,
    check_head,
    drop_connection,
    refusal_of,
    refused_with,
)
from tidegate.faces.gateway.heads import Head, read_head, shown_secret
from tidegate.faces.gateway.letting_out import Out
from tidegate.faces.gateway.limits import Limits
from tidegate.faces.gateway.passing import Passing
from tidegate.faces.gateway.recording import Recorder
from tidegate.faces.gateway.refusing import (
    UNKNOWN_KEY,
    Dialect,
    Fault,
    RefusedError,
    answer,
    gateway_failed,
    malformed,
    refused,
    unknown_key,
)
from tidegate.faces.gateway.routes import Route
from tidegate.faces.gateway.turns import Counted, Turns
from tidegate.faces.gateway.upstream import Upstream
from tidegate.faces.gateway.watching import Watch
from tidegate.faces.web.door import Receive, Send

_AGAIN_SECONDS: Final = 5
_LOG: Final = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Parts:
    """What all requests of a gateway share."""

    name: str
    """Of this process, on record."""
    limits: Limits
    clock: Callable[[], datetime]
    threads: ThreadPoolExecutor
    recorder: Recorder
    watch: Watch
    upstream: Upstream
    begins: Beginnings
    budgets: Budgets
    turns: Turns
    """Of large bodies."""
    unread: Counted
    """Requests by address."""
    running: Counted
    """Calls by grant."""

    async def in_thread(self, work: Callable[..., _T], *arguments: Any) -> _T:
        """Have something done that may wait for the tables."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.threads, _careful, work, *arguments)

    async def by_size(self, size: int, work: Callable[..., _T], *arguments: Any) -> _T:
        """Have something done with so many bytes: beside the loop, if they are many."""
        if size > self.limits.large:
            return await self.in_thread(work, *arguments)
        return work(*arguments)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request, as it is known by its head."""

    scope: Mapping[str, Any]
    receive: Receive
    route: Route
    dialect: Dialect
    address: str
    """Where its client is."""
    url: str
    """As its client knows it, without a query."""
    is_proxied: bool


@dataclass(frozen=True, slots=True)
class Ready:
    """A call, once its request was read and it is known that it may be made."""

    checked: Checked
    asked: Prepared
    """Of the endpoint."""
    mark: int
    """See `Beginnings.mark`."""
    sha256: str
    """Of the request as it came in."""
    size: int
    kept: bytes = field(repr=False)
    """Of the request, where content is kept: no more than is kept, and a byte."""


async def call(parts: Parts, incoming: Incoming, send: Send) -> None:
    """Answer a request."""
    out = Out(send)
    try:
        await _call(parts, incoming, out)
    except RefusedError as error:
        if error.code == UNKNOWN_KEY:
            # Whatever is the matter with a key, its answer takes the same time and says the same.
            await asyncio.sleep(parts.limits.unknown_seconds)
        elif not error.is_on_record:
            await _on_record(parts, incoming, error)
        await out.whole(answer(error, incoming.dialect))
    except Exception:  # noqa: BLE001 - nothing of it is told, and nothing that was begun goes on
        _LOG.exception("a request to the gateway has failed")
        if not out.has_begun:
            ours = gateway_failed("Something failed here; it is in this instance's log.")
            await out.whole(answer(ours, incoming.dialect))
        elif not out.is_over:
            await out.break_off(b"", at_once=True)


async def _call(parts: Parts, incoming: Incoming, out: Out) -> None:
    scope, route, limits = incoming.scope, incoming.route, parts.limits
    head = read_head(
        scope["headers"],
        route,
        query=scope.get("query_string", b""),
        is_proxied=incoming.is_proxied,
    )
    grant = None
    with ExitStack() as unread:
        unread.enter_context(parts.unread.one(incoming.address, _too_many_unread()))
        if head.length is None or head.length > limits.stranger:
            if head.length is not None and head.length > limits.request:
                raise _too_large(limits)
            grant = await _usable_grant(parts, incoming, head)
        if grant is not None and (head.length is None or head.length > limits.large):
            async with parts.turns.turn(grant, _too_many_large()):
                ready = await _ready(parts, incoming, head, unread, out)
        else:
            ready = await _ready(parts, incoming, head, unread, out)
    if ready is not None:
        beyond = _too_many_calls(limits)
        with parts.running.one(ready.checked.usable.grant.pk, beyond):
            await Passing(parts, incoming, out, head, ready).run()


async def _usable_grant(parts: Parts, incoming: Incoming, head: Head) -> int:
    """Return the grant whose request is read, as it may be used now."""
    operation = incoming.route.operation
    asked = Asked(incoming.address, parts.clock(), operation, None, head.idempotency)
    found = await parts.in_thread(check_head, head.secret, asked)
    if found is None:
        raise unknown_key()
    if isinstance(found, TurnedAway):
        raise await _turned_away(parts, found, asked)
    return found.pk


async def _ready(
    parts: Parts, incoming: Incoming, head: Head, unread: ExitStack, out: Out
) -> Ready | None:
    """Read a request and check it; None where all is answered by that."""
    content = await _content(parts, incoming)
    unread.close()
    request = await _read(parts, incoming.route, content)
    mark = parts.begins.mark()
    checked = await _checked(parts, incoming, head, request)
    if request is None:
        await out.whole(listing.models(checked))
        return None
    if request.previous is not None and not checked.has_previous:
        raise _no_such_answer(request.previous)
    asked, sha256 = await parts.by_size(
        len(content), _prepared, incoming, request, checked, content
    )
    kept = content[: parts.limits.kept + 1] if checked.is_kept else b""
    return Ready(checked, asked, mark, sha256, len(content), kept)


def _prepared(
    incoming: Incoming, request: Request, checked: Checked, content: bytes
) -> tuple[Prepared, str]:
    usable, operation = checked.usable, incoming.route.operation
    assert usable.endpoint is not None
    assert operation is not None
    asked = prepared(
        request,
        operation,
        model=usable.endpoint.model,
        tokens_left=usable.tokens_left,
        watermark=usable.held.terms.settings.watermark,
        counts=incoming.route.counts,
    )
    return asked, hashlib.sha256(content).hexdigest()


async def _content(parts: Parts, incoming: Incoming) -> bytes:
    """Receive a body, within its bounds."""
    limits = parts.limits
    pieces = bytearray()
    try:
        async with asyncio.timeout(limits.request_seconds):
            while True:
                message = await incoming.receive()
                if message["type"] != "http.request":
                    raise malformed("The request broke off.", Reason.BODY)
                pieces += message.get("body", b"")
                if len(pieces) > limits.request:
                    raise _too_large(limits)
                if not message.get("more_body"):
                    return bytes(pieces)
    except TimeoutError as error:
        raise malformed("The request did not come in in time.", Reason.BODY, 408) from error


async def _read(parts: Parts, route: Route, content: bytes) -> Request | None:
    if route.operation is None:
        return None
    return await parts.by_size(len(content), read_request, content, route.operation, parts.limits)


async def _checked(
    parts: Parts, incoming: Incoming, head: Head, request: Request | None
) -> Checked:
    route = incoming.route
    asked = Asked(
        address=incoming.address,
        at=parts.clock(),
        operation=route.operation,
        model=request.model if request else "",
        idempotency=head.idempotency,
    )
    shown = Shown(
        head.secret,
        head.proof,
        route.method,
        incoming.url,
        asked,
        request.previous if request else None,
    )
    found = await parts.in_thread(check, shown)
    if found is None:
        raise unknown_key()
    if isinstance(found, TurnedAway):
        raise await _turned_away(parts, found, asked)
    return found


async def _turned_away(parts: Parts, found: TurnedAway, asked: Asked) -> RefusedError:
    """Put a refusal on record, and return it."""
    act = await parts.in_thread(refused_with, found.grant, found.why, asked)
    await parts.recorder.written(act)
    return refused(found.why, is_on_record=True)


async def _on_record(parts: Parts, incoming: Incoming, error: RefusedError) -> None:
    """Put a refusal on record, if what was shown is a grant's secret."""
    secret = shown_secret(incoming.scope["headers"])
    if secret is None or error.reason is None:
        return
    asked = Asked(incoming.address, parts.clock(), incoming.route.operation)
    act = await parts.in_thread(refusal_of, secret, Unusable(error.reason, error.words), asked)
    if act is not None:
        await parts.recorder.written(act)


def _careful(work: Callable[..., _T], *arguments: Any) -> _T:
    try:
        return work(*arguments)
    except Exception as error:
        drop_connection(error)
        raise


def _too_large(limits: Limits) -> RefusedError:
    return malformed(
        f"The request has more than {limits.request:,} bytes; send no more.", Reason.BODY, 413
    )


def _too_many_unread() -> RefusedError:
    return RefusedError(
        "Too many requests from this address have not come in yet; send them one after another.",
        status=429,
        fault=Fault.CLIENT,
        code="unread",
    )


def _too_many_large() -> RefusedError:
    return RefusedError(
        "Other large requests are being read; try again.",
        status=429,
        fault=Fault.GATEWAY,
        code="busy",
        seconds=_AGAIN_SECONDS,
    )


def _too_many_calls(limits: Limits) -> RefusedError:
    return refused(
        Unusable(
            Reason.RATE,
            f"{limits.calls_of_grant} calls of this grant run at once, and no more may; wait until"
            " one has ended.",
            seconds=_AGAIN_SECONDS,
        )
    )


def _no_such_answer(name: str) -> RefusedError:
    # As an endpoint words it: whether there is such an answer of somebody else's is not told.
    return malformed(f"Previous response with id {name!r:.80} not found.", Reason.STORED, 404)
