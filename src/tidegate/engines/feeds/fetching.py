"""Has a feed anything new? If so, it is brought to a file, whole or not at all.

A feed is asked with what its server said of the last edition (RFC 9110, 13: `ETag`,
`Last-Modified`), so that one without news costs a few bytes. What comes is bounded in size and
time, flushed, and renamed into its place only when it is all there and its digest or signature is
good.

Only encrypted addresses are asked, except where the owner named a mirror that is not. Where a
connection may lead is looked at when it stands and before anything is sent (`reproduction`'s
`connections`): nowhere but to the public internet, except to hosts that the caller allows. Nothing
of what comes is interpreted here.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

import requests
import urllib3

from tidegate.engines.feeds.digests import (
    LARGEST_SIGNATURE_FILE,
    DigestError,
    Hashes,
    Signed,
    check_signature,
    promised,
)
from tidegate.engines.feeds.feeds import Feed
from tidegate.engines.formats.files import flush_folder
from tidegate.engines.reproduction.ecosystems.addresses import origin, resolved, shown
from tidegate.engines.reproduction.ecosystems.connections import (
    Adapter,
    Cutter,
    Nearness,
    Reach,
    UnreachableAddressError,
    nearness,
)
from tidegate.engines.reproduction.packages import PackageError

_PIECE: Final = 1 << 16
_AGENT: Final = "tidegate (feeds of vulnerabilities)"
_VALIDATOR: Final = re.compile(r"[\x20-\x7e]{1,300}")
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_DIGEST_FILE_BYTES: Final = 64 << 10


class FetchError(Exception):
    """A feed could not be had; the message names the address and the reason. Nothing is left."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How long a fetch may take, and how often it may be sent elsewhere."""

    connect_seconds: float = 10.0
    silent_seconds: float = 60.0
    """How long the server may say nothing."""
    total_seconds: float = 3600.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Route:
    """How an installation gets out."""

    proxies: Mapping[str, str] = field(default_factory=dict)
    """By scheme. What a proxy connects to is the proxy's business."""
    verify: str | bool = True
    """Path of the certificates to trust; True for those that are shipped with `requests`."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An edition that came, and what to ask with next time."""

    path: Path
    sha256: str
    size: int
    etag: str
    """As the server gave it; empty if it did not."""
    last_modified: str
    address: str
    """Where it came from in the end, without what is secret in it."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that the last edition is still the one."""

    etag: str
    last_modified: str


def fetch(
    feed: Feed,
    into: Path,
    *,
    where: str = "",
    etag: str = "",
    last_modified: str = "",
    digest_address: str = "",
    signed: Signed | None = None,
    allowed_hosts: frozenset[str] = frozenset(),
    limits: FetchLimits | None = None,
    route: Route | None = None,
) -> Fetched | NotModified:
    """Ask for a feed, and bring it to a file if it is new.

    Args:
        feed: which.
        into: the file; its folder exists. It is replaced as a whole, or left as it was.
        where: the address of a mirror that the owner names; the publisher's if left out. Only
            such a mirror may be `http`, and only it: not what it redirects to elsewhere.
        etag: what the server said of the edition that is there.
        last_modified: the same.
        digest_address: where a mirror gives the SHA-256; the feed's own is asked otherwise, if it
            has one.
        signed: whose signature must stand over the file of digests, and where that is.
        allowed_hosts: hosts that may have a private address.
        limits: bounds; the size is the feed's.
        route: proxies and certificates.

    Raises:
        FetchError: it could not be had, or is not what its digest or signature says.
    """
    here = where or feed.address
    for address in (here, digest_address, signed.address if signed else ""):
        _check_form(feed, address)
    if signed is not None and not digest_address:
        raise FetchError(f"{shown(here)}: a signature stands over digests; say where those are")
    line = _Line(here, bool(where), allowed_hosts, limits or FetchLimits(), route or Route())
    digest_address = digest_address or ("" if where else feed.digest_address)
    asked = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    conditions = {name: said for name, said in asked.items() if _VALIDATOR.fullmatch(said)}
    try:
        with line, line.answer(here, conditions) as response:
            if response.status_code == 304:
                if not conditions:
                    raise FetchError(f"{shown(here)} says 'not modified' to one who has nothing")
                return NotModified(
                    _header(response, "ETag") or etag,
                    _header(response, "Last-Modified") or last_modified,
                )
            hashes = Hashes()
            with _new_file(into) as (file, keep):
                size = 0
                for piece in line.pieces(response, feed.most_bytes):
                    hashes.update(piece)
                    size += len(piece)
                    file.write(piece)
                hashes.check(response.headers)
                if digest_address:
                    hashes.expect(line.promise(here, digest_address, signed))
                keep()
            return Fetched(
                path=into,
                sha256=hashes.sha256,
                size=size,
                etag=_header(response, "ETag"),
                last_modified=_header(response, "Last-Modified"),
                address=shown(str(response.url)),
            )
    except DigestError as error:
        raise FetchError(f"{shown(here)} is refused: {error}") from error
    except PackageError as error:
        # Said by the connections that are lent from reproduction, in their words.
        raise FetchError(f"{shown(here)}: {error}") from error
    except OSError as error:
        raise FetchError(f"{shown(here)} cannot be kept: {error.strerror or error}") from error


class _Line:
    """The connections of one fetch. No cookie is kept, nothing of the environment is believed."""

    def __init__(
        self,
        address: str,
        is_mirror: bool,
        allowed_hosts: frozenset[str],
        limits: FetchLimits,
        route: Route,
    ) -> None:
        self._plain_origins = frozenset({origin(address)}) if is_mirror else frozenset()
        self._is_plain = is_mirror and urlsplit(address).scheme == "http"
        self._limits = limits
        self._route = route
        self._cutter = Cutter()
        self._stack = contextlib.ExitStack()
        self._session = _Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        reach = _Allowed(frozenset(host.lower() for host in allowed_hosts))
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, Adapter(reach, self._cutter))

    def __enter__(self) -> Self:
        self._stack.enter_context(self._cutter.within(self._limits.total_seconds))
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()
        self._stack.close()

    @contextlib.contextmanager
    def answer(self, address: str, headers: Mapping[str, str]) -> Iterator[requests.Response]:
        """Follow redirects to an answer; its body is not read yet."""
        here = address
        for _ in range(self._limits.redirects + 1):
            self._check(address, here)
            with self._asked(here, headers) as response:
                if response.status_code not in _REDIRECTS:
                    if response.status_code not in (200, 304):
                        raise FetchError(f"{shown(here)} answers {response.status_code}")
                    yield response
                    return
                here = resolved(here, response.headers.get("Location", ""))
        raise FetchError(f"{shown(address)} redirects more than {self._limits.redirects} times")

    def pieces(self, response: requests.Response, most: int) -> Iterator[bytes]:
        """Yield the body as it comes, within the bounds of size and time.

        A transfer encoding that only unpacks a `.csv.gz` is left alone: readers unpack.
        """
        at = shown(str(response.url))
        body: Any = response.raw
        size = 0
        try:
            while piece := body.read1(_PIECE, decode_content=False):
                size += len(piece)
                if size > most:
                    raise FetchError(f"{at} is larger than {most >> 20:,} MiB")
                yield piece
        except (urllib3.exceptions.HTTPError, OSError) as error:
            self._check_time(at)
            raise FetchError(f"{at} broke off: {_reason(error)}") from error
        self._check_time(at)  # A body that was cut off may look like a whole one.

    def small(self, address: str, most: int) -> bytes:
        """Fetch a small file, such as a digest."""
        with self.answer(address, {}) as response:
            return b"".join(self.pieces(response, most))

    def promise(self, address: str, digest_address: str, signed: Signed | None) -> str:
        """Return the SHA-256 that a file of digests promises, once its signature is good."""
        content = self.small(digest_address, _DIGEST_FILE_BYTES)
        if signed is not None:
            signature = self.small(signed.address, LARGEST_SIGNATURE_FILE)
            check_signature(content, signature, signed)
        return promised(content, urlsplit(address).path.rpartition("/")[2])

    def _check(self, first: str, here: str) -> None:
        """Let nothing be asked that is neither encrypted nor a mirror that the owner named."""
        try:
            parts = urlsplit(here)
            host = parts.hostname
        except ValueError:
            host = None
        if host is None or parts.scheme not in ("http", "https"):
            raise FetchError(f"{shown(first)} leads to {shown(here)}, which is no web address")
        if parts.scheme == "http" and not (self._is_plain and origin(here) in self._plain_origins):
            raise FetchError(f"{shown(here)} is not encrypted; write https, or name a mirror")
        if parts.username is not None:
            raise FetchError(f"{shown(here)} has a name in it; write the address without")

    def _asked(self, address: str, headers: Mapping[str, str]) -> requests.Response:
        try:
            return self._session.get(
                address,
                headers={
                    "User-Agent": _AGENT,
                    "Accept": "*/*",
                    "Accept-Encoding": "identity",
                    **headers,
                },
                proxies=dict(self._route.proxies),
                verify=self._route.verify,
                timeout=(self._limits.connect_seconds, self._limits.silent_seconds),
                stream=True,
                allow_redirects=False,
            )
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
            self._check_time(shown(address))
            raise FetchError(f"{shown(address)} cannot be fetched: {_reason(error)}") from error

    def _check_time(self, at: str) -> None:
        if self._cutter.has_cut:
            raise FetchError(f"{at} took longer than {self._limits.total_seconds:g} s")


class _Allowed(Reach):
    """Lets connections lead to the public internet, and to hosts that are allowed by name.

    Stricter than a registry's: an allowed mirror may not send anybody to its neighbours.
    """

    def check(self, host: str, address: str) -> None:
        found = nearness(address)
        is_allowed = host.lower().strip("[]") in self._named and found is not Nearness.SPECIAL
        if found is not Nearness.INTERNET and not is_allowed:
            raise UnreachableAddressError(
                f"{host} is at {address}, which only this machine or its network reaches;"
                " nothing was sent there. Allow the host if it is yours"
            )


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """See no redirect: to find the next request, `requests` would read the whole body."""


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[tuple[Any, Any]]:
    """Give a file that takes the place of `path` when it is kept, and is gone otherwise."""
    partial = path.parent / f".{secrets.token_hex(8)}.partial"
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        with os.fdopen(descriptor, "wb") as file:

            def keep() -> None:
                file.flush()
                os.fsync(file.fileno())
                partial.replace(path)
                flush_folder(path.parent)

            yield file, keep
    finally:
        partial.unlink(missing_ok=True)


def _check_form(feed: Feed, address: str) -> None:
    try:
        urlsplit(address).port  # noqa: B018  it raises for what is no port
    except ValueError:
        # It is not shown: what is malformed may have a password anywhere.
        raise FetchError(f"an address of the feed {feed.name} is malformed; mend it") from None


def _header(response: requests.Response, name: str) -> str:
    """Return a header that can be sent back; nothing for one that cannot."""
    said = response.headers.get(name, "")
    return said if _VALIDATOR.fullmatch(said) else ""


def _reason(error: BaseException) -> str:
    """Return the innermost words of a library's error, which name no address with a password."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
