"""Reads a repository from the web: within bounds of size and time, from no other host.

What comes is checked by its signatures, so an address may be `http` where the operator wrote it.
What the connection has to keep is that nobody can keep it for ever: a timer shuts its socket, so
that neither a handshake, nor a header, nor a body that drips byte by byte lasts longer than a file
may. Cookies are not kept, and nothing of the environment is believed: a proxy is named, or not
used.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import urllib3
from tuf.api import exceptions as tuf_errors
from tuf.ngclient.fetcher import FetcherInterface
from urllib3.connection import HTTPConnection, HTTPSConnection

from tidegate.engines.formats.documents import shown
from tidegate.engines.updates.following.bounds import Meter

_PIECE: Final = 1 << 16
_REDIRECTS: Final = 3
_MOVED: Final = (301, 302, 303, 307, 308)
_AGENT: Final = "tidegate-operator"
_PORTS: Final = {"http": 80, "https": 443}


class AddressError(ValueError):
    """An address is not one that can be asked; the message says why."""


def origin_of(address: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a web address; raises `AddressError`."""
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise AddressError(f"{shown(address)} is malformed: {error}") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise AddressError(f"{shown(address)} is no web address; write https://host/updates/")
    if parts.username is not None or parts.query or parts.fragment:
        raise AddressError("an address has no name, query or fragment in it; leave them out")
    return parts.scheme, parts.hostname, port


class WebFetcher(FetcherInterface):
    """Gives python-tuf what one origin serves."""

    def __init__(self, address: str, meter: Meter, *, ca_file: str = "", proxy: str = "") -> None:
        """Make it.

        Args:
            address: where the repository is; no other origin is ever asked.
            meter: bounds, and what was used of them.
            ca_file: certificates to trust in place of the machine's, in PEM.
            proxy: its address; empty for none.

        Raises `AddressError`, or `OSError` for certificates that cannot be read.
        """
        self._origin = origin_of(address)
        self._meter = meter
        self._line = _Line()
        trusted = ssl.create_default_context(cafile=ca_file or None)
        self._pools = _pools(self._line, trusted, proxy)

    def _fetch(self, url: str) -> Iterator[bytes]:
        self._meter.begin_file()
        name = urlsplit(url).path
        timer = threading.Timer(max(self._meter.left, 0.0), self._line.cut)
        timer.daemon = True
        timer.start()
        try:
            response = self._answer(url)
        except BaseException:
            timer.cancel()
            raise
        return self._pieces(response, name, timer)

    def _pieces(
        self, response: urllib3.BaseHTTPResponse, name: str, timer: threading.Timer
    ) -> Iterator[bytes]:
        body: Any = response
        try:
            while piece := body.read1(_PIECE, decode_content=False):
                self._meter.take(len(piece), name)
                yield piece
            # A body that was cut off may look like a whole one.
            self._meter.check(name)
        except urllib3.exceptions.TimeoutError as error:
            raise tuf_errors.SlowRetrievalError(self._silent(name)) from error
        except urllib3.exceptions.HTTPError as error:
            self._meter.check(name)
            raise tuf_errors.DownloadError(f"{name} broke off: {_reason(error)}") from error
        finally:
            timer.cancel()
            # What was not read to its end leaves no connection behind for the next file.
            response.close()
            response.release_conn()

    def _answer(self, url: str) -> urllib3.BaseHTTPResponse:
        here = url
        for _ in range(_REDIRECTS + 1):
            response = self._asked(here)
            if response.status not in _MOVED:
                if response.status != 200:
                    response.close()
                    raise tuf_errors.DownloadHTTPError(
                        f"{urlsplit(here).path}: the server answers {response.status}",
                        response.status,
                    )
                return response
            location = response.headers.get("Location", "")
            response.close()
            here = self._followed(here, location)
        raise tuf_errors.DownloadError(
            f"{urlsplit(url).path} is moved more than {_REDIRECTS} times"
        )

    def _asked(self, url: str) -> urllib3.BaseHTTPResponse:
        name = urlsplit(url).path
        bounds = self._meter.bounds
        try:
            return self._pools.request(
                "GET",
                url,
                headers={"User-Agent": _AGENT, "Accept-Encoding": "identity"},
                preload_content=False,
                redirect=False,
                retries=urllib3.Retry(connect=1, read=1, redirect=0, status=0, other=0),
                timeout=urllib3.Timeout(connect=bounds.connect_seconds, read=bounds.silent_seconds),
            )
        except urllib3.exceptions.HTTPError as error:
            self._meter.check(name)
            reason = error.reason if isinstance(error, urllib3.exceptions.MaxRetryError) else error
            if isinstance(reason, urllib3.exceptions.ReadTimeoutError):
                raise tuf_errors.SlowRetrievalError(self._silent(name)) from error
            raise tuf_errors.DownloadError(
                f"{self._origin[1]} cannot be reached: {_reason(error)}"
            ) from error

    def _followed(self, here: str, location: str) -> str:
        there = urljoin(here, location)
        try:
            is_ours = origin_of(there) == self._origin
        except AddressError:
            is_ours = False
        if not is_ours:
            raise tuf_errors.DownloadError(
                f"{urlsplit(here).path} is moved to another host, {shown(location)}; that is not"
                " followed. Name the new place as a mirror if it is one"
            )
        return there

    def _silent(self, name: str) -> str:
        return f"{name}: nothing came for {self._meter.bounds.silent_seconds:g} s"


class _Line:
    """Holds the sockets that are open, so that a timer can shut them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []

    def watch(self, connection: socket.socket) -> None:
        """Remember a connection by a second handle: TLS takes the first one away."""
        with self._lock:
            for old in self._open[:-4]:
                old.close()
            self._open = [*self._open[-4:], connection.dup()]

    def cut(self) -> None:
        """Shut whatever is open; whoever waits for it wakes up."""
        with self._lock:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
            self._open = []


def _pools(line: _Line, trusted: ssl.SSLContext, proxy: str) -> urllib3.PoolManager:
    """Return pools whose connections are watched."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            line.watch(made)
            return made

    class Encrypted(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            line.watch(made)
            return made

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Encrypted

    manager = (
        urllib3.ProxyManager(proxy, ssl_context=trusted, maxsize=1)
        if proxy
        else urllib3.PoolManager(ssl_context=trusted, maxsize=1)
    )
    manager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}
    return manager


def _reason(error: BaseException) -> str:
    """Return the innermost words of a library's error."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
