"""Fetching pages and archives from registries, within bounds, and with hashes checked on the way.

Redirects are followed here rather than by the HTTP library: its body of a redirect has no bound,
and credentials must be chosen anew for every address, so that none reaches another host. Where a
connection may lead at all is decided in `connections`. Nothing that is fetched is executed or
interpreted here.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlsplit

import requests
import urllib3
from requests.auth import AuthBase

from tidegate.engines.reproduction.ecosystems.addresses import local_path, origin, resolved, shown
from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.ecosystems.connections import Adapter, Cutter, Reach
from tidegate.engines.reproduction.packages import PackageError

_PIECE = 1 << 16
_ATTEMPTS = 3
_BUSY = frozenset({429, 500, 502, 503, 504})
_STRENGTH = {"sha512": 128, "sha384": 96, "sha256": 64, "sha1": 40, "md5": 32}
"""Hex digits of each digest, strongest first."""
_USER_AGENT = "tidegate (reproduction of vulnerabilities; fetches packages, runs none of them)"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much and how long a fetch may be; bytes and seconds."""

    page_bytes: int = 64 << 20
    archive_bytes: int = 256 << 20
    connect_seconds: float = 10.0
    silent_seconds: float = 30.0
    """How long the server may say nothing."""
    total_seconds: float = 600.0
    redirects: int = 5
    pause_seconds: float = 1.0
    """Before a busy server is asked again; twice as long before the third time."""


def _no_credentials(_: str) -> AuthBase | None:
    return None


@dataclass(frozen=True, slots=True)
class Access:
    """How the user's settings say registries are to be reached."""

    verify: str | bool = True
    """Path of the certificates to trust, or whether to check at all."""
    client_certificate: str | None = None
    proxies: Mapping[str, str] = field(default_factory=dict)
    """By scheme. Empty: what the environment says."""
    credentials: Callable[[str], AuthBase | None] = _no_credentials
    """Gives the credentials for one address; `~/.netrc` is asked where it has none."""
    unverified_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Page:
    """A document as it came."""

    url: str
    """Where it came from in the end; relative links in it start there."""
    content_type: str
    body: bytes


class MissingError(PackageError):
    """The registry says that it has no such thing (404, 410), or there is no such file."""


class DigestError(PackageError):
    """An archive is not the one that the registry's index promised."""


class Downloader:
    """Fetches over HTTP, and from `file://` addresses; used by several threads at once.

    Args:
        registries: the addresses that the user's settings name.
        access: how they are to be reached.
        bounds: of each fetch.
    """

    def __init__(
        self,
        registries: Iterable[str],
        access: Access | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        named = [urlsplit(registry) for registry in registries]
        self._origins = frozenset(origin(parts.geturl()) for parts in named)
        self._reach = Reach(frozenset(parts.hostname or "" for parts in named))
        self._access = access or Access()
        self._bounds = bounds or Bounds()
        self._guard = threading.Lock()
        self._idle: list[_Line] = []

    def page(self, url: str, accept: str) -> Page:
        """Fetch a document into memory.

        Raises:
            MissingError: the server has no such document.
            PackageError: it cannot be reached, refuses, or sends more than the bound.
        """
        if urlsplit(url).scheme == "file":
            return _local_page(url, self._bounds.page_bytes)
        body = bytearray()
        with self._response(url, {"Accept": accept}) as (response, line):
            for piece in self._pieces(response, line, self._bounds.page_bytes, decode=True):
                body += piece
            content_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
            return Page(str(response.url), content_type.lower(), bytes(body))

    def archive(self, url: str, expected: Mapping[str, str], cache: Cache) -> tuple[Path, str]:
        """Return an archive and its SHA-256 from the cache, fetching it first if need be.

        Args:
            url: where it is.
            expected: digests in hex by algorithm, as the index gives them; the strongest is
                checked. Without any, what comes is taken.
            cache: where it is looked for and kept.

        Raises:
            DigestError: the digest is another one.
            MissingError, PackageError: as `page`.
        """
        promised = _strongest(expected)
        with cache.once(url):
            if promised and (found := cache.archive(*promised)):
                return found
            with cache.incoming_file() as incoming, incoming.open("wb") as file:
                digests = self._fetch_archive(url, file, promised)
                file.close()
                return cache.keep(incoming, digests), digests["sha256"]

    def close(self) -> None:
        """Close the connections; a fetch after this opens new ones."""
        with self._guard:
            while self._idle:
                self._idle.pop().close()

    def _fetch_archive(
        self, url: str, file: IO[bytes], promised: tuple[str, str] | None
    ) -> dict[str, str]:
        algorithms = {"sha256", promised[0]} if promised else {"sha256"}
        hashes = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
        with self._archive_pieces(url) as pieces:
            for piece in pieces:
                file.write(piece)
                for running in hashes.values():
                    running.update(piece)
        digests = {name: running.hexdigest() for name, running in hashes.items()}
        if promised and digests[promised[0]] != promised[1]:
            raise DigestError(
                f"{shown(url)} is not what its index promises: {promised[0]} "
                f"{digests[promised[0]]} came, {promised[1]} was promised"
            )
        return digests

    @contextmanager
    def _archive_pieces(self, url: str) -> Iterator[Iterator[bytes]]:
        if urlsplit(url).scheme == "file":
            path = local_path(url)
            if not path.is_file():
                raise MissingError(f"{path} is not there")
            with path.open("rb") as file:
                yield iter(lambda: file.read(_PIECE), b"")
            return
        # Some servers call the gzip of a .tar.gz a transfer encoding; it must come as it is.
        with self._response(url, {"Accept-Encoding": "identity"}) as (response, line):
            yield self._pieces(response, line, self._bounds.archive_bytes, decode=False)

    @contextmanager
    def _response(
        self, url: str, headers: Mapping[str, str]
    ) -> Iterator[tuple[requests.Response, _Line]]:
        """Follow redirects to an answer that is a success; its body is not read yet."""
        here = url
        with self._line() as line, line.cutter.within(self._bounds.total_seconds):
            for _ in range(self._bounds.redirects + 1):
                with self._answer(line, here, headers) as response:
                    if not response.is_redirect:
                        _check_status(response, here)
                        yield response, line
                        return
                    here = self._redirected(here, response.headers["Location"])
        raise PackageError(f"{shown(url)} redirects more than {self._bounds.redirects} times")

    def _redirected(self, here: str, location: str) -> str:
        there = resolved(here, location)
        secure = urlsplit(there).scheme == "https" or urlsplit(here).scheme == "http"
        if urlsplit(there).scheme not in ("http", "https"):
            raise PackageError(f"{shown(here)} redirects to {shown(there)}, which is not HTTP")
        if not secure and origin(there) not in self._origins:
            raise PackageError(f"{shown(here)} redirects to {shown(there)}, which is not encrypted")
        return there

    def _answer(self, line: _Line, url: str, headers: Mapping[str, str]) -> requests.Response:
        """Ask once, and again after a pause where the server is only busy or out of reach."""
        for attempt in range(_ATTEMPTS):
            try:
                response = self._ask(line, url, headers)
            except (requests.ConnectionError, requests.Timeout) as error:
                self._check_time(line, url)
                problem = f"{shown(url)} cannot be reached: {_reason(error)}"
            except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
                raise PackageError(f"{shown(url)} cannot be fetched: {_reason(error)}") from error
            else:
                if response.status_code not in _BUSY:
                    return response
                problem = f"{shown(url)} answers {response.status_code} {response.reason}"
                response.close()
            if attempt + 1 < _ATTEMPTS:
                time.sleep(self._bounds.pause_seconds * 2**attempt)
        raise PackageError(f"{problem}; try again later, or check the registry in your settings")

    def _ask(self, line: _Line, url: str, headers: Mapping[str, str]) -> requests.Response:
        access = self._access
        host = urlsplit(url).hostname or ""
        return line.session.get(
            url,
            headers={"User-Agent": _USER_AGENT, **headers},
            auth=access.credentials(url) or self._without(url),
            proxies=dict(access.proxies),
            verify=False if host in access.unverified_hosts else access.verify,
            cert=access.client_certificate,
            timeout=(self._bounds.connect_seconds, self._bounds.silent_seconds),
            stream=True,
            allow_redirects=False,
        )

    def _without(self, url: str) -> AuthBase | None:
        """Keep `~/.netrc` out of what is neither encrypted nor named in the settings."""
        if urlsplit(url).scheme == "https" or origin(url) in self._origins:
            return None
        return _Nothing()

    @contextmanager
    def _line(self) -> Iterator[_Line]:
        """Give connections for one fetch; they are not made to be shared, but to be used again."""
        with self._guard:
            line = self._idle.pop() if self._idle else _Line(self._reach)
        try:
            yield line
        finally:
            with self._guard:
                self._idle.append(line)

    def _pieces(self, response: Any, line: _Line, bound: int, *, decode: bool) -> Iterator[bytes]:
        """Yield the body as it comes, within the bounds of size and time."""
        total = 0
        try:
            while piece := response.raw.read1(_PIECE, decode_content=decode):
                total += len(piece)
                if total > bound:
                    raise PackageError(f"{shown(response.url)} is larger than {bound >> 20} MiB")
                yield piece
        except (urllib3.exceptions.HTTPError, OSError) as error:
            self._check_time(line, response.url)
            raise PackageError(f"{shown(response.url)} broke off: {_reason(error)}") from error
        self._check_time(line, response.url)  # a body that was cut off may look like a whole one

    def _check_time(self, line: _Line, url: str) -> None:
        if line.cutter.has_cut:
            seconds = self._bounds.total_seconds
            raise PackageError(f"{shown(url)} took longer than {seconds:g} s")


class _Line:
    """A session and what cuts it off. Cookies are neither kept nor sent."""

    def __init__(self, reach: Reach) -> None:
        self.cutter = Cutter()
        self.session = _Session()
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, Adapter(reach, self.cutter))

    def close(self) -> None:
        self.session.close()
        self.cutter.let_go()


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """See no redirect: to find the next request, `requests` would read the whole body."""


class _Nothing(AuthBase):
    """No credentials at all, said so that none are looked for elsewhere."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _strongest(expected: Mapping[str, str]) -> tuple[str, str] | None:
    for algorithm, digits in _STRENGTH.items():
        promised = expected.get(algorithm, "")
        if re.fullmatch(rf"[0-9a-fA-F]{{{digits}}}", promised):
            return algorithm, promised.lower()
    if expected:
        raise DigestError(f"no digest of the index can be checked, only {', '.join(expected)}")
    return None


def _local_page(url: str, bound: int) -> Page:
    """Read a page from disk: a file, a folder's `index.html`, or a list of a folder's files."""
    path = local_path(url)
    folder = url if url.endswith("/") else url + "/"
    try:
        for file, at in ((path, url), (path / "index.html", folder)):
            if file.is_file():
                if file.stat().st_size > bound:
                    raise PackageError(f"{file} is larger than {bound >> 20} MiB")
                return Page(at, "text/html", file.read_bytes())
        names = sorted(entry.name for entry in path.iterdir() if entry.is_file())
    except OSError as error:
        raise MissingError(f"{path} is not there: {error.strerror}") from error
    body = "".join(f'<a href="{quote(name)}">{name}</a>\n' for name in names)
    return Page(folder, "text/html", body.encode())


def _check_status(response: requests.Response, url: str) -> None:
    if response.status_code in (404, 410):
        raise MissingError(f"{shown(url)} is not there ({response.status_code})")
    if response.status_code in (401, 403, 407):
        raise PackageError(
            f"{shown(url)} refuses access ({response.status_code}); "
            "check the credentials in your pip or npm settings"
        )
    if response.status_code != 200:
        raise PackageError(f"{shown(url)} answers {response.status_code} {response.reason}")


def _reason(error: BaseException) -> str:
    """Return the innermost words of a library's error, which name no address with a password."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
