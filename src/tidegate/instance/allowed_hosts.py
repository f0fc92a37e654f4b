"""How a setting names hosts: those that may be spoken to beyond the public internet, without TLS.

What this machine sends out never goes to a private network, or to this machine, but to hosts that
a variable of the environment names: `hooks.corp.example,10.0.0.7`.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from tidegate.instance.home import HomeError

_PORT: Final = re.compile(r"[0-9]{1,5}")
_LAST_PORT: Final = 65535
_NAME: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


class AllowedHostsError(HomeError):
    """A host that a setting names is none; the message has the mend."""


def allowed_hosts(
    variable: str, text: str, *, such_as: str, with_ports: bool = False
) -> frozenset[str]:
    """Return the hosts that a setting names.

    Args:
        variable: the name of the setting, for the error.
        text: what it says: hosts with commas between them.
        such_as: an example of a host's name, for the error.
        with_ports: whether a host may be named with a port, and is then meant at that port alone.

    Returns:
        names in lower case, numeric addresses without brackets; or as `at_port` has them.

    Raises:
        AllowedHostsError: one is neither.
    """
    named = [part.strip() for part in text.split(",") if part.strip()]
    return frozenset(_named(part, variable, such_as, with_ports=with_ports) for part in named)


def at_port(host: str, port: int) -> str:
    """Return how a host at one port is named: `10.0.0.7:8000`, `[fd00::7]:8000`."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _named(written: str, variable: str, such_as: str, *, with_ports: bool) -> str:
    found = _host(written)
    if found is None and with_ports:
        said, _, port = written.rpartition(":")
        host = _host(said)
        if host is not None and _PORT.fullmatch(port) and 0 < int(port) <= _LAST_PORT:
            found = at_port(host, int(port))
    if found is None:
        left_out = "a scheme or a path" if with_ports else "a scheme, a port or a path"
        raise AllowedHostsError(
            f"{variable} names {written!r}; write names and addresses alone, without {left_out},"
            f" such as {such_as},10.0.0.7"
        )
    return found


def _host(written: str) -> str | None:
    host = written.lower().removeprefix("[").removesuffix("]").removesuffix(".")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host if _NAME.fullmatch(host) else None
