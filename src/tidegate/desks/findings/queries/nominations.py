"""Lists of nominations: pairs that might be one bug, the likeliest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tidegate.desks.findings.models import Nomination
from tidegate.desks.findings.queries.errors import FilterError, NotHereError
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
    state: str = Nomination.State.OPEN.value, cursor: str | None = None, limit: int = 50
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
    rows = Nomination.objects.filter(state=state)
    at = read_cursor(cursor, of=mark)
    return page_of(rows, _ORDER, at, checked_limit(limit), _shown, of=mark)


def get_nomination(id_: int) -> NominationRow:
    """Return a nomination.

    Raises:
        NotHereError: there is none of that id.
    """
    found = Nomination.objects.filter(pk=id_).select_related(*_FINDINGS).first()
    if found is None:
        raise NotHereError(f"there is no nomination {id_}; look for it in the list of nominations")
    return nomination_row(found)


def _shown(ids: Sequence[int]) -> list[tuple[int, str, NominationRow]]:
    found = Nomination.objects.filter(id__in=ids).select_related(*_FINDINGS)
    return [(one.pk, str(one.pk), nomination_row(one)) for one in found]
