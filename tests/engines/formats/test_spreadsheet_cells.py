"""No cell that is written is a formula to a spreadsheet, and each is read back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.formats.spreadsheet_cells import guarded, unguarded

STARTS = st.sampled_from(["", "=", "+", "-", "@", "'", "''=", " =", "\t", "\r", "\n", "＝"])


@given(st.builds(str.__add__, STARTS, st.text(max_size=12)))
@settings(max_examples=60)
def test_a_guarded_cell_is_no_formula_and_comes_back_as_it_was(cell: str) -> None:
    assert not guarded(cell).lstrip().startswith(tuple("=+-@＝"))
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["", "web 1", "a=b", "1-2", " web"])
def test_what_is_no_formula_is_left_alone(cell: str) -> None:
    assert guarded(cell) == cell
