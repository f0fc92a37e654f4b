"""One call of a model: its beginning on record, its answer let out, its end on record.

The endpoint is asked while the beginning is being put on record, where it is sure that it will be;
nothing of its answer is let out before it is. What an endpoint says of its own faults is passed on
as it is. What lies about its type, is compressed, has no end or breaks off is not passed on, or
cut. When access ends, the call is cut within milliseconds, also while the endpoint says nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import aiohttp

from tidegate.desks.reviews.keys import new_call_key
from tidegate.desks.reviews.models import Call
from tidegate.desks.reviews.queries.usable import Unusable, ended, spent
from tidegate.desks.reviews.services.calls import Begun, Over
from tidegate.engines.watermarks import Marker
from tidegate.faces.gateway.budgets import Spending
from tidegate.faces.gateway.heads import Head
from tidegate.faces.gateway.keeping import Keeping
from tidegate.faces.gateway.letting_out import Out
from tidegate.faces.gateway.marking import marker_for
from tidegate.faces.gateway.meters import METERS, CountMeter, Meter
from tidegate.faces.gateway.reading import Reading
from tidegate.faces.gateway.recording import Written
from tidegate.faces.gateway.refusing import (
    CALL,
    FAULT,
    Answer,
    Fault,
    RefusedError,
    answer,
    endpoint_failed,
    event,
    gateway_failed,
    refused,
)
from tidegate.faces.gateway.routes import address_of
from tidegate.faces.gateway.upstream import failed, headers_for, is_plain, let_out, type_of
from tidegate.faces.gateway.watching import Running

if TYPE_CHECKING:
    from tidegate.faces.gateway.calling import Incoming, Parts, Ready

_STREAM: Final = "text/event-stream"
_JSON: Final = "application/json"
_SIGNS_OF_A_TOKEN: Final = 4
_OUTCOME = Call.Outcome


class _LeftError(Exception):
    """The client has gone."""


class Passing:
    """One call, once it is known that it may be made."""

    def __init__(
        self,
        parts: Parts,
        incoming: Incoming,
        out: Out,
        head: Head,
        ready: Ready,
    ) -> None:
        checked, operation = ready.checked, incoming.route.operation
        usable = checked.usable
        assert usable.endpoint is not None
        assert operation is not None
        self._parts, self._incoming, self._out = parts, incoming, out
        self._head, self._checked, self._usable = head, checked, usable
        self._endpoint, self._operation = usable.endpoint, operation
        self._ready, self._asked = ready, ready.asked
        self._key = new_call_key()
        self._streams = self._asked.streams and not incoming.route.counts
        marks = usable.held.terms.settings.watermark
        self._meter = self._metering(marks=marks and self._asked.is_prose)
        self._reading = Reading(self._meter, parts.limits, checked.credential)
        self._written: Written | None = None
        """Its beginning, once it is put to be written."""
        self._spending: Spending | None = None
        self._keeping: Keeping | None = None
        self._status: int | None = None
        self._timeout: asyncio.Timeout | None = None
        self._why: Exception | None = None
        """Why it is stopped from outside."""

    async def run(self) -> None:
        """Make the call, and let out what comes of it."""
        parts, usable = self._parts, self._usable
        now = parts.clock()
        grant, begun = usable.grant, self._begun(now)
        is_sure = parts.begins.is_sure(usable, begun, self._ready.mark)
        number = parts.begins.put(begun)
        if usable.tokens_left is not None:
            is_sure &= not parts.budgets.runs(grant.pk)
            self._spending = parts.budgets.enter(grant.pk, usable.tokens_left)
        running = Running(
            grant.pk,
            grant.engagement_id,
            usable.ends_at,
            self._end_access,
            digest=grant.digest,
            endpoint=self._endpoint.pk,
        )
        parts.watch.add(running)
        listening = asyncio.create_task(self._listen())
        lasts = (usable.ends_at - now).total_seconds()
        try:
            async with asyncio.timeout(min(lasts, parts.limits.call_seconds)) as self._timeout:
                await self._run(begun, number, is_sure=is_sure)
            self._put_over(_OUTCOME.COMPLETE)
        except TimeoutError:
            late = endpoint_failed("The endpoint's answer takes too long.", status=504)
            by_time = refused(ended()) if lasts <= parts.limits.call_seconds else late
            await self._stopped(self._why or by_time)
        except RefusedError as error:
            await self._stopped(error)
        except (aiohttp.ClientError, OSError) as error:
            await self._stopped(failed(error))
        except BaseException:
            # The server stops, or a mistake of ours.
            self._put_over(_OUTCOME.FAILED, Fault.GATEWAY, "the gateway was stopped")
            raise
        finally:
            parts.watch.remove(running)
            listening.cancel()
            if self._written is None:
                parts.begins.written(number)
            if self._spending is not None:
                parts.budgets.leave(grant.pk, self._spending)

    async def _run(self, begun: Begun, number: int, *, is_sure: bool) -> None:
        if self._checked.is_kept:
            self._keeping = _keeping(begun, self._ready.kept, self._parts.limits.kept)
        if not is_sure:
            # After those that were sure before it, which wait as long: they are to come first.
            await asyncio.sleep(0)
            await _begin(self._put(begun, number))
        url = address_of(self._endpoint.url, self._incoming.route)
        asking = asyncio.create_task(
            self._parts.upstream.ask(
                f"{url}?beta=true" if self._head.is_beta else url,
                headers_for(self._endpoint, self._checked.credential, self._head.passed_on),
                self._asked.content,
                own_port=_port_of(self._incoming.scope.get("server")),
            )
        )
        try:
            # Lets it be sent, where there is a connection: two threads would hold up one another.
            await asyncio.sleep(0)
            written = self._written or self._put(begun, number)
            response = await asking
        except BaseException:
            asking.cancel()
            asking.add_done_callback(_drop)
            raise
        try:
            self._status = response.status
            await _begin(written)
            await self._pass_on(response)
        finally:
            # Whatever comes, the endpoint does not go on for nobody.
            response.close() if self._why or not self._out.is_over else response.release()

    def _put(self, begun: Begun, number: int) -> Written:
        """Have the beginning written, which is known by a number until then."""
        self._written = written = self._parts.recorder.put(begun)
        loop, note = asyncio.get_running_loop(), partial(self._note_begun, number)
        written.add_done_callback(lambda done: _in_loop(loop, note, done))
        return written

    async def _pass_on(self, response: aiohttp.ClientResponse) -> None:
        if response.status != 200:
            await self._pass_fault_on(response)
        if not is_plain(response):
            raise endpoint_failed("The endpoint compresses its answer, though it was told not to.")
        expected = _STREAM if self._streams else _JSON
        if type_of(response) != expected:
            # What it says instead is not told: it may be anything, its credential too.
            raise endpoint_failed(
                f"The endpoint does not say that its answer is {expected}, as was asked for."
            )
        if self._streams:
            await self._stream(response)
        else:
            await self._hand_over(response)

    async def _stream(self, response: aiohttp.ClientResponse) -> None:
        out, reading = self._out, self._reading
        await out.begin(200, [*self._headers(response), ("Cache-Control", "no-store")])
        async for chunk in response.content.iter_any():
            if piece := reading.feed(chunk):
                self._spend()
                await self._piece(piece)
        if piece := reading.finish():
            await self._piece(piece)
        await out.end()

    async def _piece(self, piece: bytes) -> None:
        self._reading.let_out(piece)
        if self._keeping is not None:
            self._keeping.add(piece)
        await self._out.piece(piece)

    def _spend(self) -> None:
        """Take note of what was used so far; the budget ends it."""
        if self._spending is None:
            return
        self._spending.tokens = self._meter.counted
        grant = self._usable.grant
        if self._parts.budgets.is_spent(grant.pk):
            raise refused(spent(grant))

    async def _hand_over(self, response: aiohttp.ClientResponse) -> None:
        held = bytearray()
        async for chunk in response.content.iter_any():
            self._reading.hold(chunk)
            held += chunk
        content = bytes(held)
        body = await self._parts.by_size(len(content), self._reading.whole, content)
        self._reading.let_out(body)
        if self._keeping is not None:
            self._keeping.add(body)
        length = ("Content-Length", str(len(body)))
        await self._out.whole(Answer(200, (*self._headers(response), length), body))

    def _headers(self, response: aiohttp.ClientResponse) -> list[tuple[str, str]]:
        kind = _STREAM if self._streams else _JSON
        return [("Content-Type", kind), (CALL, self._key), *self._let_out(response)]

    def _let_out(self, response: aiohttp.ClientResponse) -> list[tuple[str, str]]:
        return let_out(response, self._checked.credential)

    async def _pass_fault_on(self, response: aiohttp.ClientResponse) -> None:
        """Let out what an endpoint says of its own fault; always raises."""
        status = response.status
        if status < 400:
            raise endpoint_failed(
                "The endpoint leads elsewhere, or answers with a status that says nothing here"
                f" ({status})."
            )
        told = endpoint_failed(f"The endpoint has failed ({status}).", status=status)
        told.passes = tuple(self._let_out(response))
        if status == 401 or type_of(response) != _JSON or not is_plain(response):
            # What it says of a credential is said to the developer's, which nobody sees.
            raise told
        content = bytearray()
        async for chunk in response.content.iter_any():
            self._reading.hold(chunk)
            content += chunk
            if len(content) > self._parts.limits.fault:
                raise told
        with contextlib.suppress(RefusedError):
            # Where it is no JSON, or tells of the credential, it is not passed on.
            self._reading.whole(bytes(content))
            told.body = bytes(content)
        raise told

    # How it is stopped.

    def _end_access(self) -> None:
        self._stop(refused(ended()))

    def _note_begun(self, number: int, done: Written) -> None:
        self._parts.begins.written(number)
        if why := _not_begun(done):
            self._stop(why)

    async def _listen(self) -> None:
        """Wait for the client to go away."""
        while (await self._incoming.receive())["type"] != "http.disconnect":
            pass
        self._stop(_LeftError())

    def _stop(self, why: Exception) -> None:
        """Have the call stopped, wherever it is; the first one who does counts."""
        if self._why is not None or self._timeout is None:
            return
        self._why = why
        with contextlib.suppress(RuntimeError):
            # Where it is over already, there is nothing to stop.
            self._timeout.reschedule(asyncio.get_running_loop().time())

    async def _stopped(self, why: Exception) -> None:
        """Let the client know, and put on record how it ended."""
        if isinstance(why, _LeftError):
            is_whole = self._meter.is_over
            self._put_over(_OUTCOME.COMPLETE if is_whole else _OUTCOME.LEFT)
            return
        assert isinstance(why, RefusedError)
        is_cut = why.fault is Fault.GRANT
        # Sent first: what was cut must be seen to be cut at once.
        if not self._out.has_begun:
            await self._out.whole(self._answer(why))
        elif not self._out.is_over:
            await self._out.break_off(event(why, self._incoming.dialect), at_once=is_cut)
        outcome = _OUTCOME.CUT if is_cut else _OUTCOME.FAILED
        self._put_over(outcome, None if is_cut else why.fault, why.words)

    def _answer(self, why: RefusedError) -> Answer:
        worded = answer(why, self._incoming.dialect, self._key)
        if why.body is None:
            return Answer(worded.status, (*worded.headers, *why.passes), worded.body)
        self._reading.let_out(why.body)
        length = ("Content-Length", str(len(why.body)))
        own = (("Content-Type", _JSON), (FAULT, str(why.fault)), (CALL, self._key), length)
        return Answer(worded.status, (*own, *why.passes), why.body)

    # What is put on record.

    def _begun(self, now: datetime) -> Begun:
        return Begun(
            key=self._key,
            gateway=self._parts.name,
            grant=self._usable.grant,
            actor=self._usable.actor,
            endpoint=self._endpoint,
            operation=self._operation,
            address=self._incoming.address,
            at=now,
            request_sha256=self._ready.sha256,
            request_bytes=self._ready.size,
            idempotency=self._head.idempotency,
            set_aside=0 if self._usable.tokens_left is None else self._asked.tokens,
        )

    def _put_over(
        self, outcome: Call.Outcome, fault: Fault | None = None, reason: str = ""
    ) -> None:
        """Have the end written; it comes after the beginning, as it was put after it."""
        meter, reading, keeping = self._meter, self._reading, self._keeping
        has_begun = reading.bytes_out > 0 or outcome is _OUTCOME.CUT
        has_answer = has_begun and self._status == 200
        is_estimated = has_answer and not (meter.has_counted and meter.is_over)
        tokens_in, tokens_out = meter.tokens_in, meter.tokens_out
        if is_estimated:
            tokens_in = tokens_in or self._ready.size // _SIGNS_OF_A_TOKEN
            tokens_out = max(tokens_out, meter.estimated)
        if self._spending is not None:
            self._spending.tokens = tokens_in + tokens_out
        self._parts.recorder.put(
            Over(
                key=self._key,
                grant=self._usable.grant,
                outcome=outcome,
                at=self._parts.clock(),
                fault=str(fault or ""),
                reason=reason,
                status=self._status,
                received_sha256=reading.received_sha256,
                delivered_sha256=reading.delivered_sha256,
                response_bytes=reading.bytes_out,
                response_id=meter.response_id,
                tokens_in=tokens_in,
                tokens_out=tokens_out,
                tokens_estimated=is_estimated,
                # Put together where the recording is: it may be long, and the loop is everybody's.
                kept=partial(keeping.content, streams=self._streams) if keeping else None,
                whole=keeping.is_whole if keeping else True,
            )
        )

    def _metering(self, *, marks: bool) -> Meter:
        if self._incoming.route.counts:
            return CountMeter()
        meter = METERS[self._operation](self._marker if marks else None)
        meter.drops_usage = self._asked.drops_usage
        return meter

    def _marker(self) -> Marker:
        return marker_for(self._usable.grant.key)


def _keeping(begun: Begun, content: bytes, most: int) -> Keeping:
    head = {
        "call": begun.key,
        "grant": begun.grant.key,
        "endpoint": begun.endpoint.name,
        "operation": str(begun.operation),
        "at": begun.at.isoformat(),
    }
    return Keeping(head, content, most)


def _port_of(server: Any) -> int | None:
    """Return the port where a request came in, as ASGI says it."""
    return server[1] if server else None


async def _begin(written: Written) -> None:
    """Wait until a beginning is on record.

    Raises:
        RefusedError: it was refused, or could not be written.
    """
    waiting = asyncio.wrap_future(written)
    await asyncio.wait([waiting])
    if why := _not_begun(waiting):
        raise why


def _not_begun(done: Written | asyncio.Future[Unusable | None]) -> RefusedError | None:
    """Return why a beginning is not on record."""
    if done.cancelled() or done.exception() is not None:
        return gateway_failed("This call could not be put on record; try again.")
    why = done.result()
    return None if why is None else refused(why, is_on_record=True)


def _drop(asked: asyncio.Task[aiohttp.ClientResponse]) -> None:
    """Let go of an answer that has come though nobody waits for it any more."""
    if not asked.cancelled() and asked.exception() is None:
        asked.result().close()


def _in_loop(
    loop: asyncio.AbstractEventLoop,
    note: Callable[[Written], None],
    done: Written,
) -> None:
    with contextlib.suppress(RuntimeError):
        # The loop may have ended with the process.
        loop.call_soon_threadsafe(note, done)
