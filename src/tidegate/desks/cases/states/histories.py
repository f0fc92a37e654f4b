"""In which order the six events came about, and how what was seen is written down.

A history is an order of events. Of the 720 orders of all six, the table of the case state lets 70
pass; the others are refused by `follow`.

The world does not keep to an order, and facts are recorded, never refused. So two things are kept
apart. **What was seen** is a list of entries, in the order in which they were recorded; each stays
as it is, the second report of the same fact included. **The model's history** is never kept. It is
worked out from the entries by `written`, with three rules, and it is always legal:

1. What an event brings stands directly behind it: a public exploit brings public awareness (X, P),
   public awareness makes each vendor aware (P, V).
2. What an event needs stands directly before it: a fix that is ready proves that its vendor knew
   (V, F), a deployed one that it was ready (F, D).
3. What is there already is written once, where it came first.

So an exploit that is published while nobody knew is recorded as one entry, X, and reads as X, P, V.
A vendor that joins a public case is aware since it became public. Merged cases are their entries
put together, and nothing has to be mended afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from tidegate.desks.cases.instants import in_utc
from tidegate.desks.cases.states.interactions import report_allows
from tidegate.desks.cases.states.reports import ReportState
from tidegate.desks.cases.states.steps import Moved, Refused, step
from tidegate.desks.cases.states.vulnerabilities import (
    CASES,
    VENDOR_EVENTS,
    VENDORS,
    CaseEvent,
    CaseState,
    Facts,
)

BRINGS: Final = {
    CaseEvent.EXPLOIT: CaseEvent.PUBLIC,
    CaseEvent.PUBLIC: CaseEvent.VENDOR_AWARE,
}
"""What an event brings with it."""

NEEDS: Final = {
    CaseEvent.FIX_READY: CaseEvent.VENDOR_AWARE,
    CaseEvent.FIX_DEPLOYED: CaseEvent.FIX_READY,
}
"""What has to be there before an event."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was seen, as it was recorded.

    Raises:
        InstantError: a date is not an instant in UTC.
        ValueError: a vendor's event without a vendor, or a fact with one.
    """

    event: CaseEvent
    happened_at: datetime
    """When it came about, as far as is known."""
    recorded_at: datetime
    vendor: str = ""
    """Whose event it is; empty for a fact."""

    def __post_init__(self) -> None:
        in_utc(self.happened_at, f"when {self.event} came about")
        in_utc(self.recorded_at, f"when {self.event} was recorded")
        if (self.event in VENDOR_EVENTS) is not bool(self.vendor):
            raise ValueError(
                f"{self.event} is {'a vendor' if self.event in VENDOR_EVENTS else 'the case'}'s"
                f" event; hand it over {'with its' if self.event in VENDOR_EVENTS else 'without a'}"
                " vendor"
            )


@dataclass(frozen=True, slots=True)
class Written:
    """One event of the model's history."""

    event: CaseEvent
    because_of: CaseEvent | None = None
    """The event that brought it or needed it; None if it was seen itself."""


def follow(events: Iterable[CaseEvent]) -> Moved[CaseState] | Refused:
    """Follow an order of events through the table, from the beginning; the first wrong one ends it.

    The beginning of a legal history is legal, too.
    """
    state = CaseState()
    for number, event in enumerate(events, 1):
        moved = step(CASES, state, event, of="a case")
        if not moved:
            return Refused(f"event {number}: {moved.reason}")
        state = moved.state
    return Moved(state)


@cache
def legal_histories() -> tuple[tuple[CaseEvent, ...], ...]:
    """Return every order of all six events that the table lets pass; there are 70."""

    def onward(state: CaseState) -> Iterator[tuple[CaseEvent, ...]]:
        following = [(event, after) for (before, event), after in CASES.items() if before == state]
        if not following:
            yield ()
        for event, after in following:
            for rest in onward(after):
                yield (event, *rest)

    return tuple(onward(CaseState()))


def written(events: Iterable[CaseEvent], *, for_vendor: bool = True) -> tuple[Written, ...]:
    """Write down events that were seen as the model's history; whatever they are, it is legal.

    `for_vendor` is false for a case that has no vendor yet: then nobody is made aware.
    """
    history: dict[CaseEvent, Written] = {}

    def write(event: CaseEvent, because_of: CaseEvent | None) -> None:
        if event in history or (event is CaseEvent.VENDOR_AWARE and not for_vendor):
            return
        if event in NEEDS:
            write(NEEDS[event], event)
        history[event] = Written(event, because_of)
        if event in BRINGS:
            write(BRINGS[event], event)

    for event in events:
        write(event, None)
    return tuple(history.values())


def history_of(entries: Iterable[Entry], vendor: str = "") -> tuple[Written, ...]:
    """Return the model's history for one vendor, from entries in the order that is asked about.

    In the order of recording it says what the case knew when. Sorted by `happened_at`, it says how
    it was. Without a vendor it is the history of the facts alone.
    """
    seen = (entry.event for entry in entries if entry.vendor in ("", vendor))
    return written(seen, for_vendor=bool(vendor))


def facts_of(entries: Iterable[Entry]) -> Facts:
    """Return which facts have happened, those included that others brought."""
    happened = {one.event for one in history_of(entries)}
    return Facts.of(
        public=CaseEvent.PUBLIC in happened,
        exploit=CaseEvent.EXPLOIT in happened,
        attacks=CaseEvent.ATTACKS in happened,
    )


def state_of(entries: Iterable[Entry], vendor: str) -> CaseState:
    """Return the state of a case for one of its vendors; it is never a forced one."""
    state = CaseState()
    for one in history_of(entries, vendor):
        state = CASES[state, one.event]
    return state


def record_fact(
    entries: Sequence[Entry], fact: CaseEvent, *, happened_at: datetime, recorded_at: datetime
) -> tuple[Entry, ...]:
    """Record a fact behind the entries that are there. It is never refused, nor is a second time.

    Raises:
        ValueError: the event is a vendor's; see `record_progress`.
    """
    return (*entries, Entry(fact, happened_at, recorded_at))


def record_progress(
    entries: Sequence[Entry],
    event: CaseEvent,
    vendor: str,
    report: ReportState,
    *,
    happened_at: datetime,
    recorded_at: datetime,
) -> Moved[tuple[Entry, ...]] | Refused:
    """Record how far a vendor says that it is; `report` is where it stands with the report.

    This is a statement and no fact of the world, so it is refused out of order.

    Raises:
        ValueError: the event is a fact; see `record_fact`.
    """
    entry = Entry(event, happened_at, recorded_at, vendor)
    allowed = report_allows(report, event)
    if not allowed:
        return allowed
    moved = step(VENDORS, state_of(entries, vendor).vendor, event, of="a vendor")
    return moved and Moved((*entries, entry))
