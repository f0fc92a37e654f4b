"""`/events`: what happens, as it happens, as server-sent events.

The stream is a question asked again and again by the server: the events after the last one that
was sent, and the work in progress where that has changed. It ends after some minutes; a browser's
`EventSource` comes back by itself and says in `Last-Event-ID` where it was.

From: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import json
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from tidegate.desks.access.actors import NOBODY, Actor
from tidegate.desks.findings.queries.progress import events_after, last_event, progress
from tidegate.faces.api import problems
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.web.acting import actor_anew

router: Final = Router(tags=["events"])

PAUSE_SECONDS: Final = 1.0
"""Between two questions to the database."""

HEARTBEAT_SECONDS: Final = 15.0
"""After which a silent stream says that it is alive; proxies cut what is silent for a minute."""

STREAM_SECONDS: Final = 600.0
MOST_STREAMS: Final = 32

_RETRY_MILLISECONDS: Final = 2000
_LARGEST_ID: Final = (1 << 63) - 1

Pause = Callable[[float], Awaitable[None]]


_open: Final[set[object]] = set()
"""One thing for each stream that is open in this process.

A set, because streams are closed in any thread: a number would lose one now and then.
"""


@router.get(
    "",
    response={503: Problem},
    operation_id="streamEvents",
    openapi_extra={
        "parameters": [
            {
                "in": "header",
                "name": "Last-Event-ID",
                "schema": {"type": "integer"},
                "description": "The last event that was seen; left out, the stream begins now.",
            }
        ],
        "responses": {
            200: {
                "description": "`event: happened` with an event of the history, `event: progress`"
                " with the work in progress whenever it has changed",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            }
        },
    },
)
async def stream_events(request: HttpRequest) -> HttpResponseBase:
    """Stream what happens, as it happens."""
    if len(_open) >= MOST_STREAMS:
        return problems.problem(
            problems.TOO_MANY,
            f"{MOST_STREAMS} streams are open; close one, or come back later.",
            headers={"Retry-After": "30"},
        )
    said = request.headers.get("Last-Event-ID", "")
    after = min(int(said[:19]), _LARGEST_ID) if said.isascii() and said.isdecimal() else None
    return StreamingHttpResponse(
        _Counted(happenings(partial(actor_anew, request), after)),
        content_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def happenings(
    who: Callable[[], Actor],
    after: int | None,
    *,
    seconds: float = STREAM_SECONDS,
    pause: Pause = asyncio.sleep,
) -> AsyncIterator[bytes]:
    """Return the stream: all events after one, or from now on, for so many seconds.

    `who` is asked anew each time who they are that the stream is for: it ends for somebody who is
    suspended meanwhile.
    """
    last = await sync_to_async(last_event)() if after is None else after
    yield f"retry: {_RETRY_MILLISECONDS}\n\n".encode()
    shown: dict[str, Any] = {}
    silent = 0.0
    for _ in range(max(1, int(seconds / PAUSE_SECONDS))):
        told = b""
        actor = await sync_to_async(who)()
        if actor == NOBODY:
            return
        for event in await sync_to_async(events_after)(actor, last):
            last = event.id
            told += _message("happened", asdict(event), id_=event.id)
        now = asdict(await sync_to_async(progress)(actor))
        if now != shown:
            shown = now
            told += _message("progress", now)
        if told:
            silent = 0.0
            yield told
        elif silent >= HEARTBEAT_SECONDS:
            silent = 0.0
            yield b": still here\n\n"
        await pause(PAUSE_SECONDS)
        silent += PAUSE_SECONDS


class _Counted:
    """A stream that counts as open from the moment it is made, read or not."""

    def __init__(self, stream: AsyncIterator[bytes]) -> None:
        place = object()
        _open.add(place)
        self._stream = stream
        # Django closes an answer at its end, but not one whose client goes before it is sent;
        # such a one is counted no more when it is thrown away.
        self.close = weakref.finalize(self, _open.discard, place)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._stream:
                yield part
        finally:
            self.close()


def _message(kind: str, data: dict[str, Any], *, id_: int | None = None) -> bytes:
    # Line ends inside of strings are escaped by JSON, so a message cannot end before its end.
    told = json.dumps(data, cls=DjangoJSONEncoder, separators=(",", ":"))
    name = "" if id_ is None else f"id: {id_}\n"
    return f"{name}event: {kind}\ndata: {told}\n\n".encode()
