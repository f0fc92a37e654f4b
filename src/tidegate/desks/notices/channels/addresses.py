"""Which addresses a webhook may lead to: URLs as people write them, and what their names mean.

Whoever sets up a webhook tells this machine where to send something. A hostile one names what only
this machine reaches: a database, a router, a cloud's metadata service. So nothing is sent into a
network that is not the public internet, unless the instance's owner allows that very host; all
addresses of a name are judged, and the connection goes to exactly those that were (`posting`).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LONGEST_URL: Final = 2000
_LONGEST_NAME: Final = 253
_PORTS: Final = {"https": 443, "http": 80}
_VISIBLE_ASCII: Final = re.compile(r"[!-~]+")
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""What a resolver takes for a part of an IPv4 address. From: https://url.spec.whatwg.org/#concept-ipv4-parser"""
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
_UNICAST: Final = ipaddress.ip_network("2000::/3")  # RFC 4291, section 2.4, as IANA gives it out
_DOCUMENTATION: Final = ipaddress.ip_network("3fff::/20")  # RFC 9637


class DestinationError(ValueError):
    """A webhook must not lead there; the message says why, and the mend."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a webhook is sent."""

    scheme: str
    host: str
    """A name in lower case, or a numeric address without brackets."""
    port: int
    target: str
    """Path and query, as the request names them. From: RFC 9112, section 3.2.1."""

    @property
    def authority(self) -> str:
        """What the `Host` header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def literal(self) -> Address | None:
        """The numeric address that stands for the host, if it is no name."""
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None


def destination_of(url: str, *, allowed_hosts: Collection[str] = ()) -> Destination:
    """Return where a URL leads, if it is one that a webhook may have; no name is looked up here.

    Args:
        url: as somebody wrote it.
        allowed_hosts: hosts that the instance's owner allows: those may be reached without TLS, and
            may be in a private network.

    Raises:
        DestinationError: it is malformed, not HTTPS, or names an address of a private network.
    """
    if len(url) > _LONGEST_URL or not _VISIBLE_ASCII.fullmatch(url) or "\\" in url:
        raise DestinationError(
            f"a webhook's URL has at most {_LONGEST_URL} visible ASCII signs and no backslash;"
            " write other signs of a name in Punycode, and other signs of a path percent-encoded"
        )
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise DestinationError("this is not a URL; write https://example.org/hook") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise DestinationError("a webhook's URL begins with https:// and a host; write those")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise DestinationError("a webhook's URL holds no user and no password; leave them out")
    if parts.fragment or url.endswith("#"):
        raise DestinationError("a webhook's URL has no fragment; leave out what begins with #")
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    found = Destination(parts.scheme, _host(parts.hostname), port, target)
    is_allowed = found.host in allowed_hosts
    if found.scheme != "https" and not is_allowed:
        raise DestinationError("a webhook is sent through TLS; write https://")
    if found.literal is not None and not may_reach(found, found.literal, allowed_hosts):
        raise DestinationError(
            f"{found.host} is not an address of the public internet; name another one, or let the"
            " instance's owner allow it in TIDEGATE_WEBHOOK_HOSTS"
        )
    return found


def may_reach(destination: Destination, address: Address, allowed_hosts: Collection[str]) -> bool:
    """Say whether a connection may be made to one of the addresses of a destination's host.

    A host that is allowed may be in a private network, or on this machine. A name never leads to a
    link-local address, where metadata services live: only that very address can be allowed.
    """
    if is_public(address):
        return True
    if destination.host not in allowed_hosts:
        return False
    judged = _inner(address)
    is_odd = judged.is_link_local or judged.is_multicast or judged.is_unspecified
    return destination.literal is not None or not is_odd


def is_public(address: Address) -> bool:
    """Say whether an address is one of the public internet, whatever form it is written in."""
    judged = _inner(address)
    if not judged.is_global or judged.is_multicast or judged.is_reserved or judged.is_link_local:
        return False
    if isinstance(judged, ipaddress.IPv4Address):
        return True
    return judged in _UNICAST and judged not in _DOCUMENTATION


def _inner(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _host(written: str) -> str:
    host = written.lower().removesuffix(".")
    if ":" in host:
        return _numeric(host)
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        # A resolver would take it for an IPv4 address in one of its older forms.
        return _numeric(host)
    if len(host) > _LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise DestinationError(
            "the host of a webhook's URL is not the name of a machine; write one such as"
            " hooks.example.org"
        )
    return host


def _numeric(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host) if "%" not in host else _refuse_zone())
    except ValueError as error:
        raise DestinationError(
            "the host of a webhook's URL is a number that is no plain IP address; write a name,"
            " or an address such as 192.0.2.7 or [2001:db8::7]"
        ) from error


def _refuse_zone() -> Address:
    raise ValueError("an address with a zone is one of this machine's own networks")
