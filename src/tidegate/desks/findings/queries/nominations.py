"""Lists of nominations: pairs that might be one bug, the likeliest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed, visible
from tidegate.desks.access.words import Act, Kind
from tidegate.desks.findings.models import Nomination
from tidegate.desks.findings.queries.errors import FilterError
from tidegate.desks.findings.queries.paging import (
    Order,
    Page,
    checked_limit,
    fingerprint,
    page_of,
    read_cursor,
)
from tidegate.desks.findings.queries.relations import NominationRow, nomination_row

NOMINATION_STATES: Final = tuple(state.value for state in Nomination.State)

_ORDER: Final = Order("-score", "score", descending=True, kind=float, name="id")
_FINDINGS: Final = ("earlier__case", "later__case")


def list_nominations(
    actor: Actor,
    state: str = Nomination.State.OPEN.value,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[NominationRow]:
    """Return a page of the nominations in a state, the highest score first.

    Raises:
        FilterError: there is no such state, or the limit is out of bounds.
        CursorError: the cursor is not one, or of another list.
    """
    if state not in NOMINATION_STATES:
        raise FilterError(
            f"the state {state[:40]!r} is not known; known are {', '.join(NOMINATION_STATES)}",
            parameter="state",
        )
    mark = fingerprint("nominations", _ORDER.word, state)
    rows = narrowed(actor, Nomination.objects.filter(state=state))
    at = read_cursor(cursor, of=mark)
    known = visible(actor, Act.READ, Kind.NOMINATION)
    return page_of(rows, _ORDER, at, checked_limit(limit), _shown, of=mark, known=known)


def get_nomination(actor: Actor, id_: int) -> NominationRow:
    """Return a nomination.

    Raises:
        NotFoundError: there is none of that id, or not for them.
    """
    return nomination_row(find(actor, Nomination.objects.select_related(*_FINDINGS), pk=id_))


def _shown(ids: Sequence[int]) -> list[tuple[int, str, NominationRow]]:
    found = Nomination.objects.filter(id__in=ids).select_related(*_FINDINGS)
    return [(one.pk, str(one.pk), nomination_row(one)) for one in found]
