"""Towards an endpoint: one request to an address that was judged, and an answer within bounds.

A host's name is looked up for each new connection, all of its addresses are judged, and the
connection goes to one of exactly those: a name that changes its address in between (DNS rebinding)
wins nothing. No redirect is followed, no proxy of the environment is asked, no cookie is kept, and
nothing is unpacked: an answer that comes compressed is not taken. Whoever sets up an endpoint must
not be able to have this machine ask what only this machine reaches.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from tidegate.desks.notices.channels.addresses import Address, Destination, may_reach
from tidegate.desks.reviews.models import Endpoint
from tidegate.faces.gateway.limits import Limits
from tidegate.faces.gateway.refusing import RefusedError, endpoint_failed
from tidegate.instance.endpoints import is_allowed

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]
"""Looks a host's addresses up. Raises `OSError` where there is none."""

_AGENT: Final = "Tidegate-Gateway"
_ANTHROPIC_VERSION: Final = "2023-06-01"
_LOOKUPS: Final = 8
_LONGEST_LINE: Final = 8 << 10
_MOST_HEADERS: Final = 64
_READ_AT_ONCE: Final = 1 << 16
_KEPT_SECONDS: Final = 4.0
"""A connection that is kept for longer may be closed by the other side just as it is used; a
request is never sent twice."""
_LET_OUT: Final = re.compile(
    r"x-request-id|request-id|retry-after|retry-after-ms|openai-processing-ms"
    r"|(x|anthropic)-ratelimit-[a-z-]{1,60}"
)
"""Headers of an endpoint that a reviewer sees, besides what is worded here."""
_PLAIN: Final = re.compile(r"[\x20-\x7e]{1,1000}")


class ForbiddenAddressError(OSError):
    """A host has no address, or one that may not be reached."""


class Upstream:
    """Connections to endpoints, for one loop."""

    def __init__(
        self,
        limits: Limits,
        allowed_hosts: Collection[str],
        *,
        resolve: Resolve | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """Make it; inside a running loop.

        Args:
            limits: what bounds a request.
            allowed_hosts: hosts that the owner allows beyond the public internet.
            resolve: looks hosts up; the system's resolver if left out.
            trust: whose certificates are believed; the system's if left out.
        """
        self._allowed = allowed_hosts
        # Not the loop's own: whose threads would be waited for, however long a resolver takes.
        self._threads = ThreadPoolExecutor(_LOOKUPS, thread_name_prefix="endpoint-lookup")
        looked_up = resolve or _system_resolver(self._threads)
        connector = aiohttp.TCPConnector(
            resolver=_Judging(looked_up, allowed_hosts),
            use_dns_cache=False,
            limit=0,
            keepalive_timeout=_KEPT_SECONDS,
            ssl=trust or ssl.create_default_context(),
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("Accept", "Content-Type", "User-Agent"),
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
            max_headers=_MOST_HEADERS,
            read_bufsize=_READ_AT_ONCE,
            timeout=aiohttp.ClientTimeout(
                total=None,
                connect=limits.connect_seconds,
                sock_connect=limits.connect_seconds,
                sock_read=limits.idle_seconds,
            ),
        )

    async def ask(
        self,
        url: str,
        headers: Mapping[str, str],
        content: bytes,
        *,
        own_port: int | None = None,
    ) -> aiohttp.ClientResponse:
        """Ask an endpoint, and return its answer once its head is there.

        Args:
            url: where.
            headers: all that it is told in the head.
            content: the body.
            own_port: where we listen ourselves; a host that is allowed is not asked there.

        Raises:
            RefusedError: it cannot be reached, may not be, or answers with what is no HTTP.
        """
        target = self._judged(url, own_port)
        try:
            return await self._session.post(
                target, data=content, headers=headers, allow_redirects=False
            )
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise failed(error) from error

    async def close(self) -> None:
        """Drop all connections."""
        await self._session.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _judged(self, url: str, own_port: int | None) -> URL:
        try:
            target = URL(url, encoded=True)
            host, port = target.host, target.port
        except ValueError:
            host = port = None
        if host is None or port is None or target.user is not None:
            raise endpoint_failed("The endpoint's address is malformed; its developer can mend it.")
        to = _destination(host, port)
        allowed = _allowed_there(self._allowed, to, own_port)
        if to.host in self._allowed and not allowed:
            raise endpoint_failed("The endpoint's address is this instance's own.")
        if target.scheme != "https" and not allowed:
            raise endpoint_failed("The endpoint is not reached through TLS; that is not done.")
        # A name is judged when it is looked up; a number is connected to as it is.
        literal = to.literal
        if literal is not None and not may_reach(to, literal, allowed):
            raise _forbidden()
        return target


class _Judging(AbstractResolver):
    """Gives out only addresses that may be reached, and none of a host that has others, too."""

    def __init__(self, resolve: Resolve, allowed_hosts: Collection[str]) -> None:
        self._resolve = resolve
        self._allowed = allowed_hosts

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        to = _destination(host, port)
        addresses = list(dict.fromkeys(await self._resolve(host, port)))
        allowed = _allowed_there(self._allowed, to)
        if not addresses or not all(may_reach(to, one, allowed) for one in addresses):
            raise ForbiddenAddressError(f"{host} has no address that may be reached")
        return [
            ResolveResult(
                hostname=host,
                host=str(one),
                port=port,
                family=_family(one),
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for one in addresses
            if family in (socket.AF_UNSPEC, _family(one))
        ]

    async def close(self) -> None:
        pass


def headers_for(
    endpoint: Endpoint, credential: str, passed_on: Mapping[str, str]
) -> dict[str, str]:
    """Return what an endpoint is told besides the body: its credential, and what is on a list."""
    said = {
        "Content-Type": "application/json",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "User-Agent": _AGENT,
    }
    said |= {name.title(): value for name, value in passed_on.items()}
    if endpoint.protocol == Endpoint.Protocol.ANTHROPIC:
        said.setdefault("Anthropic-Version", _ANTHROPIC_VERSION)
        return {**said, "X-Api-Key": credential}
    return {**said, "Authorization": f"Bearer {credential}"}


def let_out(response: aiohttp.ClientResponse, credential: str = "") -> list[tuple[str, str]]:
    """Return the headers of an answer that a reviewer sees; none that has the credential in it."""
    seen: dict[str, str] = {}
    for name, value in response.headers.items():
        if credential and credential in value:
            continue
        if _LET_OUT.fullmatch(name.lower()) and _PLAIN.fullmatch(value):
            seen.setdefault(name.lower(), value)
    return list(seen.items())


def is_plain(response: aiohttp.ClientResponse) -> bool:
    """Say whether an answer comes as it is, not compressed."""
    coded = response.headers.getall("Content-Encoding", [])
    return all(one.strip().lower() in ("", "identity") for one in coded)


def type_of(response: aiohttp.ClientResponse) -> str:
    """Return what an answer says that it is, without parameters."""
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def failed(error: BaseException) -> RefusedError:
    """Return what is told of an endpoint that did not answer as it should; no addresses."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, ForbiddenAddressError):
            return _forbidden()
        inner = getattr(inner, "os_error", None) or inner.__cause__
    if isinstance(error, ssl.SSLError | aiohttp.ClientSSLError | ssl.CertificateError):
        return endpoint_failed("TLS with the endpoint failed; its certificate is not good here.")
    if isinstance(error, TimeoutError):
        return endpoint_failed("The endpoint did not answer in time.", status=504)
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError):
        return endpoint_failed("The endpoint broke off in the middle of its answer.")
    if isinstance(error, aiohttp.ClientConnectorError | ConnectionError):
        return endpoint_failed("The endpoint could not be connected to.")
    return endpoint_failed("The endpoint did not answer as HTTP has it.")


def _forbidden() -> RefusedError:
    return endpoint_failed(
        "The endpoint's host has no address on the public internet; the instance's owner can allow"
        " that host in TIDEGATE_ENDPOINT_HOSTS."
    )


def _destination(host: str, port: int) -> Destination:
    return Destination("https", host.lower().strip("[]").removesuffix("."), port, "/")


def _allowed_there(
    allowed: Collection[str], to: Destination, own_port: int | None = None
) -> frozenset[str]:
    """Return the destination's host if it may be reached at its port, and nothing else."""
    is_there = is_allowed(allowed, to.host, to.port, own_port=own_port)
    return frozenset({to.host}) if is_there else frozenset()


def _family(address: Address) -> socket.AddressFamily:
    return socket.AF_INET6 if address.version == 6 else socket.AF_INET


def _system_resolver(threads: ThreadPoolExecutor) -> Resolve:
    async def resolve(host: str, port: int) -> Sequence[Address]:
        found = await asyncio.get_running_loop().run_in_executor(
            threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return [ipaddress.ip_address(str(peer[0]).partition("%")[0]) for *_, peer in found]

    return resolve
