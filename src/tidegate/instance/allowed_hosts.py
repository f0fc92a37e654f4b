"""How a setting names hosts: those that may be spoken to beyond the public internet, without TLS.

What this machine sends out never goes to a private network, or to this machine, but to hosts that
a variable of the environment names: `hooks.corp.example,10.0.0.7`.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from tidegate.instance.home import HomeError

_NAME: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


class AllowedHostsError(HomeError):
    """A host that a setting names is none; the message has the mend."""


def allowed_hosts(variable: str, text: str, *, such_as: str) -> frozenset[str]:
    """Return the hosts that a setting names.

    Args:
        variable: the name of the setting, for the error.
        text: what it says: hosts with commas between them.
        such_as: an example of a host's name, for the error.

    Returns:
        names in lower case, numeric addresses without brackets.

    Raises:
        AllowedHostsError: one is neither.
    """
    named = [part.strip() for part in text.split(",") if part.strip()]
    return frozenset(_host(part, variable, such_as) for part in named)


def _host(written: str, variable: str, such_as: str) -> str:
    host = written.lower().removeprefix("[").removesuffix("]").removesuffix(".")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        if _NAME.fullmatch(host):
            return host
    raise AllowedHostsError(
        f"{variable} names {written!r}; write names and addresses alone, without a scheme, a port"
        f" or a path, such as {such_as},10.0.0.7"
    )
