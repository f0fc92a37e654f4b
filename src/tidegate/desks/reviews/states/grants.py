"""What a grant lets through: operations, hours, addresses. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo


class Operation(StrEnum):
    """What a model may be asked for."""

    CHAT = "chat"
    """POST /v1/chat/completions."""
    RESPONSES = "responses"
    """POST /v1/responses."""
    MESSAGES = "messages"
    """POST /v1/messages, and counting their tokens."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours in which a grant is good; `until` is not in them, and may be on the next day."""

    zone: str
    """IANA name."""
    begins: time
    until: time
    days: frozenset[int] = frozenset(range(7))
    """On which they begin: 0 is Monday."""

    def include(self, at: datetime) -> bool:
        """Say whether an instant is within them."""
        here = at.astimezone(ZoneInfo(self.zone))
        today, clock = here.weekday(), here.time()
        if self.begins < self.until:
            return today in self.days and self.begins <= clock < self.until
        # Over midnight, or all day: the evening belongs to today, the morning to yesterday.
        return (today in self.days and clock >= self.begins) or (
            (today - 1) % 7 in self.days and clock < self.until
        )


def comes_from(address: str, networks: Collection[str]) -> bool:
    """Say whether an address is in one of the networks; in any, where none are named."""
    if not networks:
        return True
    try:
        came = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(came, "ipv4_mapped", None)
    return any((mapped or came) in ipaddress.ip_network(network) for network in networks)
