"""Streams as a client sees them: when each word was sent, and when it was here.

The scripted endpoint writes into each word when it was sent, by the machine's monotonic clock,
which is one for all processes. So what lies between endpoint and client is measured word by word,
and what these two are slow at by themselves counts alike with and without the gateway.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import aiohttp

_WORD: Final = re.compile(rb'"content": ?"([0-9]+) "')
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """Where streams are asked for."""

    url: str
    key: str
    model: str


@dataclass(slots=True)
class Stream:
    """What became of one stream."""

    asked_at: int
    """Nanoseconds of the monotonic clock, as everywhere here."""
    words: list[tuple[int, int]] = field(default_factory=list)
    """When each was sent by the endpoint, and when it was here."""
    is_whole: bool = False
    status: int = 0
    last_byte_at: int = 0

    @property
    def first(self) -> float:
        """Milliseconds from asking to the first word."""
        return (self.words[0][1] - self.asked_at) / _MILLION

    @property
    def delays(self) -> list[float]:
        """Milliseconds from endpoint to client, of each word but the first one."""
        return [(here - sent) / _MILLION for sent, here in self.words[1:]]


def new_session() -> aiohttp.ClientSession:
    """Return what asks; inside a running loop."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=4),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=30),
        auto_decompress=False,
    )


async def stream(session: aiohttp.ClientSession, target: Target, orders: str) -> Stream:
    """Ask for a stream, and read it to its end, or to where it breaks off."""
    body = {
        "model": target.model,
        "stream": True,
        "messages": [{"role": "user", "content": f"!clock {orders}"}],
    }
    content = json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {target.key}", "Content-Type": "application/json"}
    found = Stream(time.monotonic_ns())
    try:
        async with session.post(target.url, data=content, headers=headers) as answer:
            found.status = answer.status
            async for chunk in answer.content.iter_any():
                found.last_byte_at = here = time.monotonic_ns()
                found.words += [(int(word), here) for word in _WORD.findall(chunk)]
                found.is_whole |= b"[DONE]" in chunk
    except (aiohttp.ClientError, OSError):
        found.is_whole = False
    return found


async def steady(
    session: aiohttp.ClientSession,
    target: Target,
    orders: str,
    *,
    at_once: int,
    lasts: float,
    n: int,
) -> list[Stream]:
    """Ask for streams at even intervals, so that `at_once` of them run at any time.

    Nobody waits for a stream to end before the next one is asked for (an open loop), so one that is
    late makes no other late, and all of them count.

    Args:
        session: what asks.
        target: where.
        orders: for the endpoint.
        at_once: how many run at a time once it is steady.
        lasts: seconds of a stream, by its orders.
        n: how many are asked for once it is steady.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    tasks: list[asyncio.Task[Stream]] = []
    for number in range(at_once + n):
        await asyncio.sleep(began + number * lasts / at_once - loop.time())
        tasks.append(asyncio.create_task(stream(session, target, orders)))
    # Those in front ran while there were fewer.
    return (await asyncio.gather(*tasks))[at_once:]


async def burst(
    session: aiohttp.ClientSession, target: Target, orders: str, *, at_once: int
) -> Sequence[Stream]:
    """Ask for streams all at once."""
    return await asyncio.gather(*(stream(session, target, orders) for _ in range(at_once)))
