"""What was ordered, what happened, and what is coming? For everybody, in the order of time.

A docket has only days that are the same for all: an organisation's own are told by `duties`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from tidegate.engines.directives.duties import public_day
from tidegate.engines.directives.model import (
    Directive,
    MilestoneKind,
    Requirement,
    Status,
)
from tidegate.engines.rules.policies import Force, Source


class EntryKind(StrEnum):
    """What happens on the day of an entry."""

    ISSUED = "issued"
    ORDERED = "ordered"
    """Somebody was ordered to issue it; no text is public."""
    EFFECTIVE = "effective"
    REVOKED = "revoked"
    BINDING = "binding"
    """Something that was guidance binds from this day on."""
    REQUIREMENT = "requirement"
    """Something has to be done by this day."""
    REPORT = "report"
    """Somebody has to be told by this day."""
    MILESTONE = "milestone"
    FILING = "filing"


class EntryState(StrEnum):
    """Where an entry lies, seen from a day."""

    PAST = "past"
    TODAY = "today"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class DocketEntry:
    """One day of a docket."""

    on: date
    kind: EntryKind
    directive: str
    citation: str
    words: str
    note: str
    """What is doubtful about it; empty for nothing."""
    sources: tuple[Source, ...]
    days: int
    """Until then; below 0 once it has passed."""

    @property
    def key(self) -> str:
        """What it is referred to by; stays the same while its words do."""
        return f"docket/{self.directive}/{self.kind}/{self.on}/{self.words}"

    @property
    def state(self) -> EntryState:
        """Where it lies."""
        if self.days == 0:
            return EntryState.TODAY
        return EntryState.AHEAD if self.days > 0 else EntryState.PAST

    @property
    def is_second_hand(self) -> bool:
        """Whether its first source, the one that its words are from, is not the authority's own."""
        return not self.sources[0].is_primary

    @property
    def clock(self) -> str:
        """How people say where it lies: `in 11 days`, `today`, `139 days ago`."""
        if self.days == 0:
            return "today"
        count = abs(self.days)
        unit = "day" if count == 1 else "days"
        return f"in {count} {unit}" if self.days > 0 else f"{count} {unit} ago"

    def record(self) -> dict[str, Any]:
        """Return the entry, as JSON has it."""
        return {
            "on": self.on.isoformat(),
            "kind": self.kind.value,
            "directive": self.directive,
            "citation": self.citation,
            "words": self.words,
            "note": self.note or None,
            "state": self.state.value,
            "days": self.days,
            "is_second_hand": self.is_second_hand,
            "sources": [
                {
                    "url": source.url,
                    "read": source.read.isoformat(),
                    "is_primary": source.is_primary,
                    "note": source.note,
                }
                for source in self.sources
            ],
        }


def docket(directives: Iterable[Directive], today: date) -> tuple[DocketEntry, ...]:
    """Return all public days of directives, the oldest first."""
    entries = [
        entry
        for directive in directives
        for entry in _of(directive, today)
        # What would have come after it was revoked never came.
        if directive.revoked_on is None or entry.on <= directive.revoked_on
    ]
    order = list(EntryKind)
    return tuple(
        sorted(entries, key=lambda one: (one.on, one.directive, order.index(one.kind), one.words))
    )


def _of(directive: Directive, today: date) -> Iterator[DocketEntry]:
    def entry(
        on: date,
        kind: EntryKind,
        words: str,
        note: str = "",
        sources: tuple[Source, ...] = directive.sources,
    ) -> DocketEntry:
        days = (on - today).days
        return DocketEntry(on, kind, directive.id, directive.citation, words, note, sources, days)

    said = f"{directive.citation}, {directive.title}"
    if directive.status is Status.AWAITED:
        words = f"{directive.issuer} was ordered to see to it: {directive.title}"
        yield entry(directive.issued_on, EntryKind.ORDERED, words)
    else:
        yield entry(directive.issued_on, EntryKind.ISSUED, f"{directive.issuer} issued {said}")
    if directive.effective_on != directive.issued_on:
        yield entry(directive.effective_on, EntryKind.EFFECTIVE, f"{said}, took effect")
    if directive.revoked_on is not None:
        yield entry(directive.revoked_on, EntryKind.REVOKED, f"{said}, was revoked")
    # Of what is awaited nothing is known but the order, which has its own entries.
    known = directive.demands if directive.status is not Status.AWAITED else ()
    for demand in known:
        to = f" (to {demand.to})" if demand.is_report else ""
        on = public_day(directive, demand.clock)
        if on is not None:
            kind = EntryKind.REPORT if demand.is_report else EntryKind.REQUIREMENT
            yield entry(on, kind, f"{demand.words}{to}", demand.note)
        for since, whom in _binds_later(directive, demand):
            if since != on:
                words = f"Binding for {whom} from this day on: {demand.words}{to}"
                yield entry(since, EntryKind.BINDING, words, demand.note)
    for one in directive.milestones:
        is_filing = one.kind is MilestoneKind.FILING
        kind = EntryKind.FILING if is_filing else EntryKind.MILESTONE
        yield entry(one.on, kind, one.words, one.source.note, (one.source,))


def _binds_later(directive: Directive, demand: Requirement) -> list[tuple[date, str]]:
    """Return the days, after it took effect, from which it binds, with those whom it binds."""
    bound: dict[date, list[str]] = {}
    for one in demand.bindings:
        if one.force is Force.BINDING and one.since > directive.effective_on:
            bound.setdefault(one.since, []).append(one.whom)
    return [(since, ", ".join(whom)) for since, whom in bound.items()]
