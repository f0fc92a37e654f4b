"""The connections under a fetch: where they may lead, and how one that never ends is cut off.

A registry tells its clients where archives lie, so a hostile one can point at what only this
machine reaches: a cloud's metadata service, a router, a database. So the peer of every connection
is looked at after it was made and before anything is sent. Hosts that the user's settings name are
always reached; others only in a network that is no closer to this machine than the nearest of
those: a registry of the public internet cannot send anybody into a private network, while a mirror
in one may send to its neighbours. Looking at the peer, not at the name, leaves a name that changes
its address nothing to win.

HTTP's own timeouts are about silence. A server that drips one byte a minute into its headers never
is silent, so each fetch has a timer that shuts its sockets.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from tidegate.engines.reproduction.packages import PackageError

_CARRIER_NETWORK = ipaddress.ip_network("100.64.0.0/10")  # RFC 6598


class Nearness(IntEnum):
    """How close to this machine an address is."""

    INTERNET = 0
    PRIVATE = 1
    THIS_MACHINE = 2
    SPECIAL = 3
    """Link-local, where metadata services live, multicast, reserved: never a registry's."""


class UnreachableAddressError(PackageError):
    """A registry pointed to an address that it has no business to know."""


def nearness(address: str) -> Nearness:
    """Return how close to this machine a numeric address is."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        parsed = parsed.ipv4_mapped or parsed.sixtofour or parsed
    if parsed.is_loopback or parsed.is_unspecified:
        return Nearness.THIS_MACHINE
    if parsed.is_link_local or parsed.is_multicast:
        return Nearness.SPECIAL
    if parsed.is_global:
        return Nearness.INTERNET
    if parsed.is_reserved:
        return Nearness.SPECIAL
    inner = parsed.is_private or parsed in _CARRIER_NETWORK
    return Nearness.PRIVATE if inner else Nearness.SPECIAL


class Reach:
    """Which peers the registries of some settings may lead to.

    Args:
        named: the hosts that the settings name.
    """

    def __init__(self, named: frozenset[str]) -> None:
        self._named = named
        self._nearest = Nearness.INTERNET

    def check(self, host: str, address: str) -> None:
        """Take a connection's host and its peer's numeric address in.

        Raises:
            UnreachableAddressError: nothing must be sent there.
        """
        found = nearness(address)
        named = host.lower() in self._named
        if named and (found is not Nearness.SPECIAL or _is_numeric(host)):
            self._nearest = max(self._nearest, min(found, Nearness.THIS_MACHINE))
        elif found > self._nearest:
            raise UnreachableAddressError(
                f"the registry leads to {host} at {address}, an address that only this machine or "
                "its network reaches; nothing was sent there"
            )


class Cutter:
    """Shuts the sockets of one session when a fetch takes longer than it may."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held: dict[HTTPConnection, socket.socket] = {}
        self.has_cut = False

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cut off whatever is still coming after this time."""
        self.has_cut = False
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self.let_go()

    def watch(self, connection: HTTPConnection, connected: socket.socket) -> None:
        """Take in a connection that was just made."""
        # TLS takes the descriptor away from its socket; a duplicate keeps hold of the connection.
        handle = connected.dup()
        with self._guard:
            self._held[connection] = handle

    def _cut(self) -> None:
        with self._guard:
            self.has_cut = True
            for handle in self._held.values():
                with contextlib.suppress(OSError):
                    handle.shutdown(socket.SHUT_RDWR)

    def let_go(self) -> None:
        """Drop what is closed; not during a fetch, whose last answer may still be coming."""
        with self._guard:
            for connection in [c for c in self._held if c.sock is None]:
                self._held.pop(connection).close()


class Adapter(HTTPAdapter):
    """Gives a session connections that are checked and can be cut off.

    What a proxy connects to is the proxy's business: it stands in the user's settings.
    """

    def __init__(self, reach: Reach, cutter: Cutter) -> None:
        self._direct = _pools(reach, cutter)
        self._proxied = _pools(None, cutter)
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        """Make the pools of direct connections."""
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = self._direct

    def proxy_manager_for(self, *args: Any, **more: Any) -> urllib3.ProxyManager:
        """Make the pools of connections through a proxy."""
        manager: urllib3.ProxyManager = super().proxy_manager_for(*args, **more)
        manager.pool_classes_by_scheme = self._proxied
        return manager


def _pools(reach: Reach | None, cutter: Cutter) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(_Watched, HTTPConnection):
        pass

    class Encrypted(_Watched, HTTPSConnection):
        pass

    for made in (Plain, Encrypted):
        made.reach, made.cutter = reach, cutter
    return {
        "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": Plain}),
        "https": type("Pool", (HTTPSConnectionPool,), {"ConnectionCls": Encrypted}),
    }


class _Watched(HTTPConnection):
    """A connection whose peer is checked, and whose socket the cutter holds."""

    reach: Reach | None
    cutter: Cutter

    def _new_conn(self) -> socket.socket:
        if self.reach is not None and _is_numeric(self.host):
            self.reach.check(self.host, self.host.strip("[]"))
        connected = super()._new_conn()
        try:
            if self.reach is not None:
                self.reach.check(self.host, connected.getpeername()[0])
        except BaseException:
            connected.close()
            raise
        self.cutter.watch(self, connected)
        return connected


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True
