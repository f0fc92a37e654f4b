"""Which hosts of models the gateway may reach beyond the public internet.

The gateway never connects to a private network, or to this machine, but to hosts that
`TIDEGATE_ENDPOINT_HOSTS` names: `models.corp.example,10.0.0.7`. Those may be spoken to without TLS.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from tidegate.instance.allowed_hosts import AllowedHostsError, allowed_hosts

_HOSTS: Final = "TIDEGATE_ENDPOINT_HOSTS"


class EndpointHostsError(AllowedHostsError):
    """A host that is named is none; the message has the mend."""


def endpoint_hosts(environment: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Return the hosts that are named: names in lower case, numeric addresses without brackets.

    Raises:
        EndpointHostsError: one is neither.
    """
    try:
        return allowed_hosts(_HOSTS, environment.get(_HOSTS, ""), such_as="models.corp.example")
    except AllowedHostsError as error:
        raise EndpointHostsError(str(error)) from error
