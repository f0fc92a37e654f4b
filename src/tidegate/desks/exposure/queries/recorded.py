"""What an organisation has put on record about directives: what it has done, and what has happened.

What was taken back stays in the list, for that it was said is a fact as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Fulfilment, HappenedToOrganisation
from tidegate.desks.exposure.queries.directives import all_directives
from tidegate.desks.parties.models import Organisation
from tidegate.engines.directives import Directive

MOST: Final = 200
"""Of each kind, the newest first."""


@dataclass(frozen=True, slots=True)
class DoneShown:
    """That something was done, as it was said."""

    directive: str
    """Its identifier."""
    citation: str
    requirement: str
    occurrence: str
    words: str
    done_at: datetime
    by: str
    said_at: datetime
    taken_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class HappenedShown:
    """That something has happened from which clocks count, as it was said."""

    directive: str
    """Its identifier."""
    citation: str
    event: str
    words: str
    """Of the directive, as the end of 'after …'."""
    name: str
    """The organisation's own, such as a CVE id."""
    happened_at: datetime
    by: str
    said_at: datetime
    taken_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """All of it, the newest first."""

    done: tuple[DoneShown, ...]
    happened: tuple[HappenedShown, ...]


def recorded_of(actor: Actor, organisation_key: str, *, at: datetime) -> Recorded:
    """Return what an organisation has put on record about directives.

    Raises:
        NotFoundError: there is no such organisation, or not for them to read.
    """
    rows = Organisation.objects.all()
    found = find(actor, rows, Act.EXAMINE, at=at, key=as_written(organisation_key))
    directives = {one.id: one for one in all_directives()}
    done = Fulfilment.objects.filter(organisation=found).order_by("-pk")[:MOST]
    happened = HappenedToOrganisation.objects.filter(organisation=found).select_related("by")
    return Recorded(
        tuple(_done(one, directives) for one in done),
        tuple(_happened(one, directives) for one in happened.order_by("-pk")[:MOST]),
    )


def _done(row: Fulfilment, directives: Mapping[str, Directive]) -> DoneShown:
    directive = directives.get(row.directive)
    return DoneShown(
        directive=row.directive,
        citation=directive.citation if directive else row.directive,
        requirement=row.requirement,
        occurrence=row.occurrence,
        words=row.words,
        done_at=row.done_at,
        by=row.by_name,
        said_at=row.at,
        taken_back_at=row.taken_back_at,
    )


def _happened(row: HappenedToOrganisation, directives: Mapping[str, Directive]) -> HappenedShown:
    directive = directives.get(row.directive)
    words = {one.name: one.words for one in directive.events} if directive else {}
    return HappenedShown(
        directive=row.directive,
        citation=directive.citation if directive else row.directive,
        event=row.event,
        words=words.get(row.event, row.event),
        name=row.name,
        happened_at=row.at,
        by=row.by.name if row.by else "",
        said_at=row.said_at,
        taken_back_at=row.taken_back_at,
    )
