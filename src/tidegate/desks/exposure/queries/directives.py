"""Which directives there are: those that are shipped, and those that were loaded here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.exposure.models import Loaded
from tidegate.desks.exposure.queries.policies import policy_sets
from tidegate.engines.directives import (
    Directive,
    DocketEntry,
    docket,
    read_directive,
    shipped_directives,
)


@dataclass(frozen=True, slots=True)
class DirectiveRow:
    """A directive in a list."""

    directive: Directive
    is_shipped: bool
    holds: bool
    """Whether it is issued and not revoked on the day of the list."""


@dataclass(frozen=True, slots=True)
class DirectivePage:
    """A directive, and its own days."""

    row: DirectiveRow
    docket: tuple[DocketEntry, ...]


def all_directives() -> tuple[Directive, ...]:
    """Return all directives, those that are shipped first."""
    rows = Loaded.objects.filter(kind=Loaded.Kind.DIRECTIVE, set_aside_at=None).order_by("pk")
    if not rows:
        return shipped_directives()
    sets = [one.name for one in policy_sets()]
    loaded = tuple(read_directive(row.document.encode(), row.name, sets) for row in rows)
    return (*shipped_directives(), *loaded)


def directive_rows(today: date) -> tuple[DirectiveRow, ...]:
    """Return all directives, the newest first."""
    shipped = {one.id for one in shipped_directives()}
    return tuple(
        DirectiveRow(one, one.id in shipped, one.holds(today))
        for one in sorted(all_directives(), key=lambda one: (one.issued_on, one.id), reverse=True)
    )


def directive_named(name: str) -> Directive:
    """Return a directive by its id or its citation, in whatever case it is written.

    Raises:
        NotFoundError: there is none.
    """
    word = name.strip().lower()
    for one in all_directives():
        if word in (one.id, one.citation.lower()):
            return one
    raise NotFoundError("directive", name[:100])


def directive_page(name: str, today: date) -> DirectivePage:
    """Return a directive with its public days.

    Raises:
        NotFoundError: there is none.
    """
    found = directive_named(name)
    shipped = {one.id for one in shipped_directives()}
    row = DirectiveRow(found, found.id in shipped, found.holds(today))
    return DirectivePage(row, docket([found], today))


def public_docket(at: datetime) -> tuple[DocketEntry, ...]:
    """Return all public days of all directives, the oldest first; for everybody."""
    return docket(all_directives(), at.date())
