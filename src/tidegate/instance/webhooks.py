"""Which hosts webhooks may reach beyond the public internet.

A webhook is never sent to a private network, or to this machine, but to hosts that
`TIDEGATE_WEBHOOK_HOSTS` names: `hooks.corp.example,10.0.0.7`. Those may be spoken to without TLS.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from typing import Final

from tidegate.instance.home import HomeError

_HOSTS: Final = "TIDEGATE_WEBHOOK_HOSTS"
_NAME: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


class WebhookHostsError(HomeError):
    """A host that is named is none; the message has the mend."""


def webhook_hosts(environment: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Return the hosts that are named: names in lower case, numeric addresses without brackets.

    Raises:
        WebhookHostsError: one is neither.
    """
    named = [part.strip() for part in environment.get(_HOSTS, "").split(",") if part.strip()]
    return frozenset(_host(part) for part in named)


def _host(written: str) -> str:
    host = written.lower().removeprefix("[").removesuffix("]").removesuffix(".")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        if _NAME.fullmatch(host):
            return host
    raise WebhookHostsError(
        f"{_HOSTS} names {written!r}; write names and addresses alone, without a scheme, a port or"
        " a path, such as hooks.corp.example,10.0.0.7"
    )
