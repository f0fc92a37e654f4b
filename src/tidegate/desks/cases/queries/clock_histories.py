"""What happened to the clocks of a case: when each was set, moved, paused, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.cases.models import Clock
from tidegate.desks.findings.models import Case


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a clock."""

    at: datetime
    what: str
    """`set`, `moved`, `paused`, `resumed`, `fired`, `failed`, `set-aside`, `taken-up`."""
    due_at: datetime
    """When it was due from then on."""
    why: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A time in which a clock stood still."""

    since: datetime
    until: datetime | None
    """None while it lasts."""
    why: str


@dataclass(frozen=True, slots=True)
class ClockHistory:
    """All that happened to one clock."""

    steps: tuple[Step, ...]
    stops: tuple[Stop, ...]


def histories_of(
    actor: Actor, case_key: str, numbers: Collection[int], *, at: datetime
) -> Mapping[int, ClockHistory]:
    """Return the histories of some clocks of a case that `actor` reads, by the clocks' numbers.

    `numbers` are those that `queries.case_page` has shown to them.

    Raises:
        NotFoundError: there is no such case, or not for them.
    """
    case = find(actor, Case.objects.all(), at=at, key=as_written(case_key))
    rows = Clock.objects.filter(coordination__case=case, pk__in=list(numbers))
    return {
        number: ClockHistory(
            tuple(
                Step(_instant(one["at"]), one["what"], _instant(one["due_at"]), one["why"])
                for one in history
            ),
            tuple(
                Stop(_instant(one["from"]), _instant(one["to"]) if one["to"] else None, one["why"])
                for one in pauses
            ),
        )
        for number, history, pauses in rows.values_list("pk", "history", "pauses")
    }


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written)
