"""How did a deadline come to be what it is? Every computation, what it changed, and why.

A deadline is never set, only computed. Whenever something becomes known that it rests on, it is
computed anew, and the old one stays beside the new one. It moves both ways: a listing shortens it,
taking an asset off the internet lengthens it. Nothing in a history is ever changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Any, TypeAlias

from tidegate.engines.rules.clocks import Circumstances, Deadline, deadline
from tidegate.engines.rules.deciding import Input
from tidegate.engines.rules.errors import RuleInputError
from tidegate.engines.rules.policies import PolicySet
from tidegate.engines.rules.readings import UNKNOWN
from tidegate.engines.rules.tables import word_of

Facts: TypeAlias = Mapping[str, tuple[str, str]]
"""What a deadline rests on: by name, the value as a text, and who says so."""


class Move(StrEnum):
    """Where a deadline moved."""

    FIRST = "first"
    """There was none before."""
    EARLIER = "earlier"
    LATER = "later"
    SAME = "same"
    """The day is as before; what it rests on is not."""
    DETERMINED = "determined"
    """It could not be told before."""
    UNDETERMINED = "undetermined"
    """It can not be told any more."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What was known from an instant on."""

    at: datetime
    known: Circumstances
    policy: PolicySet
    """The set that held; a new version of it is a change, too."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was different."""

    name: str
    before: str
    after: str
    source: str
    """Who says so now; empty where nobody is named."""

    def __str__(self) -> str:
        told = f"{self.name} is {self.after or 'unknown'} now, not {self.before or 'unknown'}"
        return f"{told} ({self.source})" if self.source else told


@dataclass(frozen=True, slots=True)
class Computation:
    """One computation of a deadline, and what it changed."""

    at: datetime
    deadline: Deadline
    before: Deadline | None
    """The one that held until then; None for the first."""
    move: Move
    changes: tuple[Change, ...]
    """Why it was computed anew; empty for the first."""

    def was_over(self, zone: tzinfo) -> bool:
        """Return whether the day had passed already when it was computed."""
        due_on = self.deadline.due_on
        return due_on is not None and due_on < self.at.astimezone(zone).date()

    def record(self) -> dict[str, Any]:
        """Return the computation, as JSON has it."""
        return {
            "at": self.at.isoformat(),
            "move": self.move.value,
            "changes": [
                {
                    "name": change.name,
                    "before": change.before,
                    "after": change.after,
                    "source": change.source,
                }
                for change in self.changes
            ],
            "deadline": self.deadline.record(),
            "before": self.before and self.before.record(),
        }


def history(moments: Iterable[Moment], zone: tzinfo) -> tuple[Computation, ...]:
    """Return every computation that changed anything, the first one included.

    Raises:
        RuleInputError: the moments are not in the order of time, or have no zone; or one of them
            cannot be computed.
    """
    computed: list[Computation] = []
    last: Moment | None = None
    for moment in moments:
        if moment.at.utcoffset() is None:
            at = moment.at.isoformat()
            raise RuleInputError(f"the moment {at} has no zone; hand it over in UTC")
        if last and moment.at < last.at:
            raise RuleInputError(
                f"the moment {moment.at.isoformat()} comes after {last.at.isoformat()};"
                " hand moments over in the order of time"
            )
        after = deadline(moment.policy, moment.known, zone)
        if last is None:
            computed.append(Computation(moment.at, after, None, Move.FIRST, ()))
        elif different := changes(facts(last), facts(moment)):
            before = computed[-1].deadline
            move = moved(before.due_on, after, was_determined=before.is_determined)
            computed.append(Computation(moment.at, after, before, move, different))
        last = moment
    return tuple(computed)


def facts(moment: Moment) -> Facts:
    """Return all that a deadline rests on, with who says so."""
    known = moment.known
    told = {name: (_said(one), one.source) for name, one in known.inputs.items()}
    told["scope"] = (known.scope.value, "")
    told["policy set"] = (f"{moment.policy} {moment.policy.sha256[:12]}", "")
    for name in ("detected_at", "listed_on", "listed_at", "authority_due_on"):
        at: date | None = getattr(known, name)
        told[name] = (at.isoformat() if at else "", "")
    asks = known.authority_asks_triage
    told["authority_asks_triage"] = ("" if asks is None else "yes" if asks else "no", "")
    return told


def changes(before: Facts, after: Facts) -> tuple[Change, ...]:
    """Return what is different now, in the order of what was known before."""
    return tuple(
        Change(name, before.get(name, ("", ""))[0], *after.get(name, ("", "")))
        for name in {**before, **after}
        if before.get(name, ("", ""))[0] != after.get(name, ("", ""))[0]
    )


def moved(before_due_on: date | None, after: Deadline, *, was_determined: bool) -> Move:
    """Say where a deadline has moved, from the last day that it had, if that was determined."""
    if not after.is_determined:
        return Move.UNDETERMINED if was_determined else Move.SAME
    if not was_determined:
        return Move.DETERMINED
    # No date is later than every date.
    old, new = before_due_on or date.max, after.due_on or date.max
    return Move.SAME if new == old else Move.EARLIER if new < old else Move.LATER


def _said(given: Input) -> str:
    """Return a value as it counts: what is unknown is what was left out."""
    word = word_of(given.value)
    return "" if word == UNKNOWN else word
