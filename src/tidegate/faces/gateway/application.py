"""The gateway as an ASGI application: the one way to a developer's model, for reviewers' programs.

OpenAI's client is given `https://host/gateway/v1` as its base address, Anthropic's
`https://host/gateway`, and a grant's secret in the place of an API key. What stands in front of
Django answers the paths under `/gateway/`, and hands everything else on (`mounted`); the gateway
also runs alone.

It has to stand outermost, before what reads forwarding headers: it judges those by itself.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import secrets
import ssl
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from tidegate.desks.reviews.services.calls import settle_lost
from tidegate.faces.gateway.beginning import Beginnings
from tidegate.faces.gateway.budgets import Budgets
from tidegate.faces.gateway.calling import Incoming, Parts, call
from tidegate.faces.gateway.letting_out import Out
from tidegate.faces.gateway.limits import Limits
from tidegate.faces.gateway.recording import Recorder
from tidegate.faces.gateway.refusing import Dialect, Fault, RefusedError, answer, malformed
from tidegate.faces.gateway.routes import PREFIX, Route, dialect_of, route_of
from tidegate.faces.gateway.turns import Counted, Turns
from tidegate.faces.gateway.upstream import Resolve, Upstream
from tidegate.faces.gateway.watching import Watch
from tidegate.faces.web.door import Application, Receive, Send
from tidegate.faces.web.foreign import is_own_host
from tidegate.faces.web.proxied import behind
from tidegate.instance.endpoints import endpoint_hosts
from tidegate.instance.reach import Reach

_THREADS: Final = 4
"""That wait for the tables. More of them would wait for one another."""
_SETTLE_SECONDS: Final = 60.0
_LOG: Final = logging.getLogger(__name__)


def mounted(inner: Application, gateway: Application) -> Application:
    """Return an application that has the gateway answer under `/gateway/`, and `inner` the rest."""

    async def answer_both(scope: Any, receive: Any, send: Any) -> None:
        # Django knows no lifespan; the gateway has calls to put on record before the end.
        is_ours = scope["type"] == "lifespan" or (
            scope["type"] == "http" and scope["path"].startswith(PREFIX)
        )
        await (gateway if is_ours else inner)(scope, receive, send)

    return answer_both


class Gateway:
    """The application; one for a process, in one loop."""

    def __init__(
        self,
        *,
        reach: Reach | None = None,
        allowed_hosts: Collection[str] | None = None,
        clock: Callable[[], datetime] = timezone.now,
        limits: Limits | None = None,
        resolve: Resolve | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """Make it; nothing is opened before the first request.

        Args:
            reach: how the installation is reached; as its settings say, if left out.
            allowed_hosts: hosts of endpoints that may be in a private network; as the environment
                says, if left out.
            clock: gives the present instant.
            limits: bounds of calls.
            resolve: looks up the hosts of endpoints; the system's resolver if left out.
            trust: whose certificates are believed; the system's if left out.

        Raises:
            EndpointHostsError: the environment names a host that is none.
        """
        self._reach = settings.REACH if reach is None else reach
        self._allowed = endpoint_hosts() if allowed_hosts is None else allowed_hosts
        self._clock = clock
        self._limits = limits or Limits()
        self._resolve, self._trust = resolve, trust
        self._parts: Parts | None = None
        self._settling: asyncio.Task[None] | None = None
        self._inner = behind(self._answer, self._reach)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            marked = {**scope, _PROXIED: self._is_proxied(scope)}
            await self._inner(marked, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def close(self) -> None:
        """Write what waits, and let go of everything."""
        parts, self._parts = self._parts, None
        if self._settling is not None:
            self._settling.cancel()
        if parts is not None:
            await parts.watch.close()
            await parts.upstream.close()
            await asyncio.to_thread(parts.recorder.stop)
            parts.threads.shutdown(wait=False, cancel_futures=True)

    async def _answer(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        path = scope["path"]
        try:
            route, dialect = self._routed(scope)
        except RefusedError as error:
            await Out(send).whole(answer(error, dialect_of(path)))
            return
        incoming = Incoming(
            scope=scope,
            receive=receive,
            route=route,
            dialect=dialect,
            address=_address(scope),
            url=f"{self._origin(scope)}{path}",
            is_proxied=bool(scope[_PROXIED]),
        )
        await call(self._ready(), incoming, send)

    def _routed(self, scope: Mapping[str, Any]) -> tuple[Route, Dialect]:
        path = scope["path"]
        route = route_of(path)
        # Another way to write a path is another path: nobody in front of us may read it otherwise.
        raw = scope.get("raw_path", path.encode())
        if route is None or raw != path.encode() or route.method != scope["method"]:
            raise RefusedError(
                "There is nothing here; the gateway answers /gateway/v1/chat/completions,"
                " /responses, /messages, /messages/count_tokens and /models.",
                status=404,
                fault=Fault.CLIENT,
                code="not-found",
            )
        host = _said(scope, b"host")
        if not is_own_host(host):
            raise malformed("The address names another machine.", status=421)
        if self._reach.is_secure and scope["scheme"] != "https":
            raise malformed(f"A key is not sent in the clear; ask {self._reach.address}.")
        is_anthropic = route.operation is None and _said(scope, b"anthropic-version")
        return route, Dialect.ANTHROPIC if is_anthropic else route.dialect

    def _origin(self, scope: Mapping[str, Any]) -> str:
        return self._reach.address or f"{scope['scheme']}://{_said(scope, b'host')}"

    def _is_proxied(self, scope: Mapping[str, Any]) -> bool:
        try:
            peer = ipaddress.ip_address(scope["client"][0])
        except (ValueError, TypeError, KeyError):
            return False
        plain = getattr(peer, "ipv4_mapped", None) or peer
        return any(plain in network for network in self._reach.proxies)

    def _ready(self) -> Parts:
        """Return what calls share, opened at the first one: it belongs to the loop."""
        if self._parts is None:
            name = secrets.token_hex(8)
            self._parts = Parts(
                name=name,
                limits=self._limits,
                clock=self._clock,
                threads=ThreadPoolExecutor(_THREADS, thread_name_prefix="gateway"),
                recorder=Recorder(name),
                watch=Watch(
                    self._clock,
                    every=self._limits.watch_seconds,
                    again=self._limits.again_seconds,
                ),
                upstream=Upstream(
                    self._limits, self._allowed, resolve=self._resolve, trust=self._trust
                ),
                begins=Beginnings(),
                budgets=Budgets(),
                turns=Turns(self._limits.large_bodies, self._limits.request_seconds),
                unread=Counted(self._limits.unread),
                running=Counted(self._limits.calls_of_grant),
            )
            self._settling = asyncio.get_running_loop().create_task(self._settle(self._parts))
        return self._parts

    async def _settle(self, parts: Parts) -> None:
        """Put on record, now and then, what another gateway has left when it was ended."""
        while True:
            try:
                await parts.in_thread(settle_lost, self._clock())
            except Exception:  # noqa: BLE001 - tried again; calls go on
                _LOG.exception("calls that another gateway has left could not be settled")
            await asyncio.sleep(_SETTLE_SECONDS)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Follow a server that says when it starts and stops. From: the lifespan of ASGI."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._ready()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


_PROXIED: Final = "tidegate.is_proxied"


def _said(scope: Mapping[str, Any], name: bytes) -> str:
    found = [value for known, value in scope["headers"] if known.lower() == name]
    # One that is sent twice is none.
    return found[0].decode("latin-1") if len(found) == 1 else ""


def _address(scope: Mapping[str, Any]) -> str:
    """Return where a client is; an IPv4 address as one, however the socket says it."""
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)
