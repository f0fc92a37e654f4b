"""What is shown of few organisations: whatever is subtracted, no cell of one to four comes out."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from tidegate.desks.publications.states.adoption import SMALLEST_GROUP
from tidegate.desks.publications.states.small_groups import cells, shown_count, shown_size

SIZES = st.integers(SMALLEST_GROUP, 60)


@given(SIZES, st.data())
def test_two_counts_that_are_shown_of_a_cell_differ_by_none_or_by_five_at_least(size, data):
    counts = data.draw(st.lists(st.integers(0, size), min_size=2, max_size=6))
    shown = [shown_count(one, size) for one in counts]
    for one, other in product([0, shown_size(size), *shown], repeat=2):
        assert abs(one - other) == 0 or abs(one - other) >= SMALLEST_GROUP


@given(SIZES, st.data())
def test_behind_what_is_shown_five_counts_are_possible_unless_it_is_all_of_them(size, data):
    count = data.draw(st.integers(0, size))
    shown = shown_count(count, size)
    alike = [one for one in range(size + 1) if shown_count(one, size) == shown]
    assert len(alike) >= SMALLEST_GROUP or alike == [size]
    assert alike == list(range(alike[0], alike[-1] + 1)), "order in time tells nothing"


@given(SIZES, st.integers(0, 60), st.integers(0, 60))
def test_more_is_never_shown_as_less(size, one, other):
    low, high = sorted((min(one, size), min(other, size)))
    assert shown_count(low, size) <= shown_count(high, size) <= shown_size(size) <= size


KEYS = st.tuples(st.sampled_from("abc"), st.sampled_from("xy"))


@given(st.dictionaries(KEYS, st.integers(1, 12)))
def test_every_cell_has_five_and_nobody_is_left_out_where_there_are_five(sizes):
    placed = cells(sizes)
    counted: dict[object, int] = {}
    for key, cell in placed.items():
        counted[cell] = counted.get(cell, 0) + sizes[key]
    assert all(count >= SMALLEST_GROUP for count in counted.values())
    if sum(sizes.values()) >= SMALLEST_GROUP:
        assert set(placed) == set(sizes)
    else:
        assert placed == {}


@given(st.dictionaries(KEYS, st.integers(1, 12)))
def test_sums_by_one_word_or_by_the_other_are_sums_over_the_same_cells(sizes):
    """So no difference between two answers is anything but whole cells."""
    placed = cells(sizes)
    for cell in set(placed.values()) - {None}:
        assert sizes[cell] >= SMALLEST_GROUP
        assert [key for key, where in placed.items() if where == cell] == [cell]
