"""What an advisory says that is affected, as slices of the version order.

An advisory names packages, and for each of them ranges, or versions, or both: affected is what any
of them holds. Each range is a slice `lower <= key < upper` of the keys of the package's versions;
a single version is the slice that holds its key alone. So one predicate answers in any database:
the same package, and the key within the slice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from tidegate.engines.matching.packages import Package

OWN_SOURCE: Final = "tidegate"
"""The source of advisories whose ranges were proven here, by running."""


class Slice(NamedTuple):
    """A run of versions. The predicate is `lower <= key < upper`."""

    lower: bytes
    upper: bytes
    """`HIGHEST` where no end is known."""
    introduced: str
    """The version it begins with, as the advisory has it; `0` for all before."""
    ended: str
    """The version that ends it, as the advisory has it; empty where none is known."""
    is_fixed: bool
    """Whether `ended` is said to be fixed; else it is the last one known to be affected."""


class Certainty(StrEnum):
    """What an advisory says of a version."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not-affected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Affected:
    """What an advisory says of one package."""

    package: Package
    slices: tuple[Slice, ...]
    """Sorted, and without overlaps."""
    unreadable: tuple[str, ...]
    """Bounds or versions that the ecosystem's order does not know; what they meant is unknown."""

    @property
    def fixed(self) -> tuple[str, ...]:
        """The versions that are said to be fixed, in their order."""
        return tuple(one.ended for one in self.slices if one.is_fixed)


@dataclass(frozen=True, slots=True)
class Advisory:
    """An advisory of some source."""

    source: str
    """The feed's name, such as `osv-npm`, `ghsa`, `cve`; `tidegate` for what was proven here."""
    identifier: str
    aliases: tuple[str, ...]
    summary: str
    published_at: datetime | None
    modified_at: datetime | None
    withdrawn_at: datetime | None
    """An explicit withdrawal; that a record is gone from a feed is none."""
    vectors: tuple[str, ...]
    """CVSS vectors as they are given, of any version."""
    affected: tuple[Affected, ...]
    not_covered: tuple[str, ...]
    """Packages that are named and whose ecosystem is not covered, in words."""
    references: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    """Vulnerabilities that it is about and is no other name for: a distribution's advisory of
    five CVEs, and also its record of one, since it may be fixed there and not elsewhere."""

    @property
    def vulnerabilities(self) -> tuple[str, ...]:
        """The vulnerabilities that it is about: CVE ids if it knows any, else its own id."""
        names = (self.identifier, *self.aliases, *self.upstream)
        cves = tuple(dict.fromkeys(name for name in names if name.startswith("CVE-")))
        return cves or (self.identifier,)
