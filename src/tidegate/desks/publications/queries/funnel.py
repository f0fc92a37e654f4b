"""From found to verified: how many come how far, and how long each step takes.

Findings are found and proven; those of one bug are a case, which is disclosed to its vendor and
fixed; and a fix is applied and verified by each organisation that was told of it. So the unit
changes on the way, and each step says of how many of its own unit it is a share.

Everything is put together and sorted in the database (`funnel_durations`). Of organisations nothing
is counted anew: the numbers are sums of what the curves show (`states.small_groups`), and how long
they took is of whole months and in whole days, for coordinators too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import require_with_instance
from tidegate.desks.access.words import Act
from tidegate.desks.findings.models import Case, Finding
from tidegate.desks.publications.queries import funnel_durations as durations
from tidegate.desks.publications.queries.funnel_durations import Durations
from tidegate.desks.publications.states.adoption import SMALLEST_GROUP
from tidegate.desks.publications.states.figures import Figure
from tidegate.desks.publications.states.small_groups import shown as shown_size

_TAIL: Final = 0.95


class StepName(StrEnum):
    """The steps, in order."""

    FOUND = "found"
    PROVEN = "proven"
    DISCLOSED = "disclosed"
    """A vendor was invited to the case, or it was published."""
    FIXED = "fixed"
    """A fix may be published that climbed the ladder, or a vendor says that one is ready."""
    APPLIED = "applied"
    VERIFIED = "verified"


class Unit(StrEnum):
    """What a step counts."""

    FINDINGS = "findings"
    CASES = "cases"
    ORGANISATIONS = "organisations"
    """Of each publication: an organisation counts once for each that it was told of."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel."""

    name: StepName
    unit: Unit
    number: int
    of: int
    """How many could have come here: those of the step before, in this step's unit."""
    median: timedelta | None
    """From the step before to this one; None where none, or too few, have come."""
    tail: timedelta | None
    """Within which 95 of 100 came: the smallest duration that so many do not exceed."""

    @property
    def share(self) -> float | None:
        """The share that came here, from 0 to 1; None of nothing."""
        return self.number / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Reference:
    """Somebody else's figures, for a comparison."""

    name: str
    on: date
    disclosed: int
    fixed: int
    source: str

    @property
    def share(self) -> float:
        """The share of what was disclosed that was fixed."""
        return self.fixed / self.disclosed


GLASSWING: Final = Reference(
    name="Project Glasswing, open source, one month in",
    on=date(2026, 5, 22),
    disclosed=1596,
    fixed=97,
    source="https://labs.cloudsecurityalliance.org/research/"
    "csa-research-note-glasswing-ai-vuln-patching-deficit-2026060/",
)
"""97 patched of 1,596 disclosed: the number that is to be moved. Second-hand, and reports of it mix
what they count; it is a comparison, not a measurement of ours."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far everything has come by an instant."""

    until: datetime
    steps: tuple[Step, ...]
    cases: int
    """Bugs: the proven findings, without those that are the same one."""
    reference: Reference = GLASSWING
    smallest: int = 1
    """Numbers are multiples of this, rounded down."""


def funnel(actor: Actor, *, at: datetime) -> Funnel:
    """Return the funnel of this instance: in full, but for what organisations have done.

    Raises:
        NotFoundError: it is not theirs to read.
    """
    require_with_instance(actor, Act.READ)
    return _funnel(at)


def public_funnel(*, at: datetime) -> Funnel:
    """Return the funnel for everybody: as of the end of the last month, and without small groups.

    Numbers are rounded down to multiples of five. A median has at least five durations on either
    side of it, and so has the tail. As of a month's end, so that nobody counts embargoes by looking
    every day.
    """
    return _for_everybody(_funnel(_month_begin(at)))


def _month_begin(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _for_everybody(full: Funnel) -> Funnel:
    return Funnel(
        until=full.until,
        steps=tuple(_rounded(step) for step in full.steps),
        cases=shown_size(full.cases),
        reference=full.reference,
        smallest=SMALLEST_GROUP,
    )


def _rounded(step: Step) -> Step:
    if step.unit is Unit.ORGANISATIONS:  # It is so already.
        return step
    return _of_many(step, shown_size(step.number), shown_size(step.of))


def _of_many(step: Step, number: int, of: int) -> Step:
    has_median = number >= 2 * SMALLEST_GROUP
    has_tail = number * (1 - _TAIL) >= SMALLEST_GROUP
    return Step(
        name=step.name,
        unit=step.unit,
        number=number,
        of=of,
        median=_whole_days(step.median) if has_median else None,
        tail=_whole_days(step.tail) if has_tail else None,
    )


def _whole_days(took: timedelta | None) -> timedelta | None:
    return None if took is None else timedelta(days=ceil(took / timedelta(days=1)))


def _funnel(until: datetime) -> Funnel:
    findings = Finding.objects.filter(received_at__lt=until).count()
    cases = Case.objects.filter(merged_into=None, opened_at__lt=until).count()
    disclosed = durations.disclosed(until)
    return Funnel(
        until=until,
        steps=(
            Step(StepName.FOUND, Unit.FINDINGS, findings, findings, None, None),
            _step(StepName.PROVEN, Unit.FINDINGS, durations.proven(until), findings),
            _step(StepName.DISCLOSED, Unit.CASES, disclosed, cases),
            _step(StepName.FIXED, Unit.CASES, durations.fixed(until), len(disclosed)),
            *_of_organisations(until),
        ),
        cases=cases,
    )


def _step(name: StepName, unit: Unit, came: Durations, of: int) -> Step:
    return Step(name, unit, len(came), of, came.at(0.5), came.at(_TAIL))


def _of_organisations(until: datetime) -> Iterator[Step]:
    month = _month_begin(until)
    shown = durations.shown(until)
    told = shown.get(Figure.ORGANISATIONS, 0)
    verified = min(told, shown.get(Figure.VERIFIED, 0))
    # Each figure makes its own steps; who has verified has applied.
    applied = max(verified, min(told, shown.get(Figure.APPLIED, 0)))
    for name, came, number, of in (
        (StepName.APPLIED, durations.applied(month), applied, told),
        (StepName.VERIFIED, durations.verified(month), verified, applied),
    ):
        step = _step(name, Unit.ORGANISATIONS, came, of)
        yield _of_many(step, number, of)
