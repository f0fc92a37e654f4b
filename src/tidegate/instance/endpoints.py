"""Which hosts of models the gateway may reach beyond the public internet.

The gateway never connects to a private network, or to this machine, but to hosts that
`TIDEGATE_ENDPOINT_HOSTS` names: `models.corp.example:8000,10.0.0.7`. Those may be spoken to without
TLS; one that is named without a port, at every port.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Final

from tidegate.instance.allowed_hosts import AllowedHostsError, allowed_hosts, at_port

_HOSTS: Final = "TIDEGATE_ENDPOINT_HOSTS"


class EndpointHostsError(AllowedHostsError):
    """A host that is named is none; the message has the mend."""


def endpoint_hosts(environment: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Return the hosts that are named, some of them at one port; `is_allowed` reads them.

    Raises:
        EndpointHostsError: one is neither.
    """
    try:
        return allowed_hosts(
            _HOSTS, environment.get(_HOSTS, ""), such_as="models.corp.example:8000", with_ports=True
        )
    except AllowedHostsError as error:
        raise EndpointHostsError(str(error)) from error


def is_allowed(
    allowed: Collection[str], host: str, port: int, *, own_port: int | None = None
) -> bool:
    """Say whether a host may be reached at a port.

    Args:
        allowed: as `endpoint_hosts` gives them.
        host: in lower case, without brackets.
        port: of it.
        own_port: where this machine listens itself; it is allowed only if it is named.
    """
    return at_port(host, port) in allowed or (host in allowed and port != own_port)
