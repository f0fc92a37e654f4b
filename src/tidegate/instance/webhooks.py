"""Which hosts webhooks may reach beyond the public internet.

A webhook is never sent to a private network, or to this machine, but to hosts that
`TIDEGATE_WEBHOOK_HOSTS` names: `hooks.corp.example,10.0.0.7`. Those may be spoken to without TLS.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from tidegate.instance.allowed_hosts import AllowedHostsError, allowed_hosts

_HOSTS: Final = "TIDEGATE_WEBHOOK_HOSTS"


class WebhookHostsError(AllowedHostsError):
    """A host that is named is none; the message has the mend."""


def webhook_hosts(environment: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Return the hosts that are named: names in lower case, numeric addresses without brackets.

    Raises:
        WebhookHostsError: one is neither.
    """
    try:
        return allowed_hosts(_HOSTS, environment.get(_HOSTS, ""), such_as="hooks.corp.example")
    except AllowedHostsError as error:
        raise WebhookHostsError(str(error)) from error
