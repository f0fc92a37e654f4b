"""A sheet is read as spreadsheets write it, and no cell of ours becomes a formula in one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.desks.exposure.services import sheets
from tidegate.desks.exposure.services.sheets import (
    COLUMNS,
    SheetError,
    read_sheet,
    write_sheet,
)
from tidegate.engines.formats.spreadsheet_cells import guarded

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=len(COLUMNS), max_size=len(COLUMNS)), max_size=4))
@settings(max_examples=40)
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    told, faults = read_sheet(write_sheet(rows))
    assert faults == []
    filled = [row for row in rows if any(guarded(cell).strip() for cell in row)]
    assert [list(one.cells.values()) for one in told] == filled


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbfname,tags\nweb,blue\n",
        b"Name;Tags;\r\nweb;blue;\r\n",
        b"name\ttags\nweb\tblue",
        b'"name","tags"\n\n"web","blue"\n,,\n',
    ],
)
def test_marks_separators_and_empty_rows_of_any_spreadsheet_are_taken(raw: bytes) -> None:
    rows, faults = read_sheet(raw)
    assert faults == []
    assert [dict(row.cells) for row in rows] == [{"name": "web", "tags": "blue"}]


def test_a_row_of_several_lines_is_named_by_its_first() -> None:
    rows, _ = read_sheet(b'name,owner\n"web\n1",a\nmail,b\n')
    assert [row.line for row in rows] == [2, 4]


@pytest.mark.parametrize(
    ("raw", "line", "said"),
    [
        (b"", 1, "no column 'name'"),
        (b"owner\na\n", 1, "no column 'name'"),
        (b"name,colour\n", 1, "known columns are asset, name"),
        (b"name,name\n", 1, "twice"),
        ("name\ngrün\n".encode("latin-1"), 2, "UTF-8"),
        ("name\nweb\n".encode("utf-16"), 1, "UTF-8"),
        (b'name\nweb\n"mail\n', 3, "quotation mark"),
        (b"name\nw\0eb\n", 1, "NUL"),
    ],
)
def test_what_is_no_sheet_is_refused_with_its_line_and_the_mend(
    raw: bytes, line: int, said: str
) -> None:
    with pytest.raises(SheetError, match=said) as caught:
        read_sheet(raw)
    assert caught.value.fault.line == line


def test_a_row_with_too_many_cells_is_a_fault_and_the_others_are_read() -> None:
    rows, faults = read_sheet(b"name,owner\nweb,a,b\nmail,c\n")
    assert [(one.line, row.cells["name"]) for one, row in zip(faults, rows, strict=True)] == [
        (2, "mail")
    ]


def test_all_rows_are_counted_those_too_that_cannot_be_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    good, bad = b"a\n", b"a,b\n"
    assert len(read_sheet(b"name\n" + good + bad + good)[1]) == 1
    for rows in (4 * good, 4 * bad, 2 * good + 2 * bad):
        with pytest.raises(SheetError, match="line 5: there are more than 3 rows"):
            read_sheet(b"name\n" + rows)
