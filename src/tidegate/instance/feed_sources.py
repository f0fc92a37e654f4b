"""How this installation gets to the feeds that it reads.

A feed is fetched from the public internet alone, but from mirrors on hosts that
`TIDEGATE_FEED_HOSTS` names: `mirror.corp.example,10.0.0.7`. Proxies and certificates are those that
the environment names for every program: `HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final
from urllib.request import getproxies_environment

from requests.utils import should_bypass_proxies

from tidegate.engines.feeds.fetching import Route
from tidegate.engines.reproduction.ecosystems.pip_settings import trusted_certificates
from tidegate.instance.allowed_hosts import AllowedHostsError, allowed_hosts

_HOSTS: Final = "TIDEGATE_FEED_HOSTS"


class FeedHostsError(AllowedHostsError):
    """A host that is named is none; the message has the mend."""


def feed_hosts(environment: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Return the hosts that are named: names in lower case, numeric addresses without brackets.

    Raises:
        FeedHostsError: one is neither.
    """
    try:
        return allowed_hosts(_HOSTS, environment.get(_HOSTS, ""), such_as="mirror.corp.example")
    except AllowedHostsError as error:
        raise FeedHostsError(str(error)) from error


def route_to(address: str) -> Route:
    """Return the way out to an address: through the environment's proxy, or straight."""
    named = {} if should_bypass_proxies(address, no_proxy=None) else getproxies_environment()
    return Route(
        proxies={scheme: named[scheme] for scheme in ("http", "https") if named.get(scheme)},
        verify=trusted_certificates(os.environ),
    )
