"""Assets as a table of text: which columns it has, how it is read and written.

CSV after RFC 4180, in UTF-8. Comma, semicolon and tab separate alike, as spreadsheets write it in
their user's language. A cell that a spreadsheet would take for a formula is written with an
apostrophe before it, and is read without it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tidegate.engines.formats.spreadsheet_cells import guarded, unguarded

COLUMNS: Final[Mapping[str, str]] = {
    "asset": "",
    "name": "name",
    "owner": "owner",
    "environment": "environment",
    "system": "system",
    "exposed": "exposed",
    "criticality": "criticality",
    "scope": "scope",
    "sector": "sector",
    "operational_technology": "is_operational_technology",
    "distribution": "distribution",
    "tags": "",
}
"""The columns of a sheet, and which column of an asset each one is; of two of them it is none."""

MOST_BYTES: Final = 16 << 20
MOST_ROWS: Final = 50_000
_LONGEST_CELL: Final = 10_000
_SEPARATORS: Final = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a sheet that cannot be taken, and how it is mended."""

    line: int
    """From 1, the heading's; of a row that has several, its first one."""
    column: str
    """As the heading names it; empty for the row, or the sheet, as a whole."""
    words: str

    def __str__(self) -> str:
        return f"line {self.line}{f', {self.column}' if self.column else ''}: {self.words}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: its cells by the heading's words."""

    line: int
    cells: Mapping[str, str]


class SheetError(ValueError):
    """A sheet cannot be read as a whole; `fault` says where and how it is mended."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def read_sheet(raw: bytes) -> tuple[list[Row], list[Fault]]:
    """Return the rows of a sheet, without empty ones, and what is wrong with its other rows.

    Raises `SheetError` where there is no sheet to read.
    """
    text = _text(raw)
    rows = _rows(text)
    number, heading = next(rows, (1, []))
    columns = _columns(number, heading)
    read: list[Row] = []
    faults: list[Fault] = []
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(read) + len(faults) >= MOST_ROWS:
            raise SheetError(Fault(line, "", f"there are more than {MOST_ROWS:,} rows; split it"))
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            words = f"it has {len(cells)} cells, and the heading {len(columns)}; quote the commas"
            faults.append(Fault(line, "", words))
            continue
        read.append(Row(line, {name: unguarded(cell) for name, cell in zip(columns, cells)}))  # noqa: B905 - cells that are left out at a row's end are empty
    return read, faults


def write_sheet(rows: Iterable[Sequence[str]]) -> bytes:
    """Return a sheet of rows that have a cell for each of the `COLUMNS`."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _text(raw: bytes) -> str:
    if len(raw) > MOST_BYTES:
        words = f"it has {len(raw):,} bytes; hand in at most {MOST_BYTES:,}"
        raise SheetError(Fault(1, "", words))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SheetError(Fault(line, "", "it is not UTF-8; save it as CSV in UTF-8")) from None
    if "\0" in text:
        raise SheetError(Fault(1, "", "it holds NUL signs; save it as CSV in UTF-8"))
    return text


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line that it begins on."""
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            words = f"it is not CSV: {error}; close every quotation mark"
            raise SheetError(Fault(line, "", words)) from None
        if cells is None:
            return
        if any(len(cell) > _LONGEST_CELL for cell in cells):
            words = f"a cell has more than {_LONGEST_CELL:,} characters; close its quotation mark"
            raise SheetError(Fault(line, "", words))
        yield line, cells
        line = reader.line_num + 1


def _columns(line: int, heading: Sequence[str]) -> list[str]:
    columns = [cell.strip().lower().replace(" ", "_") for cell in heading]
    while columns and not columns[-1]:
        columns.pop()
    known = ", ".join(COLUMNS)
    for name in columns:
        if name not in COLUMNS:
            words = f"the heading names {name[:60]!r}; known columns are {known}"
            raise SheetError(Fault(line, name[:60], words))
        if columns.count(name) > 1:
            raise SheetError(Fault(line, name, "the heading names it twice; leave one out"))
    if not {"name", "asset"} & set(columns):
        words = f"the heading names no column 'name'; begin with one, of {known}"
        raise SheetError(Fault(line, "", words))
    return columns
