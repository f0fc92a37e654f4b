"""What is happening now: the newest events, and the work in progress. Cheap enough to ask often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed, visible
from tidegate.desks.access.words import Act, Kind
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


def progress(actor: Actor) -> Progress:
    """Return the work in progress; of what is worked on, the first few."""
    findings = narrowed(actor, Finding.objects.all())
    waiting = Outbox.objects.filter(state=Outbox.State.WAITING, topic=Outbox.Topic.REPRODUCE)
    if visible(actor, Act.READ, Kind.FINDING):
        waiting = waiting.filter(subject__in=findings.values("key"))
    working = findings.filter(stage=Stage.WORKING).order_by("id")
    stored = Delivery.objects.filter(state=Delivery.State.STORED)
    reading = narrowed(actor, stored).order_by("id")
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


def events_after(actor: Actor, id_: int, most: int = 100) -> tuple[EventRow, ...]:
    """Return the events after one, in order, at most so many."""
    return shown_events(actor, Event.objects.filter(id__gt=id_).order_by("id"), most)
