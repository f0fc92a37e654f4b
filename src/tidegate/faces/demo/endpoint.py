"""A model's endpoint that plays from a script: for the demo, the gateway's tests, and its figures.

It speaks what the real ones speak (OpenAI chat completions and responses, Anthropic messages),
streaming and tool use included, and says always the same. What is asked of it decides what it does:
words that begin with `!` in the last message are orders.

    !words 200      that many words
    !first 50       milliseconds before the first one
    !every 10       milliseconds between words
    !clock          words that say when they were sent, by the machine's monotonic clock
    !tool           ask for the client's first tool, in place of words
    !json           answer an object, as text
    !status 503     fail with that status, as real endpoints do
    !silent         begin to answer, and then say nothing
    !endless        words without end
    !huge           1 GiB of one event
    !wrong-type     an answer that says it is text/html
    !gzip           an answer that unpacks to 1 GiB
    !broken         break off in the middle of the answer
    !short          say that the answer is longer than it is
    !unfinished     end in order, before the last event
    !redirect       lead elsewhere
    !cookie         set a cookie, and headers that nobody asked for
    !garbage        no HTTP at all

`python -m tidegate.faces.demo.endpoint --port 0 --credential SECRET` runs it alone, on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import re
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from tidegate.faces.demo.protocols import ARGUMENTS, Chat, Messages, Protocol, Responses

DEFAULT_CREDENTIAL: Final = "sk-scripted-endpoint"

_TEXT: Final = (  # noqa: SIM905 - it is read as a text
    "The lock opens at low water and closes again before the tide turns. Whoever comes late waits"
    " for the next one, and nobody is told off for it. What goes through is written down, with its"
    " time and its name, and the book is kept where both sides can read it. "
).split()
_ORDER: Final = re.compile(r"!([a-z-]+)(?: ([0-9]+))?")
_WORDS: Final = 24
_GIBIBYTE: Final = 1 << 30
_MOST_BODY: Final = 64 << 20
_STREAM: Final = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    """By names in lower case."""
    body: Any


@dataclass(slots=True)
class ScriptedEndpoint:
    """The endpoint; `application()` is what a server is given."""

    credential: str = DEFAULT_CREDENTIAL
    first: float = 0.0
    """Seconds before the first word, where no order says otherwise."""
    every: float = 0.0
    """Seconds between words."""
    keeps: int = 1000
    """Requests that are remembered."""
    seen: list[Seen] = field(default_factory=list)

    def application(self) -> web.Application:
        """Return the application with its routes, under `/v1`."""
        made = web.Application(client_max_size=_MOST_BODY)
        made.router.add_post("/v1/chat/completions", self._answerer(Chat))
        made.router.add_post("/v1/responses", self._answerer(Responses))
        made.router.add_post("/v1/messages", self._answerer(Messages))
        made.router.add_post("/v1/messages/count_tokens", self._count)
        return made

    def _answerer(self, protocol: type[Protocol]) -> Callable[..., Any]:
        async def answer(request: web.Request) -> web.StreamResponse:
            body = await self._asked(request)
            if not self._is_let_in(request):
                return protocol.fault(401, "the credential is not known here")
            try:
                return await _answer(request, protocol(body), _orders(body, self))
            except ConnectionResetError:
                # Whoever has asked has gone.
                return web.Response()

        return answer

    async def _count(self, request: web.Request) -> web.StreamResponse:
        body = await self._asked(request)
        if not self._is_let_in(request):
            return Messages.fault(401, "the credential is not known here")
        return web.json_response({"input_tokens": len(json.dumps(body)) // 4})

    async def _asked(self, request: web.Request) -> Any:
        body = await request.json()
        if len(self.seen) < self.keeps:
            headers = {name.lower(): value for name, value in request.headers.items()}
            self.seen.append(Seen(request.path_qs, headers, body))
        return body

    def _is_let_in(self, request: web.Request) -> bool:
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return self.credential in (bearer, request.headers.get("x-api-key"))


@contextmanager
def playing(
    endpoint: ScriptedEndpoint | None = None, *, host: str = "127.0.0.1", port: int = 0
) -> Iterator[tuple[str, ScriptedEndpoint]]:
    """Let an endpoint answer, in a thread of this process; yields its address and itself.

    The address has no path: `http://127.0.0.1:40123`. Port 0 takes one that is free.
    """
    endpoint = endpoint or ScriptedEndpoint()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="scripted-endpoint", daemon=True)
    thread.start()
    try:
        started = asyncio.run_coroutine_threadsafe(_started(endpoint, host, port), loop)
        runner, address = started.result(10)
        yield address, endpoint
        asyncio.run_coroutine_threadsafe(_ended(runner), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


async def _started(endpoint: ScriptedEndpoint, host: str, port: int) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(endpoint.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, host, port, backlog=1024)
    await site.start()
    return runner, f"http://{host}:{runner.addresses[0][1]}"


async def _ended(runner: web.AppRunner) -> None:
    await runner.cleanup()
    # Answers that have no end.
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class _Orders:
    words: int
    first: float
    every: float
    others: Mapping[str, int]


def _orders(body: Any, endpoint: ScriptedEndpoint) -> _Orders:
    said = {name: int(number or 0) for name, number in _ORDER.findall(_last_words(body))}
    return _Orders(
        words=said.pop("words", _WORDS),
        first=said.pop("first", endpoint.first * 1000) / 1000,
        every=said.pop("every", endpoint.every * 1000) / 1000,
        others=said,
    )


def _last_words(body: Any) -> str:
    turns = body.get("messages", body.get("input", ""))
    last = turns[-1] if isinstance(turns, list) and turns else turns
    content = last.get("content", "") if isinstance(last, dict) else last
    return content if isinstance(content, str) else json.dumps(content)


async def _answer(request: web.Request, protocol: Protocol, orders: _Orders) -> web.StreamResponse:
    others = orders.others
    await asyncio.sleep(orders.first)
    if "status" in others:
        return protocol.fault(others["status"], "the script says so")
    if "redirect" in others:
        return web.Response(status=307, headers={"Location": "http://127.0.0.1:1/v1/elsewhere"})
    if "wrong-type" in others:
        return web.Response(text="<p>Hello</p>", content_type="text/html")
    if "garbage" in others:
        assert request.transport is not None
        request.transport.write(b"220 mail.example ESMTP\r\n")
        request.transport.close()
        return web.Response()
    if "gzip" in others:
        return await _gzipped(request, protocol)
    if not protocol.streams:
        return await _whole(request, protocol, orders)
    return await _streamed(request, protocol, orders)


async def _whole(request: web.Request, protocol: Protocol, orders: _Orders) -> web.StreamResponse:
    others = orders.others
    headers = _odd_headers() if "cookie" in others else {}
    if "huge" in others or "endless" in others or "silent" in others:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b'{"padding": "')
        if "silent" in others:
            await asyncio.sleep(3600)
        for _ in range(_GIBIBYTE >> 20):
            await response.write(b"x" * (1 << 20))
        return response
    await asyncio.sleep(orders.every * orders.words)
    body = json.dumps(protocol.whole(_text(orders), "tool" in others)).encode()
    if "broken" in others or "short" in others:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.content_length = len(body) + 1000
        await response.prepare(request)
        await response.write(body if "short" in others else body[: len(body) // 2])
        _drop(request)
        return response
    return web.Response(body=body, content_type="application/json", headers=headers)


async def _streamed(
    request: web.Request, protocol: Protocol, orders: _Orders
) -> web.StreamResponse:
    others = orders.others
    odd = _odd_headers() if "cookie" in others else {}
    response = web.StreamResponse(headers={**_STREAM, **odd, "x-request-id": "req-scripted"})
    await response.prepare(request)
    sent = 0
    async for piece in _pieces(protocol, orders):
        await response.write(piece)
        sent += 1
        if sent > 2 and "silent" in others:
            await asyncio.sleep(3600)
        if sent > 2 and ("broken" in others or "short" in others):
            _drop(request)
            return response
        if sent > 2 and "unfinished" in others:
            return response
        if sent > 2 and "huge" in others:
            await response.write(b"data: ")
            for _ in range(_GIBIBYTE >> 20):
                await response.write(b"x" * (1 << 20))
    return response


async def _pieces(protocol: Protocol, orders: _Orders) -> AsyncIterator[bytes]:
    clock = "clock" in orders.others
    for piece in protocol.opening("tool" in orders.others):
        yield piece
    if "tool" in orders.others:
        for start in range(0, len(ARGUMENTS), 9):
            yield protocol.arguments(ARGUMENTS[start : start + 9])
    else:
        number = 0
        while number < orders.words or "endless" in orders.others:
            if number and orders.every:
                await asyncio.sleep(orders.every)
            elif number % 64 == 0:
                await asyncio.sleep(0)
            word = time.monotonic_ns() if clock else _TEXT[number % len(_TEXT)]
            yield protocol.word(f"{word} ")
            number += 1
    for piece in protocol.closing(_text(orders), "tool" in orders.others):
        yield piece


def _text(orders: _Orders) -> str:
    if "json" in orders.others:
        return '{"lock": "open at low water", "waits": ["the late ones"]}'
    return "".join(f"{_TEXT[number % len(_TEXT)]} " for number in range(orders.words))


async def _gzipped(request: web.Request, protocol: Protocol) -> web.StreamResponse:
    kind = "text/event-stream" if protocol.streams else "application/json"
    bomb = gzip.compress(b" " * (16 << 20), 1)
    response = web.StreamResponse(headers={"Content-Type": kind, "Content-Encoding": "gzip"})
    await response.prepare(request)
    for _ in range(64):
        await response.write(bomb)
    return response


def _drop(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.close()


def _odd_headers() -> dict[str, str]:
    return {
        "Set-Cookie": "tidegate=stolen; Path=/",
        "X-Internal-Host": "gpu-7.internal.example",
        "Access-Control-Allow-Origin": "*",
        "Refresh": "0; url=http://127.0.0.1:1/",
        "x-ratelimit-remaining-requests": "41",
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the endpoint alone until interrupted; its address is the first line that it prints."""
    parser = argparse.ArgumentParser("python -m tidegate.faces.demo.endpoint")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--credential", default=DEFAULT_CREDENTIAL)
    parser.add_argument("--first", type=float, default=0.2, help="seconds before the first word")
    parser.add_argument("--every", type=float, default=0.03, help="seconds between words")
    said = parser.parse_args(arguments)
    endpoint = ScriptedEndpoint(said.credential, said.first, said.every, keeps=0)

    async def answer() -> None:
        _, address = await _started(endpoint, "127.0.0.1", said.port)
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()

    try:
        asyncio.run(answer())
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
