"""A directive as a value: who says what to whom, by when, and where that was read.

Orders, directives, frameworks, regulations and laws have one form. What they demand is words and
a clock; which of an organisation's days follow from that is told by `duties`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from tidegate.engines.rules.policies import Force, Source

ISSUED: Final = "issued"
EFFECTIVE: Final = "effective"
"""The two events that every directive has: the days that it names itself."""


class Kind(StrEnum):
    """What sort of text it is."""

    ORDER = "order"
    DIRECTIVE = "directive"
    FRAMEWORK = "framework"
    REGULATION = "regulation"
    LAW = "law"


class Status(StrEnum):
    """What has become of it, as of the day on which it was read."""

    IN_FORCE = "in-force"
    AWAITED = "awaited"
    """Somebody was ordered to issue it, and no text is public; `issued_on` is the order's day."""
    REVOKED = "revoked"


class Sector(StrEnum):
    """A critical infrastructure sector. Source: NSM-22 (30 April 2024)."""

    CHEMICAL = "chemical"
    COMMERCIAL_FACILITIES = "commercial-facilities"
    COMMUNICATIONS = "communications"
    CRITICAL_MANUFACTURING = "critical-manufacturing"
    DAMS = "dams"
    DEFENSE_INDUSTRIAL_BASE = "defense-industrial-base"
    EMERGENCY_SERVICES = "emergency-services"
    ENERGY = "energy"
    FINANCIAL_SERVICES = "financial-services"
    FOOD_AND_AGRICULTURE = "food-and-agriculture"
    GOVERNMENT = "government-services-and-facilities"
    HEALTHCARE = "healthcare-and-public-health"
    INFORMATION_TECHNOLOGY = "information-technology"
    NUCLEAR = "nuclear-reactors-materials-and-waste"
    TRANSPORTATION = "transportation-systems"
    WATER = "water-and-wastewater"


def sector_word(sector: Sector) -> str:
    """Return how a directive names the operators of a sector: `sector/energy`."""
    return f"sector/{sector}"


@dataclass(frozen=True, slots=True)
class Binding:
    """Whom a demand concerns, and what it is to them."""

    whom: str
    """A `Scope`, `sector/…` (a `Sector`), `role/…` such as `role/manufacturer`, or one named
    authority, `body/…`."""
    force: Force
    """What it is from `since` on; guidance before."""
    since: date

    def force_on(self, day: date) -> Force:
        """Return what it is to them on a day in their zone."""
        return self.force if day >= self.since else Force.GUIDANCE


@dataclass(frozen=True, slots=True)
class OnDate:
    """By one day, which the text names."""

    on: date


@dataclass(frozen=True, slots=True)
class DaysAfter:
    """Calendar days after an event; the event's own day is not counted."""

    event: str
    days: int


@dataclass(frozen=True, slots=True)
class MonthsAfter:
    """Months after an event: the day of the same number, or the month's last day if it has none.

    Source: Regulation (EEC, Euratom) 1182/71, Article 3(2)(c).
    """

    event: str
    months: int


@dataclass(frozen=True, slots=True)
class HoursAfter:
    """Hours after the instant of an event."""

    event: str
    hours: int


@dataclass(frozen=True, slots=True)
class ByTable:
    """For each vulnerability on each asset, what a policy set of `rules` says."""

    policy_set: str
    triage_only: bool
    """Whether it is due only where the row asks for forensic triage."""


@dataclass(frozen=True, slots=True)
class Recurring:
    """Again and again: not more days apart than these, for the first time by one day."""

    days: int
    first_by: date


@dataclass(frozen=True, slots=True)
class Ongoing:
    """Always, without a day."""


Clock = OnDate | DaysAfter | MonthsAfter | HoursAfter | ByTable | Recurring | Ongoing


@dataclass(frozen=True, slots=True)
class Requirement:
    """One demand; a report is one that somebody receives."""

    id: str
    words: str
    to: str
    """Who receives it; empty where it is no report."""
    bindings: tuple[Binding, ...]
    clock: Clock
    note: str
    """What is doubtful about it, or where texts differ; empty for nothing."""

    @property
    def is_report(self) -> bool:
        """Whether somebody waits for it."""
        return bool(self.to)

    def concerning(self, whom: Collection[str]) -> tuple[Binding, ...]:
        """Return those bindings that are about somebody of these words."""
        return tuple(binding for binding in self.bindings if binding.whom in whom)


class MilestoneKind(StrEnum):
    """What a public entry of a docket is."""

    MILESTONE = "milestone"
    FILING = "filing"
    """A text was published or filed somewhere."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something that happened in public on a day."""

    on: date
    kind: MilestoneKind
    words: str
    source: Source
    event: str
    """How clocks refer to it; empty if none does."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens to an organisation, and starts clocks."""

    name: str
    words: str
    """As the end of 'after …': 'the manufacturer became aware of it'."""


@dataclass(frozen=True, slots=True)
class Directive:
    """One reviewed file."""

    id: str
    """How it is referred to: `bod-26-04`."""
    citation: str
    """How people refer to it: `BOD 26-04`."""
    title: str
    issuer: str
    kind: Kind
    issued_on: date
    effective_on: date
    status: Status
    scope: Mapping[str, Force]
    """Whom it is about at all; by the words of `Binding.whom`."""
    sources: tuple[Source, ...]
    revokes: tuple[str, ...]
    revoked_by: str
    """Empty where nobody revoked it."""
    revoked_on: date | None
    events: tuple[Event, ...]
    requirements: tuple[Requirement, ...]
    reports: tuple[Requirement, ...]
    milestones: tuple[Milestone, ...]
    sha256: str
    """Of the document, in its RFC 8785 form."""

    @property
    def demands(self) -> tuple[Requirement, ...]:
        """Requirements and reports."""
        return (*self.requirements, *self.reports)

    @property
    def came_about(self) -> str:
        """What happened to it on the day of its issue."""
        return "ordered" if self.status is Status.AWAITED else "issued"

    def holds(self, day: date) -> bool:
        """Whether it is issued and not revoked on a day."""
        revoked = self.revoked_on is not None and day >= self.revoked_on
        return day >= self.issued_on and not revoked

    def public_days(self) -> dict[str, date]:
        """Return the days of the events that are the same for everybody."""
        named = {one.event: one.on for one in self.milestones if one.event}
        return {ISSUED: self.issued_on, EFFECTIVE: self.effective_on} | named

    def event_words(self, name: str) -> str:
        """Return what is said of an event, as the end of 'after …'."""
        if name == ISSUED:
            return f"{self.citation} was {self.came_about}"
        if name == EFFECTIVE:
            return f"{self.citation} took effect"
        told = {one.event: one.words for one in self.milestones}
        return told.get(name) or next(one.words for one in self.events if one.name == name)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event that happened to an organisation."""

    directive: str
    event: str
    at: datetime
    """With its zone."""
    subject: str
    """What it is about, such as the identifier of a vulnerability; stays the same over events."""
