"""How a provider is looked at: through a web server, or as the folder that one would serve.

Nothing is signed in with, and nothing that comes is believed or run: each answer is bounded in
size and time, and redirects are counted.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path, PurePosixPath
from typing import Final, Protocol
from urllib.parse import unquote, urljoin, urlsplit

import requests

LARGEST: Final = 256 << 20
"""Bytes of one answer."""

_AGENT: Final = "tidegate (CSAF checker)"
_SECONDS: Final = 30
_MOST_REDIRECTS: Final = 11
"""One more than the standard lets pass, so that too many can be told from many."""
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_PIECE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Answer:
    """What came when an address was asked."""

    address: str
    status: int
    """As HTTP has it; 0 if there was no answer, then `reason` says why."""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    """With names in small letters."""
    redirects: tuple[str, ...] = ()
    """Where it was sent on the way."""
    is_encrypted: bool = False
    """Whether it came through TLS from whom the address names, all the way."""
    reason: str = ""

    @property
    def is_good(self) -> bool:
        """Whether what was asked for is there."""
        return self.status == 200


class Fetch(Protocol):
    """Asks for an address."""

    @property
    def is_server(self) -> bool:
        """Whether a web server answers; a folder says nothing of TLS, redirects or listings."""

    def __call__(self, address: str, agent: str = "") -> Answer:
        """Return what is there; `agent` is the User-Agent to ask as."""


class FolderFetch:
    """Reads from a folder what a server would give at `base_url`."""

    is_server = False

    def __init__(self, folder: Path, base_url: str) -> None:
        self._folder = folder
        self._base_url = base_url.rstrip("/")

    def __call__(self, address: str, agent: str = "") -> Answer:
        """Return the file, as 200 or 404; addresses outside of the folder are not there."""
        _ = agent
        if not address.startswith(f"{self._base_url}/"):
            return Answer(address, 404, reason="it is outside of the folder")
        name = PurePosixPath(unquote(address.removeprefix(f"{self._base_url}/")))
        path = self._folder / name
        if ".." in name.parts or not path.is_file():
            return Answer(address, 404, reason="there is no such file")
        return Answer(address, 200, path.read_bytes())


class HttpFetch:
    """Asks a web server, without credentials and without cookies."""

    is_server = True

    def __init__(self, *, verify: str | bool = True, via: Mapping[str, str] | None = None) -> None:
        """Take how to get there.

        Args:
            verify: path of the certificates to trust; True for those that `requests` ships.
            via: by its beginning, such as `https://gate.example.org`, where an address is asked
                for instead: for a server that its name does not lead to yet.
        """
        self._via = via or {}
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = verify
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def __call__(self, address: str, agent: str = "") -> Answer:
        """Return what the server says; its own redirects are followed, up to a bound."""
        here, sent = self._instead(address), list[str]()
        is_encrypted = True
        try:
            while True:
                is_encrypted = is_encrypted and urlsplit(here).scheme == "https"
                with self._session.get(
                    here,
                    headers={"User-Agent": agent or _AGENT},
                    timeout=_SECONDS,
                    allow_redirects=False,
                    stream=True,
                ) as got:
                    onward = got.headers.get("Location", "")
                    if got.status_code in _REDIRECTS and onward and len(sent) < _MOST_REDIRECTS:
                        here = self._instead(urljoin(here, onward))
                        sent.append(here)
                        continue
                    return Answer(
                        address,
                        got.status_code,
                        _bounded(got),
                        {name.lower(): value for name, value in got.headers.items()},
                        tuple(sent),
                        is_encrypted,
                    )
        except (requests.RequestException, ValueError) as error:
            return Answer(address, 0, redirects=tuple(sent), reason=_why(error))

    def _instead(self, address: str) -> str:
        for beginning, other in self._via.items():
            if address == beginning or address.startswith(f"{beginning}/"):
                return other + address[len(beginning) :]
        return address


def is_loopback(address: str) -> bool:
    """Say whether an address is of this machine alone."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _bounded(got: requests.Response) -> bytes:
    body = bytearray()
    for piece in got.iter_content(_PIECE):
        body += piece
        if len(body) > LARGEST:
            raise ValueError(f"it is larger than {LARGEST} bytes")
    return bytes(body)


def _why(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
