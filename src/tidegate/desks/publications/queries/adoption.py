"""How far a published fix has come: the curve from notified to verified, as far as one may see it.

Coordinators are shown counts of at least five organisations, and nothing from which a smaller one
could be worked out (`states.small_groups`); a vendor of the case is shown the totals of these. An
operator is shown its own rows (`adoption_own`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
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
from tidegate.desks.exposure.models import Exposure
from tidegate.desks.findings.models import Case
from tidegate.desks.publications.models import Publication
from tidegate.desks.publications.queries.adoption_links import vulnerabilities_of
from tidegate.desks.publications.queries.adoption_reached import Reached, reached
from tidegate.desks.publications.states.adoption import SMALLEST_GROUP, Stage
from tidegate.desks.publications.states.small_groups import cells, shown_count, shown_size

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
    """How many organisations had come to each stage, or further, by an instant."""

    at: datetime
    reached: Mapping[Stage, int]


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
    """How far a publication has come."""

    identifier: str
    published_at: datetime
    by: By | None
    groups: tuple[Group, ...]
    deadlines: tuple[date, ...]
    """Days by which the fix is due for at least five organisations, in order; not for how many, for
    organisations that have one day each could be told by the sum."""
    is_hidden: bool
    """Whether there are organisations, and too few to show anything."""
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
    rows = reached(row, at=at)
    keys = {one.organisation: (one.sector, one.scope) for one in rows}
    # The cells are the same ones whatever is asked for, so that no two answers can be subtracted.
    placed = cells(Counter(keys.values()))
    in_cell: defaultdict[tuple[str, str] | None, list[Reached]] = defaultdict(list)
    for one in rows:
        if keys[one.organisation] in placed:
            in_cell[placed[keys[one.organisation]]].append(one)
    times = _times(published, at)
    named: defaultdict[str, list[Group]] = defaultdict(list)
    for key, of_it in in_cell.items():
        named[_name(key, by)].append(_cell(of_it, times))
    return Curve(
        identifier=row.identifier,
        published_at=published,
        by=by,
        groups=tuple(_together(name, named[name]) for name in sorted(named, key=_others_last)),
        deadlines=_deadlines(row) if named else (),
        is_hidden=bool(rows) and not named,
    )


def _publication(actor: Actor, identifier: str, by: By | None, at: datetime) -> Publication:
    rows = Publication.objects.select_related("case").filter(
        identifier=identifier, published_at__lte=at
    )
    row = narrowed(actor, rows, at=at).first()
    if row is None or not (
        may_with_instance(actor, Act.READ) or (by is None and _is_vendor(actor, row.case, at))
    ):
        raise NotFoundError("publication", identifier)
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


def _name(key: tuple[str, str] | None, by: By | None) -> str:
    if by is None:
        return ""
    if key is None:
        return OTHERS
    return key[0] if by is By.SECTOR else key[1]


def _others_last(name: str) -> tuple[bool, str]:
    return name == OTHERS, name


def _cell(rows: Sequence[Reached], times: Sequence[datetime]) -> Group:
    """Return what is shown of one cell."""
    size = len(rows)
    reached_at = {
        stage: sorted(one.times[stage] for one in rows if stage in one.times) for stage in Stage
    }

    def counted(which: Callable[[Reached], bool]) -> int:
        return shown_count(sum(map(which, rows)), size)

    return Group(
        name="",
        organisations=shown_size(size),
        points=tuple(
            Point(
                moment,
                {
                    stage: shown_count(bisect_right(reached_at[stage], moment), size)
                    for stage in Stage
                },
            )
            for moment in times
        ),
        late=counted(lambda one: one.is_late),
        unanswered=counted(lambda one: not one.has_answered),
    )


def _together(name: str, parts: Sequence[Group]) -> Group:
    """Add up what is shown of cells, and nothing else: a sum of what is not shown tells of it."""
    return Group(
        name=name,
        organisations=sum(part.organisations for part in parts),
        points=tuple(
            Point(
                points[0].at,
                {stage: sum(point.reached[stage] for point in points) for stage in Stage},
            )
            for points in zip(*(part.points for part in parts), strict=True)
        ),
        late=sum(part.late for part in parts),
        unanswered=sum(part.unanswered for part in parts),
    )


def _deadlines(publication: Publication) -> tuple[date, ...]:
    vulnerabilities = vulnerabilities_of([publication.pk]).get(publication.pk, frozenset())
    rows = Exposure.objects.filter(
        vulnerability__in=vulnerabilities, due_on__isnull=False, is_determined=True
    )
    pairs = rows.order_by().values_list("due_on", "organisation").distinct()
    counted = Counter(day for day, _ in pairs)
    return tuple(
        day for day, count in sorted(counted.items()) if day is not None and count >= SMALLEST_GROUP
    )
