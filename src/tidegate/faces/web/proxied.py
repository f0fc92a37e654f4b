"""What a proxy says of its clients: believed if the owner has named the proxy, and else ignored.

Whoever can make up `X-Forwarded-For` has a new address for every attempt to sign in; whoever can
make up `X-Forwarded-Proto` says that they came through TLS. And where only the proxy speaks TLS,
whoever comes past it speaks in the clear: they are refused.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tidegate.faces.web.door import Application, Receive, Send
from tidegate.instance.reach import Reach

_REFUSED = b"Only the proxy in front of this instance is answered here.\n"


def behind(inner: Application, reach: Reach) -> Application:
    """Return an application as it stands behind the named proxies; the same, if there are none."""
    return Proxied(inner, reach) if reach.proxies else inner


class Proxied:
    """An ASGI application that sees clients as its proxies see them."""

    def __init__(self, inner: Application, reach: Reach) -> None:
        self._proxies = reach.proxies
        self._answers_all = reach.certificate is not None
        named = [str(network) for network in reach.proxies]
        self._inner: Any = ProxyHeadersMiddleware(inner, trusted_hosts=named)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request, or have it answered."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        client = _plain(scope.get("client"))
        if self._answers_all or self._is_proxy(client):
            await self._inner({**scope, "client": client}, receive, send)
            return
        length = str(len(_REFUSED)).encode()
        headers = [(b"Content-Type", b"text/plain; charset=utf-8"), (b"Content-Length", length)]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": _REFUSED})

    def _is_proxy(self, client: tuple[str, int] | None) -> bool:
        if client is None:
            return False
        address = ipaddress.ip_address(client[0])
        return any(address in network for network in self._proxies)


def _plain(client: Any) -> tuple[str, int] | None:
    """Return a client with an IPv4 address written as one, however the socket says it."""
    if not client:
        return None
    host, port = client
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # A socket of another family has no address of this kind.
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return (str(mapped or address), port)
