"""What directives ask of an organisation, and where each duty stands.

What a directive asks for each vulnerability on each asset is counted where it is listed already,
among the exposures; everything else is a row of its own. Revoked directives ask for nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act, OrganisationKind
from tidegate.desks.exposure.models import (
    Asset,
    Excepted,
    Exposure,
    Fulfilment,
    HappenedToOrganisation,
)
from tidegate.desks.exposure.queries import exposure_conditions as which
from tidegate.desks.exposure.queries.directives import all_directives
from tidegate.desks.exposure.queries.operators import operator_of
from tidegate.desks.parties.models import Organisation
from tidegate.engines.directives import (
    ApprovedException,
    ByTable,
    CalendarEntry,
    Directive,
    Duty,
    Facts,
    Occurrence,
    Record,
    Requirement,
    Row,
    Sector,
    State,
    duties,
    of_duty,
    report_rows,
    sector_word,
)
from tidegate.engines.rules.policies import Force

MANUFACTURER: Final = "role/manufacturer"


@dataclass(frozen=True, slots=True)
class TableRow:
    """What a directive asks for each vulnerability on each asset, counted."""

    directive: Directive
    requirement: Requirement
    force: Force | None
    """On the day of the report; None where it concerns nothing that the organisation runs."""
    late: int
    due: int
    """Nothing was done yet, and there is time, or no day."""
    excepted: int
    done: int
    """Mitigated, or said to be remediated, and still installed."""
    cleared: int
    """No longer installed."""

    @property
    def all(self) -> int:
        """How many exposures it concerns, those that have cleared included."""
        return self.late + self.due + self.excepted + self.done + self.cleared


@dataclass(frozen=True, slots=True)
class Compliance:
    """Where an organisation stands."""

    organisation: Organisation
    zone: str
    whom: tuple[str, ...]
    """The words by which directives concern it."""
    rows: tuple[Row, ...]
    """What is late first; without what does not concern it."""
    not_applicable: tuple[Row, ...]
    tables: tuple[TableRow, ...]
    events: tuple[tuple[Directive, str, str], ...]
    """Events that start a clock for it: the directive, the event, in words."""
    may_record: bool


def compliance(actor: Actor, organisation_key: str, *, at: datetime) -> Compliance:
    """Return what directives ask of an organisation and where each duty stands.

    Raises:
        NotFoundError: there is no such organisation, or not for them to read.
    """
    of = Organisation.objects.all()
    found = find(actor, of, Act.EXAMINE, at=at, key=as_written(organisation_key))
    whom = whom_of(found)
    zone = ZoneInfo(operator_of(found).zone)
    due = duties_of(found, at=at)
    rows = report_rows(due, records_of(found, due), now=at)
    mine = narrowed(actor, of.filter(pk=found.pk), Act.OPERATE, at=at)
    return Compliance(
        organisation=found,
        zone=str(zone),
        whom=tuple(sorted(whom)),
        rows=tuple(row for row in rows if row.force is not None),
        not_applicable=tuple(row for row in rows if row.force is None),
        tables=_tables(found, whom, at.astimezone(zone).date(), at),
        events=_events(whom, at.astimezone(zone).date()),
        may_record=mine.exists(),
    )


def as_report(found: Compliance) -> tuple[Row, ...]:
    """Return all of it as the rows of one report, as files have it.

    What a table's clock is for is one row for each requirement, with the numbers of its exposures;
    what does not concern the organisation comes last.
    """
    return (*found.rows, *map(_counted, found.tables), *found.not_applicable)


def duties_of(organisation: Organisation, *, at: datetime) -> tuple[Duty, ...]:
    """Return all duties of an organisation, but for those that its exposures are listed with.

    Not narrowed by the policy: whoever asks has found the organisation for the actor.
    """
    facts = Facts(
        whom=whom_of(organisation),
        occurred=_occurred(organisation),
        last_done=_last_done(organisation),
    )
    zone = ZoneInfo(operator_of(organisation).zone)
    return tuple(
        duty
        for directive in all_directives()
        for duty in duties(directive, facts, zone, now=at)
        if duty.requirement not in _by_table(directive)
    )


def whom_of(organisation: Organisation) -> frozenset[str]:
    """Return the words by which directives concern an organisation.

    The scopes and sectors of what it runs, its own roles; a vendor is a manufacturer.
    """
    assets = Asset.objects.filter(organisation=organisation, retired_at=None).order_by()
    scopes = set(assets.values_list("scope", flat=True).distinct())
    operator = operator_of(organisation)
    if operator.scope and operator.pk is not None:
        scopes.add(operator.scope)
    if organisation.scope:
        scopes.add(organisation.scope.lower())
    said = {*assets.values_list("sector", flat=True).distinct(), operator.sector}
    sectors = {sector_word(one) for one in Sector if one.value in {_slug(word) for word in said}}
    roles = set(operator.roles)
    if OrganisationKind.VENDOR in organisation.kind_words:
        roles.add(MANUFACTURER)
    return frozenset(scopes | sectors | roles)


def records_of(organisation: Organisation, due: Sequence[Duty]) -> dict[str, Record]:
    """Return what an organisation has recorded of its duties, by their keys.

    An exception to a requirement is one to each of its occurrences.
    """
    excepted: dict[tuple[str, str], list[ApprovedException]] = {}
    for one in Excepted.objects.filter(organisation=organisation, exposure=None):
        ends = min(one.until, one.ended_at) if one.ended_at else one.until
        excepted.setdefault((one.directive, one.requirement), []).append(
            ApprovedException(one.approver, one.reason, one.at, ends)
        )
    done = {
        (one.directive, one.requirement, one.occurrence): one for one in _standing(organisation)
    }
    records = {}
    for duty in due:
        fulfilled = done.get((duty.directive, duty.requirement, duty.occurrence))
        records[duty.key] = Record(
            done_at=fulfilled.done_at if fulfilled else None,
            done_by=fulfilled.by_name if fulfilled else "",
            note=fulfilled.words if fulfilled else "",
            exceptions=tuple(excepted.get((duty.directive, duty.requirement), ())),
        )
    return records


def calendar_of(
    actor: Actor,
    organisation_key: str,
    *,
    address: str,
    tells_names: bool = True,
    at: datetime,
) -> tuple[CalendarEntry, ...]:
    """Return all that comes due for an organisation: duties, and a day of exposures as one entry.

    Args:
        actor: who reads.
        organisation_key: whose.
        address: of the pages, in front of their paths.
        tells_names: whether it says what a duty is about, such as an incident's name.
        at: now.

    Raises:
        NotFoundError: there is no such organisation, or not for them to read.
    """
    of = Organisation.objects.all()
    found = find(actor, of, Act.EXAMINE, at=at, key=as_written(organisation_key))
    due = duties_of(found, at=at)
    records = records_of(found, due)
    page = f"{address}/compliance/{found.key}"
    told = [
        entry
        for duty in due
        if records[duty.key].done_at is None
        and (entry := of_duty(duty if tells_names else replace(duty, label=""), url=page))
        is not None
    ]
    return (*told, *_days_of_exposures(actor, found, address, at))


def _days_of_exposures(
    actor: Actor, organisation: Organisation, address: str, at: datetime
) -> list[CalendarEntry]:
    """Return a day with what is due on it as one entry; a calendar of thousands helps nobody."""
    rows = narrowed(actor, Exposure.objects.filter(organisation=organisation), at=at)
    days = rows.filter(which.to_do(at)).order_by("due_on").values_list("due_on", flat=True)
    counts = Counter(due_on for due_on in days if due_on is not None)
    return [
        CalendarEntry(
            f"exposures/{organisation.key}/{due_on}",
            f"{count} {'exposure is' if count == 1 else 'exposures are'} due",
            "Remediate or mitigate; each one's page says why on this day.",
            due_on,
            f"{address}/exposures?operator={organisation.key}",
        )
        for due_on, count in counts.items()
    ]


def _tables(
    organisation: Organisation, whom: frozenset[str], today: date, at: datetime
) -> tuple[TableRow, ...]:
    rows = []
    for directive in all_directives():
        if not directive.holds(today):
            continue
        for requirement in directive.demands:
            clock = requirement.clock
            if isinstance(clock, ByTable):
                counted = Exposure.objects.filter(
                    organisation=organisation, policy_set=clock.policy_set
                )
                if clock.triage_only:
                    counted = counted.filter(needs_triage=True)
                bindings = requirement.concerning(whom)
                forces = {one.force_on(today) for one in bindings}
                binding = Force.BINDING if Force.BINDING in forces else Force.GUIDANCE
                states = {
                    "late": which.late(at),
                    "excepted": which.STATES["excepted"](at),
                    "done": which.OPEN & ~Q(remedy=Exposure.Remedy.NONE),
                    "cleared": ~which.OPEN,
                    "to_do": which.to_do(at),
                }
                counts = {name: counted.filter(one).count() for name, one in states.items()}
                rows.append(
                    TableRow(
                        directive=directive,
                        requirement=requirement,
                        force=binding if bindings else None,
                        late=counts["late"],
                        due=counts["to_do"] - counts["late"],
                        excepted=counts["excepted"],
                        done=counts["done"],
                        cleared=counts["cleared"],
                    )
                )
    return tuple(rows)


def _counted(table: TableRow) -> Row:
    """Return counts as a row of a report: the gravest state, and the numbers in words."""
    counts = {
        State.LATE: table.late,
        State.DUE: table.due,
        State.EXCEPTED: table.excepted,
        State.DONE: table.done,
    }
    without = State.DONE if table.cleared else State.NOT_APPLICABLE
    told = ", ".join(f"{count} {state}" for state, count in counts.items())
    return Row(
        directive=table.directive.citation,
        requirement=table.requirement.id,
        words=table.requirement.words,
        to=table.requirement.to,
        about="each vulnerability on each asset",
        state=next((state for state, count in counts.items() if count), without),
        force=table.force,
        due_on="",
        zone="",
        done_at="",
        done_by="",
        excepted_until="",
        approver="",
        reason="",
        note=f"{told}, {table.cleared} cleared",
        why="Each has a day of its own, by a table.",
        key=f"{table.directive.id}/{table.requirement.id}",
    )


def _by_table(directive: Directive) -> frozenset[str]:
    return frozenset(one.id for one in directive.demands if isinstance(one.clock, ByTable))


def _events(whom: frozenset[str], today: date) -> tuple[tuple[Directive, str, str], ...]:
    return tuple(
        (directive, event.name, event.words)
        for directive in all_directives()
        if directive.holds(today) and whom.intersection(directive.scope)
        for event in directive.events
    )


def _occurred(organisation: Organisation) -> tuple[Occurrence, ...]:
    rows = HappenedToOrganisation.objects.filter(organisation=organisation, taken_back_at=None)
    return tuple(Occurrence(one.directive, one.event, one.at, one.name) for one in rows)


def _last_done(organisation: Organisation) -> Mapping[str, datetime]:
    last: dict[str, datetime] = {}
    for one in _standing(organisation):
        key = f"{one.directive}/{one.requirement}"
        last[key] = max(one.done_at, last.get(key, one.done_at))
    return last


def _standing(organisation: Organisation) -> Sequence[Fulfilment]:
    rows = Fulfilment.objects.filter(organisation=organisation, taken_back_at=None)
    return [*rows.order_by("done_at")]


def _slug(word: str) -> str:
    return "-".join(word.strip().lower().replace("_", " ").replace("-", " ").split())
