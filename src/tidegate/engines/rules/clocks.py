"""By when must one vulnerability be remediated on one asset? From what is known to a day.

- The clock starts on the **earlier** of two days: the one on which the catalogue lists the
  vulnerability, as the catalogue writes it, and the one of the detection on the asset, in the
  agency's zone. A listing counts only while the vulnerability is listed.
- Days are calendar days; the one on which the clock starts is not counted. The last one is
  counted whole: in time is what happens before `due_at`, the instant at which the next day begins
  in the agency's zone, whatever summer time does to that day.
- The start does not move when the outcome changes, so a day may have passed when it is computed.
- The authority's own due date is kept beside the computed one, and neither replaces the other.

The choices are explained in docs/decisions/0013.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Final

from tidegate.engines.rules.deciding import Input
from tidegate.engines.rules.errors import RuleInputError
from tidegate.engines.rules.policies import Force, PolicySet, Scope, Timeline, force_on
from tidegate.engines.rules.readings import Answer, answer
from tidegate.engines.rules.triage import Advised, advised

LISTED_ON: Final = "listed_on"
DETECTED_AT: Final = "detected_at"
"""Names of what a clock needs beside the table's inputs, where it is missing."""


class Start(StrEnum):
    """What started a clock."""

    LISTING = "listing"
    DETECTION = "detection"
    BOTH = "both"
    """Both on the same day."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of one vulnerability on one asset at a time."""

    scope: Scope
    inputs: Mapping[str, Input]
    """By word of the decision point; what is left out is unknown."""
    detected_at: datetime | None = None
    """When the vulnerability was found on the asset; with its zone."""
    listed_on: date | None = None
    """The day that the catalogue gives for the listing (KEV's `dateAdded`)."""
    listed_at: datetime | None = None
    """The instant of the listing, where it is known; for the hours of the triage only."""
    authority_due_on: date | None = None
    """The authority's own due date (KEV's `dueDate`)."""
    authority_asks_triage: bool | None = None
    """What the catalogue itself says (KEV's `forensicTriage`)."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when, why, and on what it rests. Nothing is due where there is no day."""

    answer: Answer
    scope: Scope
    binding_from: date | None
    """The day from which it binds; None where it is guidance for good."""
    zone: str
    start: Start | None
    start_on: date | None
    due_on: date | None
    """The last day; None where there is none, or none can be told."""
    due_at: datetime | None
    """When that day ends, in UTC; this instant is late already."""
    earliest_due_on: date | None
    """The same as `due_on`; where it is undetermined, the day of the strictest row possible."""
    latest_due_on: date | None
    """The same as `due_on`; where it is undetermined, the day of the mildest row possible, if each
    of them has a day: once it is over, the deadline has passed whatever turns out to hold."""
    missing: tuple[str, ...]
    """What nobody knows: of the inputs, and of what starts the clock."""
    triage: tuple[Advised, ...]
    """Empty where no triage is due."""
    authority_due_on: date | None
    authority_asks_triage: bool | None

    @property
    def is_determined(self) -> bool:
        """Whether it is known what is due."""
        lacks_start = {LISTED_ON, DETECTED_AT}.intersection(self.missing)
        return self.answer.timeline is not None and not lacks_start

    @property
    def agrees(self) -> bool | None:
        """Whether the authority's own date is the computed one; None where one is not there."""
        if self.authority_due_on is None or self.due_on is None:
            return None
        return self.authority_due_on == self.due_on

    def force(self, today: date) -> Force:
        """Return what it is to whoever misses it, on a day in the agency's zone."""
        return force_on(self.binding_from, today)

    def record(self) -> dict[str, Any]:
        """Return the deadline with all that it rests on, as JSON has it."""
        return self.answer.record() | {
            "scope": self.scope.value,
            "binding_from": _day(self.binding_from),
            "zone": self.zone,
            "start": self.start and self.start.value,
            "start_on": _day(self.start_on),
            "due_on": _day(self.due_on),
            "due_at": self.due_at and self.due_at.isoformat(),
            "earliest_due_on": _day(self.earliest_due_on),
            "latest_due_on": _day(self.latest_due_on),
            "missing": list(self.missing),
            "triage": [one.record() for one in self.triage],
            "authority": {
                "due_on": _day(self.authority_due_on),
                "agrees": self.agrees,
                "forensic_triage": self.authority_asks_triage,
            },
        }


def deadline(policy: PolicySet, known: Circumstances, zone: tzinfo) -> Deadline:
    """Return by when a vulnerability must be remediated on an asset.

    Args:
        policy: the set that holds for the asset's scope.
        known: what is known of both.
        zone: the agency's own.

    Raises:
        RuleInputError: the inputs are none of the table's, contradict each other, or lie beyond
            the calendar; or the set is not the scope's.
    """
    said = answer(policy, known.inputs)
    _check(policy, known, said)
    start, start_on, lacking = _start(known, said, zone)
    earliest = _after(said.strictest, start_on)
    determined = said.timeline is not None and not lacking
    due_on = earliest if determined else None
    return Deadline(
        answer=said,
        scope=known.scope,
        binding_from=policy.binding_from(known.scope),
        zone=str(zone),
        start=start,
        start_on=start_on,
        due_on=due_on,
        due_at=day_end(due_on, zone) if due_on else None,
        earliest_due_on=earliest,
        latest_due_on=due_on or (None if lacking else _after(said.mildest, start_on)),
        missing=(*said.missing, *lacking),
        triage=_triage(policy, known, said, zone),
        authority_due_on=known.authority_due_on,
        authority_asks_triage=known.authority_asks_triage,
    )


def day_end(day: date, zone: tzinfo) -> datetime:
    """Return the instant, in UTC, at which a day is over in a zone.

    Where the next day's midnight is skipped, that is when the clocks are changed; where it comes
    twice, the first time.

    Raises:
        RuleInputError: the day lies at the end of the calendar.
    """
    try:
        return datetime.combine(_later(day, 1), time(), zone).astimezone(UTC)
    except OverflowError:
        raise RuleInputError(f"{day} is out of bounds") from None


def _check(policy: PolicySet, known: Circumstances, said: Answer) -> None:
    if known.scope not in policy.scopes:
        raise RuleInputError(
            f"the policy set {policy.name} is not for {known.scope}; it is for"
            f" {', '.join(policy.scopes)}"
        )
    for name, at in (("detected_at", known.detected_at), ("listed_at", known.listed_at)):
        if at is not None and at.utcoffset() is None:
            raise RuleInputError(f"{name}, {at.isoformat()}, has no zone; hand it over in UTC")
    if said.is_listed is False and (known.listed_on or known.listed_at):
        raise RuleInputError(
            "a day of listing is given for what is not listed; leave it out, or say that it is"
        )


def _start(
    known: Circumstances, said: Answer, zone: tzinfo
) -> tuple[Start | None, date | None, tuple[str, ...]]:
    """Return what started the clock, on which day, and what is missing to say so."""
    if said.is_listed is None:
        return None, None, ()
    detected_on = _local_day(known.detected_at, zone)
    if not said.is_listed:
        lacking = () if detected_on else (DETECTED_AT,)
        return (Start.DETECTION if detected_on else None), detected_on, lacking
    if known.listed_on is None:
        # It may have been listed before it was detected, so the detection alone says nothing.
        return None, None, (LISTED_ON,)
    if detected_on is None or known.listed_on < detected_on:
        return Start.LISTING, known.listed_on, ()
    start = Start.BOTH if known.listed_on == detected_on else Start.DETECTION
    return start, detected_on, ()


def _triage(
    policy: PolicySet, known: Circumstances, said: Answer, zone: tzinfo
) -> tuple[Advised, ...]:
    if not (said.timeline and said.timeline.forensic_triage and policy.reading):
        return ()
    listed_at = known.listed_at
    if listed_at is None and known.listed_on:
        listed_at = datetime.combine(known.listed_on, time(), zone)
    begins = [at for at in (listed_at, known.detected_at) if at]
    if not begins:
        return ()
    # It cannot begin on an asset on which the vulnerability has not been found yet.
    began_at = max(begins)
    try:
        return advised(policy.reading, began_at.astimezone(UTC))
    except OverflowError:
        raise RuleInputError(f"{began_at.isoformat()} is out of bounds") from None


def _after(length: Timeline | None, start_on: date | None) -> date | None:
    """Return the last day of a timeline; None where it has no day, or no start is known."""
    if length is None or length.days is None or start_on is None:
        return None
    return _later(start_on, length.days)


def _local_day(at: datetime | None, zone: tzinfo) -> date | None:
    if at is None:
        return None
    try:
        return at.astimezone(zone).date()
    except OverflowError:
        raise RuleInputError(f"{at.isoformat()} is out of bounds") from None


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise RuleInputError(f"{days} days after {day} is out of bounds") from None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
