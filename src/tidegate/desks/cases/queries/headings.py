"""What stands above every page of a case: its name, and whether it is worked on with others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.cases.models import Coordination
from tidegate.desks.findings.models import Case
from tidegate.desks.findings.queries.rows import CaseRow, case_row, merged_into_of


@dataclass(frozen=True, slots=True)
class Heading:
    """A case, in a few words."""

    row: CaseRow
    coordinated: bool
    closed_at: datetime | None


def heading_of(actor: Actor, case_key: str, *, at: datetime) -> Heading:
    """Return the heading of a case that `actor` reads.

    Raises:
        NotFoundError: there is no such case, or not for them.
    """
    cases = Case.objects.select_related("merged_into")
    case = find(actor, cases, at=at, key=as_written(case_key))
    closed = Coordination.objects.filter(case=case).values_list("closed_at", flat=True)
    found = list(closed)
    return Heading(
        row=case_row(case, merged_into_of(actor, [case])),
        coordinated=bool(found),
        closed_at=found[0] if found else None,
    )
