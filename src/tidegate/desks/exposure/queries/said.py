"""What each source says of a vulnerability, with its time: beside each other, and never blended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tidegate.desks.exposure.models import Assertion, Vulnerability


@dataclass(frozen=True, slots=True)
class SourceSaid:
    """What one source says of one thing."""

    source: str
    """The feed, and after a colon who speaks in it."""
    kind: str
    """`kev`, `epss`, `ssvc` or `cvss`."""
    value: Mapping[str, Any]
    """See `engines.feeds.assertions`."""
    version: str
    """Such as of the catalogue, or of EPSS's model."""
    said_at: datetime | None
    """By the source's own clock."""
    age: timedelta | None
    """Since then."""
    since: datetime
    """When we learned it."""

    @property
    def disagrees(self) -> bool:
        """Whether a CVSS score as published is not the one that its vector has."""
        return self.value.get("agrees") is False


def said_by_sources(vulnerability: Vulnerability, *, at: datetime) -> tuple[SourceSaid, ...]:
    """Return what stands of a vulnerability: of KEV, SSVC, EPSS and CVSS, then by source."""
    rows = Assertion.objects.filter(vulnerability=vulnerability, ended_at=None)
    order = list(_ORDER)
    shown = [
        SourceSaid(
            row.source,
            row.kind,
            row.value,
            row.version,
            row.said_at,
            max(at - row.said_at, timedelta()) if row.said_at else None,
            row.since,
        )
        for row in rows
    ]
    return tuple(sorted(shown, key=lambda one: (order.index(Assertion.Kind(one.kind)), one.source)))


_ORDER = (
    Assertion.Kind.KEV,
    Assertion.Kind.SSVC,
    Assertion.Kind.EPSS,
    Assertion.Kind.CVSS,
)
