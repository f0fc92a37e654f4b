"""What does a directive ask of an organisation, by when, and why? From facts to days.

Nothing is kept here, and nothing is guessed. Each demand of a directive gives one duty for each
thing that it is due for; or a single one that does not apply, and says why. Whether a duty was met
is told by `compliance`.

Days are read as everywhere here (docs/decisions/0013 and 0014): calendar days, the event's own day
not counted, the last one counted whole in the organisation's zone. Hours count from an instant.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, UTC, date, datetime, timedelta, tzinfo
from typing import Any, assert_never

from tidegate.engines.directives.errors import DirectiveError
from tidegate.engines.directives.model import (
    Binding,
    ByTable,
    Clock,
    DaysAfter,
    Directive,
    HoursAfter,
    MonthsAfter,
    Occurrence,
    OnDate,
    Ongoing,
    Recurring,
    Requirement,
)
from tidegate.engines.rules import Deadline, RuleInputError, day_end, reasons
from tidegate.engines.rules.policies import Force, Source


@dataclass(frozen=True, slots=True)
class Exposed:
    """One vulnerability on one asset, with the deadline that `rules` computed for it."""

    subject: str
    """What it is referred to by, such as `A-…:CVE-2026-1234`; never changes."""
    label: str
    """For people."""
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an organisation."""

    whom: frozenset[str]
    """The words of `Binding.whom` that it goes by: the scopes and sectors of its assets, roles."""
    exposed: tuple[Exposed, ...] = ()
    occurred: tuple[Occurrence, ...] = ()
    """The events that happened to it, of any directive."""
    last_done: Mapping[str, datetime] = field(default_factory=dict)
    """When what recurs was done the last time; by `directive/requirement`."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that is due, or that is not and why."""

    key: str
    """Stable: what is recorded of it is recorded by this."""
    directive: str
    citation: str
    requirement: str
    words: str
    to: str
    """Who receives it; empty where it is no report."""
    subject: str
    """What it is about; empty for the organisation as a whole."""
    label: str
    bindings: tuple[Binding, ...]
    """Those that concern the organisation; empty where none does."""
    applies: bool
    zone: tzinfo
    due_on: date | None
    """The last day; None where there is none, or hours count."""
    due_at: datetime | None
    """The instant, in UTC, from which on it is late; None where there is no day."""
    why: tuple[str, ...]
    """Plain sentences: where the day comes from."""
    sources: tuple[Source, ...]

    @property
    def occurrence(self) -> str:
        """Which one it is among those of its requirement: the end of its key; often empty."""
        return self.key[len(f"{self.directive}/{self.requirement}") + 1 :]

    def force(self, day: date) -> Force | None:
        """Return what it is to the organisation on a day in its zone: the strictest that holds.

        None where it does not apply.
        """
        if not self.applies:
            return None
        said = {binding.force_on(day) for binding in self.bindings}
        return Force.BINDING if Force.BINDING in said else Force.GUIDANCE

    def record(self) -> dict[str, Any]:
        """Return the duty, as JSON has it."""
        return {
            "key": self.key,
            "directive": self.directive,
            "citation": self.citation,
            "requirement": self.requirement,
            "words": self.words,
            "to": self.to or None,
            "subject": self.subject or None,
            "label": self.label or None,
            "applies": self.applies,
            "bindings": [
                {
                    "whom": one.whom,
                    "force": one.force.value,
                    "since": one.since.isoformat(),
                }
                for one in self.bindings
            ],
            "zone": str(self.zone),
            "due_on": self.due_on and self.due_on.isoformat(),
            "due_at": self.due_at and self.due_at.isoformat(),
            "why": list(self.why),
        }


def duties(directive: Directive, facts: Facts, zone: tzinfo, *, now: datetime) -> tuple[Duty, ...]:
    """Return what a directive asks of an organisation, in the directive's order.

    Nothing, once it is revoked. What recurs is due once: after the last time that it was done.

    Args:
        directive: the one that is asked.
        facts: what is known of the organisation.
        zone: the organisation's own; its days end there.
        now: an instant with its zone.

    Raises:
        DirectiveError: an instant has no zone; or a day lies beyond the calendar.
    """
    for at in (now, *(one.at for one in facts.occurred), *facts.last_done.values()):
        if at.utcoffset() is None:
            raise DirectiveError(f"{at.isoformat()} has no zone; hand it over in UTC")
    if not directive.holds(now.astimezone(zone).date()):
        return ()
    try:
        return tuple(
            duty
            for requirement in directive.demands
            for duty in _of(directive, requirement, facts, zone)
        )
    except (OverflowError, RuleInputError) as error:
        reason = "a day of it lies beyond the calendar; correct what happened when"
        raise DirectiveError(f"{directive.citation}: {reason}") from error


def public_day(directive: Directive, clock: Clock) -> date | None:
    """Return the day that a clock gives to everybody; None where it is each one's own."""
    days = directive.public_days()
    match clock:
        case OnDate(on):
            return on
        case Recurring(first_by=on):
            return on
        case DaysAfter(event, count) if event in days:
            return days[event] + timedelta(days=count)
        case MonthsAfter(event, count) if event in days:
            return _months_later(days[event], count)
        case _:
            return None


def _of(
    directive: Directive, requirement: Requirement, facts: Facts, zone: tzinfo
) -> Iterator[Duty]:
    make = _Making(directive, requirement, requirement.concerning(facts.whom), zone)
    if not make.bindings:
        whom = ", ".join(binding.whom for binding in requirement.bindings)
        yield make.idle(f"It concerns {whom}; this organisation is none of these.")
        return
    clock = requirement.clock
    match clock:
        case OnDate(on):
            yield make.day(on, f"{directive.citation} names this day.")
        case Ongoing():
            yield make.day(None, f"{directive.citation} names no day: it is so always.")
        case Recurring():
            yield _recurring(make, clock, facts)
        case DaysAfter(event) | MonthsAfter(event) | HoursAfter(event):
            yield from _after(make, clock, event, facts)
        case ByTable():
            yield from _by_table(make, clock, facts)
        case _:
            assert_never(clock)


def _recurring(make: _Making, clock: Recurring, facts: Facts) -> Duty:
    last = facts.last_done.get(f"{make.directive.id}/{make.requirement.id}")
    every = f"It is due again within {clock.days} days"
    if last is None:
        why = f"{every}, for the first time by {clock.first_by}; it was never done here."
        return make.day(clock.first_by, why, subject=f"@{clock.first_by}")
    done_on = last.astimezone(make.zone).date()
    due_on = max(clock.first_by, done_on + timedelta(days=clock.days))
    why = f"{every}; it was done on {done_on} the last time."
    return make.day(due_on, why, subject=f"@{due_on}")


def _after(
    make: _Making, clock: DaysAfter | MonthsAfter | HoursAfter, event: str, facts: Facts
) -> Iterator[Duty]:
    words = make.directive.event_words(event)
    public = make.directive.public_days().get(event)
    if public is not None and not isinstance(clock, HoursAfter):
        yield _days_after(make, clock, public, words)
        return
    there = _first_of_each(facts, make.directive.id, event)
    if not there:
        why = f"It is due {_length(clock)} after {words}, and nothing like it is recorded."
        yield make.idle(why)
    for one in there:
        if isinstance(clock, HoursAfter):
            due_at = one.at.astimezone(UTC) + timedelta(hours=clock.hours)
            why = f"{_length(clock)} after {words}, {one.at.astimezone(UTC).isoformat()}."
            yield make.instant(due_at, why, subject=one.subject)
        else:
            day = one.at.astimezone(make.zone).date()
            yield _days_after(make, clock, day, words, subject=one.subject)


def _first_of_each(facts: Facts, directive: str, event: str) -> list[Occurrence]:
    """Return when an event happened to each subject for the first time."""
    first: dict[str, Occurrence] = {}
    for one in sorted(facts.occurred, key=lambda one: (one.at, one.subject)):
        if (one.directive, one.event) == (directive, event):
            first.setdefault(one.subject, one)
    return list(first.values())


def _days_after(
    make: _Making, clock: DaysAfter | MonthsAfter, day: date, words: str, *, subject: str = ""
) -> Duty:
    if isinstance(clock, DaysAfter):
        due_on = day + timedelta(days=clock.days)
    else:
        due_on = _months_later(day, clock.months)
    return make.day(due_on, f"{_length(clock)} after {words}, {day}.", subject=subject)


def _by_table(make: _Making, clock: ByTable, facts: Facts) -> Iterator[Duty]:
    there = False
    for one in facts.exposed:
        found = one.deadline
        timeline = found.answer.timeline
        if found.answer.policy.name != clock.policy_set:
            continue
        if clock.triage_only and not (timeline and timeline.forensic_triage):
            continue
        there = True
        yield make.exposed(one)
    if not there:
        asks = " that asks for forensic triage" if clock.triage_only else ""
        yield make.idle(f"No exposure{asks} is recorded under the policy set {clock.policy_set}.")


@dataclass(frozen=True, slots=True)
class _Making:
    """What all duties of one demand share."""

    directive: Directive
    requirement: Requirement
    bindings: tuple[Binding, ...]
    zone: tzinfo

    def idle(self, why: str) -> Duty:
        return self._duty(applies=False, why=(why,))

    def day(self, due_on: date | None, why: str, *, subject: str = "") -> Duty:
        due_at = day_end(due_on, self.zone) if due_on else None
        # What recurs is told apart by its day, and still concerns the organisation as a whole.
        about = "" if subject.startswith("@") else subject
        return self._duty(
            key=subject, subject=about, label=about, due_on=due_on, due_at=due_at, why=(why,)
        )

    def instant(self, due_at: datetime, why: str, *, subject: str) -> Duty:
        return self._duty(key=subject, subject=subject, label=subject, due_at=due_at, why=(why,))

    def exposed(self, one: Exposed) -> Duty:
        found = one.deadline
        since = found.binding_from
        force = Force.BINDING if since else Force.GUIDANCE
        binding = Binding(found.scope.value, force, since or self.directive.issued_on)
        return self._duty(
            key=one.subject,
            subject=one.subject,
            label=one.label,
            bindings=(binding,),
            due_on=found.due_on,
            due_at=found.due_at,
            why=reasons(found),
        )

    def _duty(
        self,
        *,
        why: tuple[str, ...],
        key: str = "",
        subject: str = "",
        label: str = "",
        bindings: tuple[Binding, ...] | None = None,
        applies: bool = True,
        due_on: date | None = None,
        due_at: datetime | None = None,
    ) -> Duty:
        parts = [self.directive.id, self.requirement.id]
        return Duty(
            key="/".join([*parts, key] if key else parts),
            directive=self.directive.id,
            citation=self.directive.citation,
            requirement=self.requirement.id,
            words=self.requirement.words,
            to=self.requirement.to,
            subject=subject,
            label=label,
            bindings=self.bindings if bindings is None else bindings,
            applies=applies,
            zone=self.zone,
            due_on=due_on,
            due_at=due_at,
            why=why,
            sources=self.directive.sources,
        )


def _length(clock: DaysAfter | MonthsAfter | HoursAfter) -> str:
    match clock:
        case DaysAfter(days=count):
            unit = "calendar day"
        case MonthsAfter(months=count):
            unit = "month"
        case HoursAfter(hours=count):
            unit = "hour"
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > MAXYEAR:
        raise OverflowError(f"{months} months after {day} is out of bounds")
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
