"""Whatever came and went in whatever order: the answers are those of a full match."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.engines.matching.columns.plain import (
    columns_of,
    exposed,
    hits_of,
    installs_of,
    pairs_of,
    ranges_of,
    written,
)
from tidegate.engines.matching.columns import Portfolio, RangeIndex

KEYS = st.sampled_from([b"", b"\x00", b"\x00\x00", b"a", b"a\x00", b"a\x00b", b"b", b"c"])
BOUNDS = st.one_of(KEYS, st.just(b"\xff"))
PACKAGES, ASSETS, ADVISORIES = st.integers(0, 3), st.integers(0, 4), st.integers(0, 3)
INVENTORIES = st.frozensets(st.tuples(PACKAGES, KEYS), max_size=6)
SLICES = st.lists(st.tuples(PACKAGES, BOUNDS, BOUNDS), max_size=4)


class Incremental(RuleBasedStateMachine):
    """Assets with inventories on one side, advisories with ranges on the other."""

    def __init__(self):
        super().__init__()
        self.numbers = {}
        self.inventories: dict[int, frozenset[tuple[int, bytes]]] = {
            asset: frozenset() for asset in range(5)
        }
        self.advisories: dict[int, list[tuple[int, int, bytes, bytes]]] = {
            one: [] for one in range(4)
        }
        self.portfolio = Portfolio.build(columns_of([], {}), installs_of([]))
        self.index = RangeIndex.build(ranges_of([]))

    @rule(asset=ASSETS, after=INVENTORIES)
    def an_inventory_comes(self, asset, after):
        before = self.inventories[asset]
        for one in sorted(after):
            self.numbers.setdefault(one, len(self.numbers))
        old = exposed(self.installs(), self.rows())
        change = self.index.changed(
            asset, columns_of(before, self.numbers), columns_of(after, self.numbers)
        )
        gone, came = before - after, after - before
        self.portfolio.remove(installs_of((self.numbers[one], asset) for one in gone))
        self.portfolio.put(
            columns_of(came, self.numbers), installs_of((self.numbers[one], asset) for one in came)
        )
        self.inventories[asset] = after
        new = exposed(self.installs(), self.rows())
        assert (written(change.exposed), written(change.cleared)) == (new - old, old - new)

    @rule(advisory=ADVISORIES, after=SLICES)
    def an_advisory_changes(self, advisory, after):
        before, rows = self.advisories[advisory], [(advisory, *one) for one in after]
        old = exposed(self.installs(), self.rows())
        change = self.portfolio.changed(ranges_of(before), ranges_of(rows))
        self.index.put(advisory, ranges_of(rows))
        self.advisories[advisory] = rows
        new = exposed(self.installs(), self.rows())
        assert (written(change.exposed), written(change.cleared)) == (new - old, old - new)

    @rule(which=st.sampled_from(["portfolio", "index"]))
    def a_night_passes(self, which):
        old = getattr(self, which)
        setattr(self, which, old.compact())
        assert getattr(self, which).waiting == 0
        assert len(getattr(self, which)) == len(old)

    @invariant()
    def both_answer_as_a_full_match_does(self):
        installs, rows = self.installs(), self.rows()
        assert written(self.portfolio.match(ranges_of(rows))) == pairs_of(installs, rows)
        parts = [*self.portfolio.batches(ranges_of(rows), most=2)]
        assert sum(map(len, parts)) == pairs_of(installs, rows).total()
        counted = self.portfolio.count(ranges_of(rows)).tolist()
        assert counted == [pairs_of(installs, [row]).total() for row in rows]
        asked = columns_of(sorted(self.numbers), self.numbers)
        assert written(self.index.stab(asked)) == hits_of(self.numbers, rows)
        assert (len(self.portfolio), len(self.index)) == (len(installs), len(rows))

    def installs(self):
        return [
            (self.numbers[one], asset, *one)
            for asset, held in self.inventories.items()
            for one in held
        ]

    def rows(self):
        return [row for rows in self.advisories.values() for row in rows]


TestIncremental = Incremental.TestCase
TestIncremental.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)


def test_what_is_built_at_once_is_what_came_one_by_one():
    numbers = {
        (package, key): 10 * package + at
        for package in range(3)
        for at, key in enumerate([b"a", b"a\x00", b"b"])
    }
    installs = [(number, asset) for number in numbers.values() for asset in (7, 3, 7)]
    at_once = Portfolio.build(columns_of(numbers, numbers), installs_of(installs))
    bit_by_bit = Portfolio.build(columns_of([], {}), installs_of([]))
    bit_by_bit.put(columns_of(numbers, numbers), installs_of(installs))
    everything = ranges_of((1, package, b"", b"\xff") for package in range(3))
    assert len(at_once) == len(bit_by_bit) == 18
    assert written(at_once.match(everything)) == written(bit_by_bit.match(everything))
    assert np.array_equal(
        at_once.match(everything).exposures().packed,
        bit_by_bit.compact().match(everything).exposures().packed,
    )
