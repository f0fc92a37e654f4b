"""What a grant may let through, checked against the terms in force and the endpoints there are."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tidegate.desks.cases.services.texts import instant
from tidegate.desks.cases.states.steps import listed
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.services.texts import time_zones
from tidegate.desks.reviews.frameworks.framework import Settings
from tidegate.desks.reviews.models import Endpoint, Engagement
from tidegate.desks.reviews.states.grants import Hours, Operation

MOST_CALLS_A_MINUTE: Final = 10_000
MOST_TOKENS: Final = 10**12
MOST_NETWORKS: Final = 100

_LAST_DAY: Final = 6

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for, as the faces have it."""

    purpose: str
    endpoints: Sequence[str]
    operations: Sequence[str]
    calls_a_minute: int
    tokens: int | None
    hours: Hours | None
    addresses: Sequence[str]
    begins_at: datetime
    ends_at: datetime


def kept_scope(asked: Scope, engagement: Engagement, settings: Settings) -> dict[str, Any]:
    """Return a scope as the columns of a grant have it.

    Raises:
        NotPossibleError: something of it is malformed, or not as the terms have it.
    """
    return {
        "purpose": _purpose(asked.purpose, settings),
        "endpoints": _endpoints(asked.endpoints, engagement),
        "operations": _operations(asked.operations),
        "calls_a_minute": _between(asked.calls_a_minute, MOST_CALLS_A_MINUTE, "calls a minute"),
        "tokens": (
            None if asked.tokens is None else _between(asked.tokens, MOST_TOKENS, "tokens in all")
        ),
        "hours": _hours(asked.hours),
        "addresses": list(addresses_within(asked.addresses, settings)),
        "begins_at": instant(asked.begins_at, "the beginning of the grant"),
        "ends_at": instant(asked.ends_at, "the end of the grant"),
    }


def addresses_within(asked: Sequence[str], settings: Settings) -> tuple[str, ...]:
    """Return the networks that a grant is good from: those asked for, or the terms' own.

    Raises:
        NotPossibleError: one is malformed, or not within the networks of the terms.
    """
    if len(asked) > MOST_NETWORKS:
        raise NotPossibleError(f"a grant names at most {MOST_NETWORKS} networks; name larger ones")
    allowed = [_network(text) for text in settings.addresses]
    networks = [_network(text) for text in asked]
    for network in networks:
        if allowed and not any(_is_within(network, one) for one in allowed):
            raise NotPossibleError(
                f"{network} is not within the networks from which the terms let the model be"
                f" reached; name some of {', '.join(settings.addresses)}"
            )
    return tuple(str(network) for network in networks or allowed)


def require_purpose(purpose: str, settings: Settings) -> None:
    """Refuse a purpose that is none of the terms'.

    Raises:
        NotPossibleError: it is none.
    """
    _purpose(purpose, settings)


def require_endpoints(names: Sequence[str], engagement: Engagement) -> None:
    """Refuse names that are no endpoints of an engagement now.

    Raises:
        NotPossibleError: one is none, or there are no names.
    """
    _endpoints(names, engagement)


def _purpose(text: str, settings: Settings) -> str:
    purpose = text.strip()
    if purpose not in settings.purposes:
        raise NotPossibleError(
            f"{purpose[:80]!r} is not a purpose of the terms in force; choose"
            f" {listed(settings.purposes) if settings.purposes else 'one when they name some'}"
        )
    return purpose


def _endpoints(names: Sequence[str], engagement: Engagement) -> list[str]:
    known = set(
        Endpoint.objects.filter(engagement=engagement, ended_at=None).values_list("name", flat=True)
    )
    wanted = list(dict.fromkeys(names))
    if not wanted:
        raise NotPossibleError("a grant names one endpoint or more; name what is to be called")
    for name in wanted:
        if name not in known:
            raise NotPossibleError(
                f"{engagement.key} has no endpoint {name[:80]!r}; there is"
                f" {listed(sorted(known)) if known else 'none yet: the developer adds one first'}"
            )
    return wanted


def _operations(words: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(words))
    for word in wanted:
        if word not in set(Operation):
            raise NotPossibleError(f"{word[:40]!r} is no operation; choose {listed(Operation)}")
    if not wanted:
        raise NotPossibleError(f"a grant names an operation; choose {listed(Operation)}")
    return [Operation(word).value for word in wanted]


def _between(number: int, most: int, what: str) -> int:
    if not 1 <= number <= most:
        raise NotPossibleError(f"{number:,} {what} is out of bounds; write 1 to {most:,}")
    return number


def _hours(hours: Hours | None) -> dict[str, Any]:
    if hours is None:
        return {}
    if hours.zone not in time_zones():
        raise NotPossibleError(
            f"there is no time zone {hours.zone[:64]!r}; write one as Europe/Berlin, or UTC"
        )
    if not hours.days or not all(0 <= day <= _LAST_DAY for day in hours.days):
        raise NotPossibleError("a grant's hours need a day; write 0 for Monday to 6 for Sunday")
    return {
        "zone": hours.zone,
        "from": hours.begins.isoformat("minutes"),
        "to": hours.until.isoformat("minutes"),
        "days": sorted(hours.days),
    }


def _network(text: str) -> _Network:
    try:
        return ipaddress.ip_network(text.strip())
    except ValueError as error:
        raise NotPossibleError(
            f"{text[:64]!r} is not a network; write 192.0.2.0/24, 2001:db8::/32 or an address"
        ) from error


def _is_within(network: _Network, other: _Network) -> bool:
    if isinstance(network, ipaddress.IPv4Network):
        return isinstance(other, ipaddress.IPv4Network) and network.subnet_of(other)
    return isinstance(other, ipaddress.IPv6Network) and network.subnet_of(other)
