"""An authority's policy set as a value: whom it binds, which table it reads, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import inf

from tidegate.engines.rules.tables import DecisionTable, Row, Value


class Scope(StrEnum):
    """Whose an asset is; it decides whose policy set holds."""

    FCEB = "fceb"
    """Federal civilian executive branch, also where somebody else runs it for an agency."""
    NSS = "nss"
    """A national security system."""
    DOW = "dow"
    """An information system of the Department of War."""
    STATE_OR_LOCAL = "state-or-local"
    CRITICAL_INFRASTRUCTURE = "critical-infrastructure"
    OTHER = "other"


class Force(StrEnum):
    """What a deadline is to whoever misses it."""

    BINDING = "binding"
    GUIDANCE = "guidance"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a policy was read."""

    url: str
    read: date
    is_primary: bool
    """Whether the text is the authority's own, or its maker's."""
    note: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """How long an outcome gives."""

    outcome: Value
    days: int | None
    """Calendar days; None where there is no date, as for 'Fix on system upgrade'."""
    forensic_triage: bool

    @property
    def rank(self) -> tuple[float, bool]:
        """What timelines are sorted by: the strictest first."""
        return (inf if self.days is None else self.days), not self.forensic_triage


@dataclass(frozen=True, slots=True)
class Numbering:
    """How the directive's own table numbers its rows."""

    of: str
    points: tuple[tuple[str, tuple[str, ...]], ...]
    """Decision points and their values, by words; the last point changes fastest."""

    def number(self, row: Row) -> int:
        """Return the number of a row, counted from 1."""
        before = 0
        for point, values in self.points:
            before = before * len(values) + values.index(row.values[point])
        return before + 1


@dataclass(frozen=True, slots=True)
class MissingReading:
    """What holds while values are not published, for what is not listed."""

    name: str
    words: str
    outcome: Timeline | None
    """If all are missing: this, without a look-up."""
    assume: Mapping[str, str]
    """Whatever is missing is looked up with these values; empty, if nothing is assumed."""


@dataclass(frozen=True, slots=True)
class TriageStep:
    """A step of forensic triage; its hours count from the beginning of the triage."""

    name: str
    words: str
    from_hour: int | None
    by_hour: int | None
    after: str
    """The step that has to be done before; empty for none."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a directive reads its table."""

    directive: str
    binding_from: date
    table: DecisionTable
    numbering: Numbering
    timelines: Mapping[str, Timeline]
    """By key of the outcome."""
    listed: tuple[str, str]
    """The point and the value that say that the vulnerability is in the catalogue."""
    unknown: Mapping[str, str]
    """What an unknown value is taken for, by point."""
    may_be_missing: frozenset[str]
    """The points that a missing value is allowed for, for what is not listed."""
    missing: MissingReading
    """The one that was chosen."""
    triage_words: str
    triage: tuple[TriageStep, ...]

    def timeline(self, row: Row) -> Timeline:
        """Return how long a row gives."""
        return self.timelines[row.outcome.key]


@dataclass(frozen=True, slots=True)
class PolicySet:
    """What one authority says; it is never lent to another."""

    name: str
    version: str
    title: str
    authority: str
    scopes: Mapping[Scope, Force]
    sources: tuple[Source, ...]
    reading: Reading | None
    """None while no table is loaded for this authority."""
    sha256: str
    """Of the document, in its RFC 8785 form."""

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def binding_from(self, scope: Scope) -> date | None:
        """Return the day from which its deadlines bind a scope; None where they are guidance."""
        binds = self.scopes.get(scope) is Force.BINDING
        return self.reading.binding_from if binds and self.reading else None


def force_on(binding_from: date | None, day: date) -> Force:
    """Return what a deadline is to whoever misses it, on a day in the agency's zone.

    `binding_from` is the day from which on it binds; None where it is guidance for good.
    """
    binds = binding_from is not None and day >= binding_from
    return Force.BINDING if binds else Force.GUIDANCE
