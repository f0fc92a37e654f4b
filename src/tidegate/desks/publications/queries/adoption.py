"""How far a published fix has come: the curve from notified to verified, as far as one may see it.

Coordinators are shown what was settled of whole cells of organisations, once a day and in fives
(`states.small_groups`, `services.adoption_showing`); a vendor of the case is shown the totals of
these. Nothing is counted here, so asking again tells nothing more. An operator is shown its own
rows (`adoption_own`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import may_with_instance, narrowed
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Participant
from tidegate.desks.findings.models import Case
from tidegate.desks.publications.keys import as_written
from tidegate.desks.publications.models import AdoptionFigure, Publication
from tidegate.desks.publications.states.adoption import (
    SHOWN_HERE,
    SMALLEST_GROUP,
    Stage,
    from_here_on,
)
from tidegate.desks.publications.states.figures import OF_STAGE, OF_STAGE_HERE, Figure, day_of

MOST_POINTS: Final = 60
"""Of a curve; its steps are whole days."""
OTHERS: Final = "others"
"""The group of those whose own would be too small."""


class By(StrEnum):
    """What the organisations are grouped by."""

    SECTOR = "sector"
    SCOPE = "scope"


@dataclass(frozen=True, slots=True)
class Point:
    """How many organisations were shown to have come to each stage, or further, at an instant."""

    at: datetime
    reached: Mapping[Stage, int]
    """As they say themselves, or as is known here."""
    shown_here: Mapping[Stage, int]
    """Those of them of which inventories show it that were handed in here: `SHOWN_HERE` alone."""


@dataclass(frozen=True, slots=True)
class Group:
    """Organisations that are shown together."""

    name: str
    """A word of a sector or a scope; empty for all of them, `OTHERS` for small ones together."""
    organisations: int
    """Known to run what is affected, or to have run it; as it may be shown."""
    points: tuple[Point, ...]
    late: int
    """With an asset whose day is over."""
    unanswered: int
    """That were told, and have neither looked nor said anything. It is not known of them whether
    they have done something; it is known that they are affected."""


@dataclass(frozen=True, slots=True)
class Curve:
    """How far a publication has come; every figure is of an earlier day, and rather too low."""

    identifier: str
    published_at: datetime
    by: By | None
    groups: tuple[Group, ...]
    deadlines: tuple[date, ...]
    """Days by which the fix is due for enough organisations, in order; not for how many, for
    organisations that have one day each could be told by the sum."""
    is_hidden: bool
    """Whether nothing is shown: nobody is known to run it, or too few are, or it was not settled
    yet. Which of these it is would tell of few."""
    smallest: int = SMALLEST_GROUP
    """Counts are multiples of this, rounded down."""


def curve(actor: Actor, identifier: str, by: By | None = None, *, at: datetime) -> Curve:
    """Return the curve of a publication.

    Args:
        actor: a coordinator; or, where it is not grouped, a vendor of the case.
        identifier: of the publication.
        by: what to group the organisations by; one group of all of them if None.
        at: now.

    Raises:
        NotFoundError: there is no such publication that has gone out, or no curve of it for them.
    """
    row = _publication(actor, identifier, by, at)
    published = row.published_at
    assert published is not None  # only what has gone out was asked for
    times = _times(published, at)
    deadlines: list[date] = []
    steps: defaultdict[tuple[str, str], defaultdict[str, _Steps]] = defaultdict(
        lambda: defaultdict(_Steps)
    )
    for sector, scope, name, shown, when in (
        AdoptionFigure.objects.filter(publication=row, at__lte=at)
        .order_by("at", "pk")
        .values_list("sector", "scope", "name", "shown", "at")
    ):
        day = day_of(name)
        if day is None:
            steps[sector, scope][name].add(when, shown)
        elif shown:
            deadlines.append(day)
    named: defaultdict[str, list[Group]] = defaultdict(list)
    for key, figures in steps.items():
        cell = _cell(figures, times)
        if any(point.reached[Stage.NOTIFIED] for point in cell.points):
            named[_name(key, by)].append(cell)
    return Curve(
        identifier=row.identifier,
        published_at=published,
        by=by,
        groups=tuple(_together(name, named[name]) for name in sorted(named, key=_others_last)),
        deadlines=tuple(sorted({*deadlines})) if named else (),
        is_hidden=not named,
    )


class _Steps:
    """What a figure showed from each of its steps on, in order."""

    def __init__(self) -> None:
        self._times: list[datetime] = []
        self._shown: list[int] = []

    def add(self, at: datetime, shown: int) -> None:
        self._times.append(at)
        self._shown.append(shown)

    def at(self, moment: datetime) -> int:
        place = bisect_right(self._times, moment)
        return self._shown[place - 1] if place else 0


def _publication(actor: Actor, identifier: str, by: By | None, at: datetime) -> Publication:
    name = as_written(identifier)
    rows = Publication.objects.select_related("case").filter(identifier=name, published_at__lte=at)
    row = narrowed(actor, rows, at=at).first()
    if row is None or not (
        may_with_instance(actor, Act.READ) or (by is None and _is_vendor(actor, row.case, at))
    ):
        raise NotFoundError("publication", name or identifier[:40])
    return row


def _is_vendor(actor: Actor, case: Case, at: datetime) -> bool:
    """Say whether they read the case for a vendor of it."""
    if not narrowed(actor, Case.objects.filter(pk=case.pk), at=at).exists():
        return False
    return Participant.objects.filter(
        coordination__case=case,
        role=Participant.Part.VENDOR,
        organisation__in=actor.organisations,
        joined_at__isnull=False,
        removed_at=None,
    ).exists()


def _times(published: datetime, at: datetime) -> tuple[datetime, ...]:
    """Return the instants of the points: whole days after it was published, and now."""
    days = max(0, (at - published).days)
    step = max(1, ceil(days / MOST_POINTS))
    whole = [published + timedelta(days=day) for day in range(0, days + 1, step)]
    return tuple(whole if whole[-1] == at else [*whole, at])


def _name(key: tuple[str, str], by: By | None) -> str:
    if by is None:
        return ""
    return (key[0] if by is By.SECTOR else key[1]) or OTHERS


def _others_last(name: str) -> tuple[bool, str]:
    return name == OTHERS, name


def _cell(figures: Mapping[str, _Steps], times: Sequence[datetime]) -> Group:
    """Return what is shown of one cell."""
    points = tuple(_point(figures, moment) for moment in times)
    whole = points[-1].reached[Stage.NOTIFIED]
    return Group(
        name="",
        organisations=whole,
        points=points,
        late=min(figures[Figure.LATE].at(times[-1]), whole),
        unanswered=min(figures[Figure.UNANSWERED].at(times[-1]), whole),
    )


def _point(figures: Mapping[str, _Steps], moment: datetime) -> Point:
    """Put together what each figure shows; they make their steps apart from each other.

    Who has come to a stage has come to those before it, and is one of all; so it says nothing that
    the figures do not say together.
    """
    whole = figures[Figure.ORGANISATIONS].at(moment)
    here = {
        stage: min(whole, max(figures[OF_STAGE_HERE[one]].at(moment) for one in further))
        for stage in OF_STAGE_HERE
        if (further := [one for one in from_here_on(stage) if one in OF_STAGE_HERE])
    }
    said = {stage: figures[figure].at(moment) for stage, figure in OF_STAGE.items()}
    reached = {
        stage: min(whole, max(max(said[one], here.get(one, 0)) for one in from_here_on(stage)))
        for stage in Stage
    }
    return Point(moment, reached, here)


def _together(name: str, parts: Sequence[Group]) -> Group:
    """Add up what is shown of cells, and nothing else: a sum of what is not shown tells of it."""
    return Group(
        name=name,
        organisations=sum(part.organisations for part in parts),
        points=tuple(
            Point(
                points[0].at,
                {stage: sum(point.reached[stage] for point in points) for stage in Stage},
                {stage: sum(point.shown_here[stage] for point in points) for stage in SHOWN_HERE},
            )
            for points in zip(*(part.points for part in parts), strict=True)
        ),
        late=sum(part.late for part in parts),
        unanswered=sum(part.unanswered for part in parts),
    )
