"""Tells which assets ranges concern.

Coordinates stand in the order of (package, key), installs in the order of their coordinates. So a
slice of versions is one run of coordinates, and its assets are one run of installs: a match is two
binary searches, and all pairs are written by copying runs (the compressed rows of a sparse matrix,
CSR). The columns never change. What was installed since is in `Additions`, what was removed since
is marked as gone, and `compact` makes new columns of both.

One thread may change a portfolio at a time, and none may ask meanwhile. `compact` leaves the old
one as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from tidegate.engines.matching.columns.additions import Additions, numbers
from tidegate.engines.matching.columns.shelves import Places, Rows, Shelves, in_order
from tidegate.engines.matching.columns.values import (
    Change,
    ColumnsError,
    Coordinates,
    Exposures,
    Ids,
    Installs,
    Pairs,
    Ranges,
    distinct,
    packed,
    unpacked,
)

_BATCH: Final = 8_000_000


class Portfolio:
    """What is installed where."""

    def __init__(self, coordinates: Coordinates, installs: Installs) -> None:
        """Take what `build` checks."""
        order = in_order(coordinates.packages, coordinates.keys)
        self._ids: Ids = coordinates.ids[order]
        self._places = Places(self._ids)
        keys = coordinates.keys
        self._shelves = Shelves(coordinates.packages[order], [keys[row] for row in order.tolist()])
        rows = self._places.of(installs.coordinates)
        if len(rows) and int(rows.min()) < 0:
            raise _unknown(int(installs.coordinates[int(rows.argmin())]))
        installed = distinct(packed(rows.astype(np.int32), installs.assets))
        owners, self._assets = unpacked(installed)
        counts = np.bincount(owners, minlength=len(self._ids))
        self._starts: Rows = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        self._owners: Ids = self._ids[owners]
        self._gone: npt.NDArray[np.bool_] | None = None
        self._additions = Additions()

    @classmethod
    def build(cls, coordinates: Coordinates, installs: Installs) -> Self:
        """Return the portfolio of coordinates and of installs that name them by their ids.

        Ten million installs take about a second. Raises ColumnsError for a coordinate that comes
        twice, or that an install names and nobody handed in.
        """
        ids = np.sort(coordinates.ids)
        twice = np.flatnonzero(ids[1:] == ids[:-1])
        if len(twice):
            raise ColumnsError(f"coordinate {ids[twice[0]]} comes twice; each id names one")
        return cls(coordinates, installs)

    def __len__(self) -> int:
        """How many installs it holds."""
        gone = 0 if self._gone is None else int(self._gone.sum())
        return len(self._assets) - gone + len(self._additions)

    @property
    def waiting(self) -> int:
        """How many installs came or went since the columns were made; `compact` brings it to 0."""
        gone = 0 if self._gone is None else int(self._gone.sum())
        return gone + len(self._additions)

    def match(self, ranges: Ranges) -> Pairs:
        """Return all pairs of a range and an install that it holds.

        12 bytes a pair are written, and up to 16 more used meanwhile. Where there may be hundreds
        of millions, take `batches`.
        """
        return self._pairs(ranges, *self._runs(ranges))

    def batches(self, ranges: Ranges, most: int = _BATCH) -> Iterator[Pairs]:
        """Yield the same pairs in parts of about `most`; one range is never divided."""
        firsts, lasts = self._runs(ranges)
        ends = np.cumsum(lasts - firsts)
        begin = 0
        while begin < len(ranges):
            before = int(ends[begin - 1]) if begin else 0
            end = max(begin + 1, int(np.searchsorted(ends, before + most, side="right")))
            some = Ranges(
                ranges.ids[begin:end],
                ranges.packages[begin:end],
                ranges.lowers[begin:end],
                ranges.uppers[begin:end],
            )
            yield self._pairs(some, firsts[begin:end], lasts[begin:end])
            begin = end

    def count(self, ranges: Ranges) -> Rows:
        """Return of each range how many installs it holds, without writing the pairs."""
        firsts, lasts = self._runs(ranges)
        counts = lasts - firsts
        if self._gone is not None:
            gone = np.concatenate(([0], np.cumsum(self._gone)))
            counts -= gone[lasts] - gone[firsts]
        for place, held in self._added(ranges):
            counts[place] += sum(1 for _ in held)
        return counts

    def held(self, package: int, slices: Iterable[tuple[bytes, bytes]]) -> Installs:
        """Return what is installed of a package in slices that do not overlap: a new advisory."""
        pairs = self.match(Ranges.from_rows((0, package, *one) for one in slices))
        return Installs(pairs.coordinates, pairs.assets)

    def changed(self, before: Ranges, after: Ranges) -> Change:
        """Return which (range id, asset) a change of ranges exposes, and which it clears.

        Hand in all ranges of the ids that have changed, over all their packages: an asset that one
        of them still holds is not clear. A new advisory has none before, one that was withdrawn has
        none after.
        """
        old, new = before.rows(), after.rows()
        known, kept = set(old), set(new)
        return Change(
            self._only(_left(new, known), old),
            self._only(_left(old, kept), new),
        )

    def put(self, coordinates: Coordinates, installs: Installs) -> None:
        """Add installs; `coordinates` has at least those of them that are not known yet.

        Raises ColumnsError, and adds nothing, if an install names a coordinate that is not known,
        or a known one is handed in with another package or key.
        """
        self._check(coordinates, installs)
        asked = zip(numbers(coordinates.ids), numbers(coordinates.packages), strict=True)
        rows = self._places.of(coordinates.ids).tolist()
        for (one, package), key, row in zip(asked, coordinates.keys, rows, strict=True):
            if row < 0:
                self._additions.place(one, package, key)
        rows_of, found = self._located(installs)
        if self._gone is not None:
            self._gone[found[found >= 0]] = False
        fresh = np.flatnonzero(found < 0)
        for one, asset, (package, key) in zip(
            numbers(installs.coordinates[fresh]),
            numbers(installs.assets[fresh]),
            self._shelves.at(rows_of[fresh]),
            strict=True,
        ):
            self._additions.place(one, package, key)
            self._additions.add(one, asset)

    def remove(self, installs: Installs) -> None:
        """Take installs out; of those that are not there, nothing is said."""
        _, found = self._located(installs)
        there = found >= 0
        for one, asset in zip(
            numbers(installs.coordinates[~there]), numbers(installs.assets[~there]), strict=True
        ):
            self._additions.discard(one, asset)
        if bool(there.any()):
            if self._gone is None:
                self._gone = np.zeros(len(self._assets), dtype=np.bool_)
            self._gone[found[there]] = True

    def compact(self) -> Portfolio:
        """Return a portfolio of the same installs with nothing waiting.

        Coordinates of which nothing is installed any more are left out.
        """
        there = slice(None) if self._gone is None else ~self._gone
        added = np.array([*self._additions.installs()], dtype=np.int32).reshape(-1, 2)
        installs = Installs(
            np.concatenate((self._owners[there], added[:, 0])),
            np.concatenate((self._assets[there], added[:, 1])),
        )
        more, their_packages, their_keys = self._additions.coordinates()
        new = np.flatnonzero(self._places.of(more) < 0)
        ids = np.concatenate((self._ids, more[new]))
        packages = np.concatenate((self._shelves.packages(), their_packages[new]))
        keys = [*self._shelves.keys, *(their_keys[row] for row in new.tolist())]
        used = np.flatnonzero(np.isin(ids, installs.coordinates))
        return Portfolio(
            Coordinates(ids[used], packages[used], [keys[row] for row in used.tolist()]), installs
        )

    def _runs(self, ranges: Ranges) -> tuple[Rows, Rows]:
        """Return of each range its first install in the columns, and the one after its last."""
        firsts, lasts = self._shelves.runs(ranges.packages, ranges.lowers, ranges.uppers)
        return self._starts[firsts], self._starts[lasts]

    def _pairs(self, ranges: Ranges, firsts: Rows, lasts: Rows) -> Pairs:
        lengths = lasts - firsts
        whose = np.repeat(ranges.ids, lengths)
        places = np.repeat(firsts - np.cumsum(lengths) + lengths, lengths)
        places += np.arange(len(places))
        if self._gone is not None:
            there = ~self._gone[places]
            whose, places = whose[there], places[there]
        pairs = Pairs(whose, self._owners[places], self._assets[places])
        added = [
            (int(ranges.ids[place]), coordinate, asset)
            for place, held in self._added(ranges)
            for coordinate, asset in held
        ]
        return _joined(pairs, added) if added else pairs

    def _added(self, ranges: Ranges) -> Iterator[tuple[int, Iterator[tuple[int, int]]]]:
        """Yield the place of each range that may hold additions, and what it holds of them."""
        if not len(self._additions):
            return
        concerned = np.isin(ranges.packages, np.array(self._additions.packages(), dtype=np.int32))
        for place in np.flatnonzero(concerned).tolist():
            package = int(ranges.packages[place])
            yield (
                place,
                self._additions.within(package, ranges.lowers[place], ranges.uppers[place]),
            )

    def _only(self, ranges: Sequence[_Row], without: Sequence[_Row]) -> Exposures:
        """Return what some ranges expose and others do not."""
        found = self.match(Ranges.from_rows(ranges)).exposures()
        if not len(found):
            return found
        concerned = {one[0] for one in ranges}
        others = (one for one in without if one[0] in concerned)
        return found.without(self.match(Ranges.from_rows(others)).exposures())

    def _located(self, installs: Installs) -> tuple[Rows, Rows]:
        """Return of each install its coordinate's row and its own place; -1 if not in the columns.

        Assets stand in order within their coordinate: a binary search, for all installs in step.
        """
        rows = self._places.of(installs.coordinates)
        lows = self._starts[rows] * (rows >= 0)
        highs = self._starts[rows + 1] * (rows >= 0)
        ends = highs.copy()
        while bool((lows < highs).any()):
            middles = (lows + highs) >> 1
            reads = np.minimum(middles, len(self._assets) - 1)
            lower = (lows < highs) & (self._assets[reads] < installs.assets)
            highs = np.where(lower, highs, np.minimum(highs, middles))
            lows = np.where(lower, middles + 1, lows)
        reads = np.minimum(lows, max(0, len(self._assets) - 1))
        there = lows < ends
        there[there] &= self._assets[reads[there]] == installs.assets[there]
        return rows, np.where(there, lows, -1)

    def _check(self, coordinates: Coordinates, installs: Installs) -> None:
        """Raise ColumnsError unless all of it can be put."""
        handed: dict[int, tuple[int, bytes]] = {}
        asked = zip(numbers(coordinates.ids), numbers(coordinates.packages), strict=True)
        rows = self._places.of(coordinates.ids)
        shelved = self._shelves.at(rows)
        for (one, package), key, row, place in zip(
            asked, coordinates.keys, rows.tolist(), shelved, strict=True
        ):
            known = place if row >= 0 else handed.get(one)
            if known is None and one in self._additions:
                known = self._additions.at(one)
            if known not in (None, (package, key)):
                raise ColumnsError(
                    f"coordinate {one} is known with another package or key; give it a new id"
                )
            handed[one] = package, key
        rows = self._places.of(installs.coordinates).tolist()
        for one, row in zip(numbers(installs.coordinates), rows, strict=True):
            if row < 0 and one not in self._additions and one not in handed:
                raise _unknown(one)


_Row = tuple[int, int, bytes, bytes]


def _left(rows: Sequence[_Row], known: set[_Row]) -> list[_Row]:
    return [row for row in rows if row not in known]


def _joined(pairs: Pairs, added: list[tuple[int, int, int]]) -> Pairs:
    more = np.array(added, dtype=np.int32)
    return Pairs(
        np.concatenate((pairs.ranges, more[:, 0])),
        np.concatenate((pairs.coordinates, more[:, 1])),
        np.concatenate((pairs.assets, more[:, 2])),
    )


def _unknown(coordinate: int) -> ColumnsError:
    return ColumnsError(
        f"an install names coordinate {coordinate}, which is not known;"
        " hand the coordinate in with its package and key"
    )
