"""A list that is cut into pages is whole, in order, and led through by its cursors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.desks.findings.queries.errors import CursorError
from tidegate.desks.findings.queries.paging import Page
from tidegate.faces.api.cutting import cut

NAMES = st.lists(st.text("abcdef", min_size=1, max_size=4), unique=True, max_size=20)


def page(rows: list[str], cursor: str | None, limit: int) -> Page[str]:
    return cut(rows, str, cursor, limit, sort="name")


@given(NAMES, st.integers(1, 7))
def test_pages_lead_through_the_whole_list_and_back(rows: list[str], limit: int) -> None:
    found = page(rows, None, limit)
    seen = [found.rows]
    assert found.previous is None
    while found.next is not None:
        found = page(rows, found.next, limit)
        seen.append(found.rows)
    assert [row for one in seen for row in one] == rows
    back = [found.rows]
    while found.previous is not None:
        found = page(rows, found.previous, limit)
        back.append(found.rows)
    assert back[::-1] == seen


@given(NAMES.filter(lambda rows: len(rows) > 2), st.data())
def test_a_row_that_comes_in_moves_no_other(rows: list[str], data: st.DataObject) -> None:
    first = page(rows, None, 2)
    place = data.draw(st.integers(0, 2))
    later = [*rows[:place], "newcomer", *rows[place:]]
    following = [row for row in page(later, first.next, 50).rows if row != "newcomer"]
    assert following == rows[2:]


@pytest.mark.parametrize("cursor", ["gone", "A"])
def test_a_cursor_of_no_row_is_refused(cursor: str) -> None:
    with pytest.raises(CursorError, match="take one from `next`"):
        page(["a", "b"], cursor, 1)
