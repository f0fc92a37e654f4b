"""Fetching pages and archives from registries, within bounds, and with hashes checked on the way.

Redirects are followed here rather than by the HTTP library: its body of a redirect has no bound,
and credentials must be chosen anew for every address, so that none reaches another host. Nothing
that is fetched is executed or interpreted here.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

import requests
import urllib3
from requests.auth import AuthBase

from tidegate.engines.reproduction.ecosystems.cache import Cache
from tidegate.engines.reproduction.packages import PackageError

_PIECE = 1 << 16
_ATTEMPTS = 3
_PAUSE_SECONDS = 1.0
_BUSY = frozenset({429, 500, 502, 503, 504})
_STRENGTH = ("sha512", "sha384", "sha256", "sha1", "md5")
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
    """Fetches over HTTP, and from `file://` addresses; used by several threads at once."""

    def __init__(self, access: Access | None = None, bounds: Bounds | None = None) -> None:
        self._access = access or Access()
        self._bounds = bounds or Bounds()
        self._local = threading.local()

    def page(self, url: str, accept: str) -> Page:
        """Fetch a document into memory.

        Raises:
            MissingError: the server has no such document.
            PackageError: it cannot be reached, refuses, or sends more than the bound.
        """
        if urlsplit(url).scheme == "file":
            return _local_page(url)
        body = bytearray()
        with self._response(url, {"Accept": accept}) as response:
            for piece in self._pieces(response, self._bounds.page_bytes, decode=True):
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
        promised = next(((a, expected[a].lower()) for a in _STRENGTH if a in expected), None)
        with cache.once(url):
            if promised and (found := cache.archive(*promised)):
                return found
            with cache.incoming_file() as incoming, incoming.open("wb") as file:
                digests = self._fetch_archive(url, file, promised)
                file.close()
                return cache.keep(incoming, digests), digests["sha256"]

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
        with self._response(url, {"Accept-Encoding": "identity"}) as response:
            yield self._pieces(response, self._bounds.archive_bytes, decode=False)

    @contextmanager
    def _response(self, url: str, headers: Mapping[str, str]) -> Iterator[requests.Response]:
        """Follow redirects to an answer that is a success; its body is not read yet."""
        deadline = time.monotonic() + self._bounds.total_seconds
        here = url
        for _ in range(self._bounds.redirects + 1):
            with self._answer(here, headers) as response:
                response.deadline = deadline  # type: ignore[attr-defined]
                if not response.is_redirect:
                    _check_status(response, here)
                    yield response
                    return
                there = urljoin(here, response.headers["Location"])
            if urlsplit(there).scheme not in ("http", "https"):
                raise PackageError(f"{shown(url)} redirects to {shown(there)}, which is not HTTP")
            here = there
        raise PackageError(f"{shown(url)} redirects more than {self._bounds.redirects} times")

    def _answer(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        """Ask once, and again after a pause where the server is only busy or out of reach."""
        for attempt in range(_ATTEMPTS):
            try:
                response = self._ask(url, headers)
            except (requests.ConnectionError, requests.Timeout) as error:
                problem = f"{shown(url)} cannot be reached: {_reason(error)}"
            except (requests.RequestException, ValueError) as error:
                raise PackageError(f"{shown(url)} cannot be fetched: {_reason(error)}") from error
            else:
                if response.status_code not in _BUSY:
                    return response
                problem = f"{shown(url)} answers {response.status_code} {response.reason}"
                response.close()
            if attempt + 1 < _ATTEMPTS:
                time.sleep(_PAUSE_SECONDS * 2**attempt)
        raise PackageError(f"{problem}; try again later, or check the registry in your settings")

    def _ask(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        access = self._access
        host = urlsplit(url).hostname or ""
        return self._session().get(
            url,
            headers={"User-Agent": _USER_AGENT, **headers},
            auth=access.credentials(url),
            proxies=dict(access.proxies),
            verify=False if host in access.unverified_hosts else access.verify,
            cert=access.client_certificate,
            timeout=(self._bounds.connect_seconds, self._bounds.silent_seconds),
            stream=True,
            allow_redirects=False,
        )

    def _session(self) -> requests.Session:
        """Return this thread's session; they are not made to be shared."""
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        session: requests.Session = self._local.session
        return session

    def _pieces(self, response: Any, bound: int, *, decode: bool) -> Iterator[bytes]:
        """Yield the body as it comes, within the bounds of size and time."""
        total = 0
        try:
            # read1 returns after each arrival, so that a slow drip meets the clock below.
            while piece := response.raw.read1(_PIECE, decode_content=decode):
                total += len(piece)
                if total > bound:
                    raise PackageError(f"{shown(response.url)} is larger than {bound >> 20} MiB")
                if time.monotonic() > response.deadline:
                    raise PackageError(
                        f"{shown(response.url)} took longer than {self._bounds.total_seconds:g} s"
                    )
                yield piece
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise PackageError(f"{shown(response.url)} broke off: {_reason(error)}") from error


def shown(url: str) -> str:
    """Return an address for a message: without passwords, tokens in its query, or fragments."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def local_path(url: str) -> Path:
    """Return the path that a `file://` address names."""
    return Path(unquote(urlsplit(url).path))


def _local_page(url: str) -> Page:
    """Read a page from disk: a file, a folder's `index.html`, or a list of a folder's files."""
    path = local_path(url)
    try:
        if path.is_file():
            return Page(url, "text/html", path.read_bytes())
        folder = url if url.endswith("/") else url + "/"
        if (path / "index.html").is_file():
            return Page(folder, "text/html", (path / "index.html").read_bytes())
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
