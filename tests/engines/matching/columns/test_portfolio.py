"""What a portfolio promises beside its answers: ids, refusals, many ranges of one package."""

import numpy as np
import pytest

from tests.engines.matching.columns.plain import columns_of, installs_of, ranges_of, written
from tidegate.engines.matching.columns import (
    ColumnsError,
    Coordinates,
    Installs,
    Portfolio,
    RangeIndex,
    Ranges,
)
from tidegate.engines.matching.packages import HIGHEST, LOWEST

ONE = columns_of([(5, b"k")], {(5, b"k"): 40})
HIGHEST_ID = 2**31 - 1


def test_an_advisory_finds_its_installs_by_the_ids_that_were_handed_in():
    portfolio = Portfolio.build(
        Coordinates.of([900, HIGHEST_ID, 7], [HIGHEST_ID, 3, HIGHEST_ID], [b"2", b"1", b"1"]),
        Installs.of([7, 900, HIGHEST_ID], [HIGHEST_ID, 0, 4]),
    )
    held = portfolio.held(HIGHEST_ID, [(LOWEST, b"2"), (b"2", HIGHEST)])
    assert (held.coordinates.tolist(), held.assets.tolist()) == ([7, 900], [HIGHEST_ID, 0])
    assert len(portfolio.held(4, [(LOWEST, HIGHEST)])) == 0


def test_an_install_that_comes_twice_counts_once():
    portfolio = Portfolio.build(ONE, installs_of([(40, 1), (40, 1)]))
    portfolio.put(ONE, installs_of([(40, 1), (40, 2), (40, 2)]))
    assert len(portfolio) == 2


def test_a_key_that_ends_with_zero_bytes_is_not_the_one_without():
    numbers = {(1, b"1\x00"): 0, (1, b"1"): 1, (1, b"1\x00\x00"): 2}
    portfolio = Portfolio.build(columns_of(numbers, numbers), installs_of([(0, 0), (1, 1), (2, 2)]))
    assert portfolio.held(1, [(b"1\x00", b"1\x00\x00")]).assets.tolist() == [0]


def test_an_asset_that_another_package_of_the_advisory_exposes_is_not_clear():
    numbers = {(1, b"a"): 0, (2, b"a"): 1}
    portfolio = Portfolio.build(columns_of(numbers, numbers), installs_of([(0, 3), (1, 3), (0, 4)]))
    both = ranges_of([(9, 1, b"a", b"b"), (9, 2, b"a", b"b")])
    change = portfolio.changed(both, ranges_of([(9, 2, b"a", b"b")]))
    assert written(change.cleared) == {(9, 4)}
    assert written(change.exposed) == set()


@pytest.mark.parametrize(
    ("coordinates", "installs", "words"),
    [
        (ONE, installs_of([(41, 1)]), "names coordinate 41"),
        (columns_of([(5, b"other")], {(5, b"other"): 40}), installs_of([]), "coordinate 40 is"),
        (
            Coordinates.of([42, 42], [1, 2], [b"", b""]),
            installs_of([(40, 9)]),
            "coordinate 42 is known",
        ),
    ],
)
def test_what_cannot_be_put_changes_nothing(coordinates, installs, words):
    portfolio = Portfolio.build(ONE, installs_of([(40, 1)]))
    with pytest.raises(ColumnsError, match=words):
        portfolio.put(coordinates, installs)
    assert (len(portfolio), portfolio.waiting) == (1, 0)


def test_what_is_no_column_of_ids_is_refused():
    with pytest.raises(ColumnsError, match="asset id -1 is out of bounds"):
        Installs.of([1], [-1])
    with pytest.raises(ColumnsError, match=r"coordinate id 2147483648 is out of bounds"):
        Coordinates.of([2**31], [1], [b""])
    with pytest.raises(ColumnsError, match="whole numbers"):
        Installs.of([1.5], [1])
    with pytest.raises(ColumnsError, match="columns of installs"):
        Installs.of([1, 2], [1])
    with pytest.raises(ColumnsError, match="coordinate 3 comes twice"):
        Portfolio.build(Coordinates.of([3, 3], [1, 2], [b"", b""]), installs_of([]))
    with pytest.raises(ColumnsError, match="names coordinate 8"):
        Portfolio.build(ONE, installs_of([(8, 1)]))
    with pytest.raises(ColumnsError, match="put for 2"):
        RangeIndex.build(ranges_of([])).put(2, ranges_of([(3, 1, b"", b"a")]))


def test_ten_thousand_ranges_of_one_package_are_counted_and_written_in_parts():
    versions, ranges = 20_000, 10_000
    keys = [number.to_bytes(4) for number in range(versions)]
    portfolio = Portfolio.build(
        Coordinates.of(np.arange(versions), np.full(versions, 1), keys),
        Installs.of(np.arange(versions), np.arange(versions) % 50),
    )
    firsts = np.arange(ranges) % (versions - 100)
    asked = Ranges.of(
        np.arange(ranges),
        np.full(ranges, 1),
        [keys[one] for one in firsts.tolist()],
        [keys[one + 100] for one in firsts.tolist()],
    )
    assert set(portfolio.count(asked).tolist()) == {100}
    parts = [*portfolio.batches(asked, most=100_000)]
    assert {len(part) for part in parts} == {100_000}
    assert sum(len(part) for part in parts) == 1_000_000
    index = RangeIndex.build(asked)
    hits = index.stab(Coordinates.of([6], [1], [keys[5_000]]))
    assert sorted(hits.ranges.tolist()) == [*range(4_901, 5_001)]


def test_what_was_removed_and_comes_back_is_there_again():
    portfolio = Portfolio.build(ONE, installs_of([(40, 1), (40, 2)]))
    portfolio.remove(installs_of([(40, 1), (40, 9)]))
    assert portfolio.held(5, [(LOWEST, HIGHEST)]).assets.tolist() == [2]
    portfolio.put(ONE, installs_of([(40, 1)]))
    assert portfolio.held(5, [(LOWEST, HIGHEST)]).assets.tolist() == [1, 2]
    assert portfolio.waiting == 0


def test_an_asset_whose_other_version_is_affected_too_is_not_clear():
    index = RangeIndex.build(ranges_of([(9, 1, b"a", b"c"), (8, 1, b"b", b"c")]))
    numbers = {(1, b"a"): 0, (1, b"b"): 1}
    both, older = columns_of(numbers, numbers), columns_of([(1, b"a")], numbers)
    change = index.changed(3, both, older)
    assert (written(change.exposed), written(change.cleared)) == (set(), {(8, 3)})
    change = index.changed(3, older, both)
    assert (written(change.exposed), written(change.cleared)) == ({(8, 3)}, set())
