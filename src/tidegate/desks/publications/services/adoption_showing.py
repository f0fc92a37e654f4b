"""What is shown of adoption to others is settled once a day, and stands until the next one.

By which rule is said in `states.small_groups`. It is settled soon after midnight, UTC, by a clock:
that somebody looks settles nothing, and so looking again tells nothing more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from tidegate.desks.exposure.models import Exposure
from tidegate.desks.publications.models import (
    Adoption,
    AdoptionCell,
    AdoptionCount,
    AdoptionFigure,
    Following,
    Publication,
)
from tidegate.desks.publications.queries.adoption_links import vulnerabilities_of
from tidegate.desks.publications.queries.adoption_reached import Reached, reached
from tidegate.desks.publications.states.figures import (
    OF_STAGE,
    OF_STAGE_HERE,
    Figure,
    day_of,
    of_day,
)
from tidegate.desks.publications.states.small_groups import moved, placed, shown

_OTHERS: Final = ("", "")
"""The cell of those that are not alone; and of what is counted of all."""

_Key = tuple[str, str]
_Place = tuple[str, str, str]
"""Sector, scope, name of the figure."""


def settle(at: datetime) -> int:
    """Settle what is shown of every publication, once a day; return how many figures moved.

    Any number of processes may: one of them does it, and the others wait for it.
    """
    Following.objects.get_or_create(pk=1)
    today = at.astimezone(UTC).date()
    due = Following.objects.filter(Q(shown_on=None) | Q(shown_on__lt=today), pk=1)
    if not due.exists():
        return 0
    with transaction.atomic():
        if not due.update(shown_on=today):  # Another one was faster.
            return 0
        said = Adoption.objects.filter(publication=OuterRef("pk"))
        counted = AdoptionCount.objects.filter(publication=OuterRef("pk"))
        out = Publication.objects.filter(
            Exists(said) | Exists(counted), published_at__lte=at, withdrawn_at=None
        )
        return sum(_settle(row, at) for row in [*out.order_by("pk")])


def _settle(publication: Publication, at: datetime) -> int:
    rows = reached(publication, at=at)
    keys = {one.organisation: (one.sector, one.scope) for one in rows}
    alone = _placed(publication, Counter(keys.values()), at)
    in_cell: defaultdict[_Key, list[Reached]] = defaultdict(list)
    for one in rows:
        key = keys[one.organisation]
        if key in alone:
            in_cell[key if alone[key] else _OTHERS].append(one)
    before = _standing(publication)
    found: dict[_Place, int] = {}
    cells = {*in_cell, *((sector, scope) for sector, scope, name in before if day_of(name) is None)}
    for cell in cells:
        of = len(in_cell[cell])
        for figure, count in _counted(in_cell[cell]).items():
            place = (*cell, figure.value)
            bound = None if figure is Figure.ORGANISATIONS else of
            found[place] = moved(before.get(place, 0), count, bound)
    counted = _due(publication)
    names = {*counted, *(name for _, _, name in before if day_of(name))}
    for name in names:
        place = (*_OTHERS, name)
        found[place] = moved(before.get(place, 0), counted.get(name, 0))
    made = AdoptionFigure.objects.bulk_create(
        AdoptionFigure(
            publication=publication,
            sector=sector,
            scope=scope,
            name=name,
            measured=measured,
            shown=shown(measured),
            at=at,
        )
        for (sector, scope, name), measured in found.items()
        if measured != before.get((sector, scope, name), 0)
    )
    return len(made)


def _placed(
    publication: Publication, sizes: Mapping[_Key, int], at: datetime
) -> Mapping[_Key, bool]:
    there = AdoptionCell.objects.filter(publication=publication)
    before = {
        (sector, scope): is_alone
        for sector, scope, is_alone in there.values_list("sector", "scope", "is_alone")
    }
    now = placed(sizes, before)
    AdoptionCell.objects.bulk_create(
        AdoptionCell(
            publication=publication, sector=key[0], scope=key[1], is_alone=is_alone, placed_at=at
        )
        for key, is_alone in now.items()
        if key not in before
    )
    return now


def _standing(publication: Publication) -> dict[_Place, int]:
    """Return what each figure was measured at when it made its last step."""
    rows = AdoptionFigure.objects.filter(publication=publication).order_by("at", "pk")
    return {
        (sector, scope, name): measured
        for sector, scope, name, measured in rows.values_list("sector", "scope", "name", "measured")
    }


def _counted(rows: Sequence[Reached]) -> Mapping[Figure, int]:
    """Return how many organisations of a cell each figure counts."""
    return {
        **{figure: sum(stage in one.times for one in rows) for stage, figure in OF_STAGE.items()},
        **{
            figure: sum(stage in one.here for one in rows)
            for stage, figure in OF_STAGE_HERE.items()
        },
        Figure.ORGANISATIONS: len(rows),
        Figure.LATE: sum(one.is_late for one in rows),
        Figure.UNANSWERED: sum(not one.has_answered for one in rows),
    }


def _due(publication: Publication) -> Mapping[str, int]:
    """Return for how many organisations the fix is due on each day."""
    vulnerabilities = vulnerabilities_of([publication.pk]).get(publication.pk, frozenset())
    rows = Exposure.objects.filter(
        vulnerability__in=vulnerabilities, due_on__isnull=False, is_determined=True
    )
    pairs = rows.order_by().values_list("due_on", "organisation").distinct()
    return Counter(of_day(day) for day, _ in pairs if day is not None)
