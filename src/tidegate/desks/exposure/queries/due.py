"""What comes due: exposures and the duties of directives, together and by their day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.exposure.models import Exposure
from tidegate.desks.exposure.queries.compliance import duties_of, records_of
from tidegate.desks.exposure.queries.exposure_conditions import horizon, to_do
from tidegate.desks.exposure.queries.exposure_rows import binding_from_of_scopes, today_in
from tidegate.desks.exposure.queries.operators import my_operators, one_operator, operator_of
from tidegate.desks.parties.models import Organisation
from tidegate.engines.directives import Duty, State, state
from tidegate.engines.rules import Force, force_on

_COLUMNS: Final = (
    "key",
    "asset__name",
    "asset__scope",
    "vulnerability__name",
    "outcome",
    "policy_set",
    "due_on",
    "due_at",
    "needs_triage",
    "in_kev",
)
_STILL_TO_DO: Final = (State.LATE, State.DUE)


class Due(StrEnum):
    """What it is that comes due."""

    EXPOSURE = "exposure"
    DUTY = "duty"
    """Of a directive."""


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing that comes due."""

    what: Due
    key: str
    """Of the exposure, or of the duty (`directives.Duty.key`)."""
    organisation: str
    """Key of the operator."""
    organisation_name: str
    title: str
    """The vulnerability, or the directive as it is cited."""
    about: str
    """The asset, or what the duty is about."""
    words: str
    """The outcome, or what the directive asks for."""
    due_on: date | None
    """The last day; None where hours count."""
    due_at: datetime
    """This instant is late already."""
    zone: str
    """In which its day ends."""
    is_late: bool
    force: Force
    """Binding or guidance, today."""
    directive: str
    """Its identifier; of an exposure, the policy set."""
    requirement: str
    """Of a directive; else empty."""
    needs_triage: bool
    in_kev: bool


def due(
    actor: Actor, *, organisation: str = "", within_days: int = 60, at: datetime
) -> tuple[DueItem, ...]:
    """Return what is late, and what comes due within so many days, the earliest first.

    What was done, or excepted for now, is left out; so is what has no day.

    Args:
        actor: who asks.
        organisation: key of the operator; empty for all that they may see.
        within_days: how far one looks ahead: to the end of the day so many days after today.
        at: now.

    Raises:
        NotFoundError: there is no such operator, or not for them.
    """
    operators = (
        (one_operator(actor, organisation, at=at),) if organisation else my_operators(actor, at=at)
    )
    until = horizon(within_days, at)
    items = [*_exposures(actor, operators, until, at)]
    for one in operators:
        items += [duty for duty in directive_duties(one, at=at) if duty.due_at <= until]
    return tuple(sorted(items, key=lambda one: (one.due_at, one.what, one.key)))


def _exposures(
    actor: Actor, operators: tuple[Organisation, ...], until: datetime, at: datetime
) -> Iterator[DueItem]:
    """Yield the exposures that are due; there may be tens of thousands."""
    binding = binding_from_of_scopes()
    for organisation in operators:
        zone = operator_of(organisation).zone
        today = today_in(zone, at)
        forces = {scope: force_on(since, today) for scope, since in binding.items()}
        rows = narrowed(actor, Exposure.objects.filter(organisation=organisation), at=at)
        soon = rows.filter(to_do(at), due_at__lte=until).order_by()
        for row in soon.values(*_COLUMNS).iterator():
            yield _of_exposure(row, organisation, zone, forces[row["asset__scope"]], at)


def _of_exposure(
    row: Mapping[str, Any], organisation: Organisation, zone: str, force: Force, at: datetime
) -> DueItem:
    return DueItem(
        what=Due.EXPOSURE,
        key=row["key"],
        organisation=organisation.key,
        organisation_name=organisation.name,
        title=row["vulnerability__name"],
        about=row["asset__name"],
        words=row["outcome"],
        due_on=row["due_on"],
        due_at=row["due_at"],
        zone=zone,
        is_late=row["due_at"] <= at,
        force=force,
        directive=row["policy_set"],
        requirement="",
        needs_triage=row["needs_triage"],
        in_kev=row["in_kev"],
    )


def directive_duties(organisation: Organisation, *, at: datetime) -> tuple[DueItem, ...]:
    """Return the duties of directives that an organisation has still to do, and that have a day.

    Those whose clocks run for each exposure by a table are not among them: the exposures are.
    """
    duties = duties_of(organisation, at=at)
    records = records_of(organisation, duties)
    return tuple(
        _of_duty(duty, organisation, found, at)
        for duty in duties
        if (found := state(duty, records[duty.key], at)) in _STILL_TO_DO and duty.due_at is not None
    )


def _of_duty(duty: Duty, organisation: Organisation, found: State, at: datetime) -> DueItem:
    assert duty.due_at is not None
    force = duty.force(at.astimezone(duty.zone).date())
    return DueItem(
        what=Due.DUTY,
        key=duty.key,
        organisation=organisation.key,
        organisation_name=organisation.name,
        title=duty.citation,
        about=duty.label,
        words=duty.words,
        due_on=duty.due_on,
        due_at=duty.due_at,
        zone=str(duty.zone),
        is_late=found is State.LATE,
        force=force or Force.GUIDANCE,
        directive=duty.directive,
        requirement=duty.requirement,
        needs_triage=False,
        in_kev=False,
    )
