"""Sending one webhook: to an address that was judged, within a time, and with no ear for answers.

A name is looked up once. All of its addresses are judged (`addresses`), and the connection goes to
one of exactly those, with the name in `Host` and in TLS; so a name that changes its address in
between (DNS rebinding) wins nothing. No redirect is followed and no proxy is asked. Of the answer
the status is read, within a bound; its body never is. A webhook that could be made to read
something back would show what only this machine reaches (OpenCVE's "try" button did). So what is
told of a failure is one of a few words.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Final

import h11

from tidegate.desks.notices.channels.addresses import Address, Destination, may_reach

_AGENT: Final = "Tidegate-Webhooks"
_MOST_HEAD: Final = 16 << 10
"""Bytes of an answer that are looked at; its status and its headers are within them."""
_CHUNK: Final = 4096
_LOOKUPS: Final = 8
_CONNECT_SECONDS: Final = 3.0
"""For an address of several, before the next one is tried."""


class Outcome(StrEnum):
    """How a try ended, in the words that are shown."""

    TAKEN = "taken"
    GONE = "the endpoint says that it is gone"
    """410: it wants nothing more."""
    REFUSED = "the endpoint answered with an error"
    REDIRECTED = "the endpoint redirects; give the address that it redirects to"
    UNREACHABLE = "no connection to the endpoint, or it broke off"
    SLOW = "the endpoint did not answer in time"
    UNTRUSTED = "TLS failed; the endpoint's certificate has to be valid for its name"
    NO_ADDRESS = "the endpoint's host has no address on the public internet"
    """Or none at all: it is not told apart, for that would say which names are known inside."""
    UNREADABLE = "the endpoint's answer is not HTTP"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a try."""

    outcome: Outcome
    status: int | None = None

    @property
    def words(self) -> str:
        """The reason, as it is kept."""
        return f"{self.outcome} ({self.status})" if self.status else str(self.outcome)


@dataclass(frozen=True, slots=True)
class Post:
    """One message for one endpoint."""

    destination: Destination
    headers: Mapping[str, str]
    body: bytes


Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]
"""Looks a host's addresses up. Raises `OSError` where there is none."""


def post_all(
    posts: Sequence[Post],
    *,
    allowed_hosts: Collection[str],
    seconds: float,
    resolve: Resolve | None = None,
    trust: ssl.SSLContext | None = None,
) -> list[Answer]:
    """Send messages side by side; return an answer for each, in their order.

    Args:
        posts: what is sent.
        allowed_hosts: hosts that the owner allows beyond the public internet.
        seconds: the longest that one may take, from looking its host up to its answer's head.
        resolve: looks hosts up; the system's resolver if left out.
        trust: whose certificates are believed; the system's if left out.
    """
    if not posts:
        return []
    return asyncio.run(_all(posts, allowed_hosts, seconds, resolve, trust))


async def _all(
    posts: Sequence[Post],
    allowed_hosts: Collection[str],
    seconds: float,
    resolve: Resolve | None,
    trust: ssl.SSLContext | None,
) -> list[Answer]:
    context = trust or ssl.create_default_context()
    # Not the loop's own: whose threads would be waited for, however long a resolver takes.
    threads = ThreadPoolExecutor(_LOOKUPS, thread_name_prefix="webhook-lookup")
    try:
        looked_up = resolve or _system_resolver(threads)
        return await asyncio.gather(
            *(_within(post, allowed_hosts, seconds, looked_up, context) for post in posts)
        )
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


async def _within(
    post: Post,
    allowed_hosts: Collection[str],
    seconds: float,
    resolve: Resolve,
    context: ssl.SSLContext,
) -> Answer:
    try:
        async with asyncio.timeout(seconds):
            return await _try(post, allowed_hosts, resolve, context)
    except TimeoutError:
        return Answer(Outcome.SLOW)
    except (ssl.SSLError, ssl.CertificateError):
        return Answer(Outcome.UNTRUSTED)
    except h11.RemoteProtocolError:
        return Answer(Outcome.UNREADABLE)
    except (OSError, EOFError):
        return Answer(Outcome.UNREACHABLE)


async def _try(
    post: Post, allowed_hosts: Collection[str], resolve: Resolve, context: ssl.SSLContext
) -> Answer:
    to = post.destination
    addresses = await _addresses(to, resolve)
    if not addresses or not all(may_reach(to, one, allowed_hosts) for one in addresses):
        return Answer(Outcome.NO_ADDRESS)
    reader, writer = await _connected(to, addresses, context)
    try:
        connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_HEAD)
        writer.write(_request(connection, post))
        await writer.drain()
        status = await _status(connection, reader)
    finally:
        # Dropped, not closed: a farewell of TLS would wait for the other side.
        writer.transport.abort()
    return Answer(_outcome(status), status)


async def _addresses(to: Destination, resolve: Resolve) -> Sequence[Address]:
    if to.literal is not None:
        return [to.literal]
    try:
        return list(dict.fromkeys(await resolve(to.host, to.port)))
    except (OSError, UnicodeError):
        return []


def _system_resolver(threads: ThreadPoolExecutor) -> Resolve:
    async def resolve(host: str, port: int) -> Sequence[Address]:
        found = await asyncio.get_running_loop().run_in_executor(
            threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return [ipaddress.ip_address(str(peer[0]).partition("%")[0]) for *_, peer in found]

    return resolve


async def _connected(
    to: Destination, addresses: Sequence[Address], context: ssl.SSLContext
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to the first of the addresses that answers."""
    for address in addresses[:-1]:
        with suppress(OSError):
            async with asyncio.timeout(_CONNECT_SECONDS):
                return await _connected_to(address, to, context)
    return await _connected_to(addresses[-1], to, context)


async def _connected_to(
    address: Address, to: Destination, context: ssl.SSLContext
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if to.scheme != "https":
        return await asyncio.open_connection(str(address), to.port)
    return await asyncio.open_connection(
        str(address), to.port, ssl=context, server_hostname=to.host
    )


def _request(connection: h11.Connection, post: Post) -> bytes:
    head = h11.Request(
        method="POST",
        target=post.destination.target,
        headers=[
            ("Host", post.destination.authority),
            ("User-Agent", _AGENT),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(post.body))),
            ("Connection", "close"),
            *post.headers.items(),
        ],
    )
    parts = (head, h11.Data(post.body), h11.EndOfMessage())
    return b"".join(connection.send(part) or b"" for part in parts)


async def _status(connection: h11.Connection, reader: asyncio.StreamReader) -> int:
    """Read as much of an answer as says its status."""
    read = 0
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Response):
            return event.status_code
        if event is h11.NEED_DATA:
            if read >= _MOST_HEAD:
                raise h11.RemoteProtocolError("there is no end of it")
            received = await reader.read(_CHUNK)
            if not received:
                raise EOFError
            read += len(received)
            connection.receive_data(received)
        elif not isinstance(event, h11.InformationalResponse):
            raise EOFError


def _outcome(status: int) -> Outcome:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Outcome.TAKEN
    if status < HTTPStatus.BAD_REQUEST:
        return Outcome.REDIRECTED
    return Outcome.GONE if status == HTTPStatus.GONE else Outcome.REFUSED
