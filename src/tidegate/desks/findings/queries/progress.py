"""What is happening now: the newest events, and the work in progress. Cheap enough to ask often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tidegate.desks.findings.models import Delivery, Event, Finding, Outbox
from tidegate.desks.findings.queries.counting import Count, counted
from tidegate.desks.findings.queries.relations import EventRow, shown_events
from tidegate.desks.findings.states import Stage

MOST_WAITING: Final = 10_000
"""Waiting work is counted no further."""

_MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Working:
    """A finding whose proof is being run."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A delivery that is being read."""

    key: str
    name: str
    finder: str


@dataclass(frozen=True, slots=True)
class Progress:
    """The work in progress."""

    waiting: Count
    """Findings whose run is promised and has not begun."""
    working: tuple[Working, ...]
    reading: tuple[Reading, ...]


def progress() -> Progress:
    """Return the work in progress; of what is worked on, the first few."""
    waiting = Outbox.objects.filter(state=Outbox.State.WAITING, topic=Outbox.Topic.REPRODUCE)
    working = Finding.objects.filter(stage=Stage.WORKING).order_by("id")
    reading = Delivery.objects.filter(state=Delivery.State.STORED).order_by("id")
    return Progress(
        waiting=counted(waiting, MOST_WAITING),
        working=tuple(
            Working(key, title) for key, title in working.values_list("key", "title")[:_MOST_SHOWN]
        ),
        reading=tuple(
            Reading(key, name, finder)
            for key, name, finder in reading.values_list("key", "name", "finder__name")[
                :_MOST_SHOWN
            ]
        ),
    )


def last_event() -> int:
    """Return the id of the newest event; 0 without one."""
    newest = Event.objects.order_by("-id").values_list("id", flat=True).first()
    return newest or 0


def events_after(id_: int, most: int = 100) -> tuple[EventRow, ...]:
    """Return the events after one, in order, at most so many."""
    return shown_events(Event.objects.filter(id__gt=id_).order_by("id")[:most])
