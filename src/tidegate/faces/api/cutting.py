"""Pages of a list that its query returns whole: after a row, so many.

Organisations, people and tokens are few enough to be read at once; what is sent is not. A cursor is
the key of the row before the page, so rows that come in meanwhile move no other row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tidegate.desks.findings.queries.errors import CursorError
from tidegate.desks.findings.queries.paging import Page

T = TypeVar("T")


def cut(
    rows: Sequence[T], name: Callable[[T], str], cursor: str | None, limit: int, *, sort: str
) -> Page[T]:
    """Return a page of some rows.

    Args:
        rows: all of the list, in its order.
        name: returns what tells a row from the others.
        cursor: the name of the row before the page; the first page without one.
        limit: how many.
        sort: how the list is sorted, for people.

    Raises:
        CursorError: no row has that name, or none any more.
    """
    start = _after(rows, name, cursor)
    end = start + limit
    before = max(start - limit, 0)
    return Page(
        rows=tuple(rows[start:end]),
        next=name(rows[end - 1]) if end < len(rows) else None,
        # The first page has no row before it, and so an empty cursor.
        previous=(name(rows[before - 1]) if before else "") if start else None,
        sort=sort,
    )


def _after(rows: Sequence[T], name: Callable[[T], str], cursor: str | None) -> int:
    if not cursor:
        return 0
    for number, row in enumerate(rows):
        if name(row) == cursor:
            return number + 1
    raise CursorError(
        "no row of this list has this cursor, or none any more; take one from `next` or"
        " `previous`, or leave it out for the first page"
    )
