"""Who can reach this installation: this machine alone, or others through TLS or a named proxy.

Without any of the variables it answers on loopback, in plain HTTP. To be reached from elsewhere it
needs its address, and one of the two that keep what is said from being read on the way:

- `TIDEGATE_ADDRESS`: how people reach it, such as `https://gate.example.org`. Requests that name
  another host are refused.
- `TIDEGATE_CERTIFICATE` and `TIDEGATE_CERTIFICATE_KEY`: files in PEM; it speaks TLS itself.
- `TIDEGATE_PROXY`: the addresses of the proxies that do, such as `10.0.0.5` or `10.0.0.0/28`.
  What they forward of a client is believed, and nobody else is answered.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tidegate.instance.home import HomeError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")

_ADDRESS: Final = "TIDEGATE_ADDRESS"
_CERTIFICATE: Final = "TIDEGATE_CERTIFICATE"
_KEY: Final = "TIDEGATE_CERTIFICATE_KEY"
_PROXY: Final = "TIDEGATE_PROXY"
_MOST_PROXIES: Final = 1 << 16
"""Addresses in one network of proxies; a larger one is a mistake."""


class ReachError(HomeError):
    """What is said of how it is reached does not hold together; the message has the mend."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How the installation is reached."""

    address: str = ""
    """With its scheme, without a path; empty where it is this machine alone."""
    certificate: Path | None = None
    key: Path | None = None
    proxies: tuple[Network, ...] = ()

    @property
    def is_beyond_loopback(self) -> bool:
        """Whether it may listen where others can reach it."""
        return self.certificate is not None or bool(self.proxies)

    @property
    def is_secure(self) -> bool:
        """Whether whoever reaches it does so through TLS."""
        return self.address.startswith("https://")

    @property
    def hosts(self) -> list[str]:
        """The names that a request may call it by."""
        if not self.address:
            return list(LOOPBACK_NAMES)
        named = urlsplit(self.address).hostname or ""
        return [f"[{named}]" if ":" in named else named]


def reach(environment: Mapping[str, str] = os.environ) -> Reach:
    """Return how the installation is reached, as the environment says.

    Raises:
        ReachError: a variable is malformed, or one is missing beside another.
    """
    said = {name: environment.get(name, "").strip() for name in (_ADDRESS, _CERTIFICATE, _KEY)}
    proxies = _proxies(environment.get(_PROXY, ""))
    if bool(said[_CERTIFICATE]) != bool(said[_KEY]):
        raise ReachError(f"{_CERTIFICATE} and {_KEY} go together; name both files, or neither")
    files = (_file(_CERTIFICATE, said[_CERTIFICATE]), _file(_KEY, said[_KEY]))
    if not said[_ADDRESS]:
        if proxies or files[0]:
            raise ReachError(
                f"{_ADDRESS} is missing; say how people reach this instance, such as"
                " https://gate.example.org"
            )
        return Reach()
    address = _address(said[_ADDRESS])
    if not proxies and files[0] is None:
        raise ReachError(
            f"{_ADDRESS} names {address}, and nothing here speaks TLS; name a certificate in"
            f" {_CERTIFICATE} and {_KEY}, or the proxy in front of it in {_PROXY}"
        )
    return Reach(address, *files, proxies)


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if (
        parts.scheme != "https"
        or not parts.hostname
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
        or parts.username is not None
    ):
        raise ReachError(
            f"{_ADDRESS} is {text!r}; write it as https://gate.example.org, with a port if it is"
            " not 443, and without a path"
        )
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"https://{name}" + (f":{port}" if port not in (None, 443) else "")


def _file(variable: str, text: str) -> Path | None:
    if not text:
        return None
    path = Path(text)
    if not path.is_file() or not os.access(path, os.R_OK):
        raise ReachError(f"{variable} names {path}, which is no file that can be read here")
    return path


def _proxies(text: str) -> tuple[Network, ...]:
    named = [part.strip() for part in text.split(",") if part.strip()]
    found: list[Network] = []
    for part in named:
        try:
            network = ipaddress.ip_network(part)
        except ValueError as error:
            raise ReachError(
                f"{_PROXY} names {part!r}; write the proxy's IP address, such as 10.0.0.5,"
                " or its network, such as 10.0.0.0/28"
            ) from error
        if network.num_addresses > _MOST_PROXIES:
            raise ReachError(
                f"{_PROXY} names {part}, which is nearly everybody; whoever is named there can"
                " pretend to be any client: name the proxies alone"
            )
        found.append(network)
    return tuple(found)
