"""Tells which ranges hold coordinates.

Ranges stand in the order of (package, lower). A key is held by those before the first larger lower
bound whose upper bound is larger than the key. So that no upper bound has to be compared, each
range carries the place of its upper bound among those of its package: one binary search in them,
and one comparison of a column of numbers. A package with 10,000 ranges takes some microseconds.

The columns never change. Ranges that came since are in lists by package, those that went are marked
as gone; `compact` makes new columns of both.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from typing import Self

import numpy as np
import numpy.typing as npt

from tidegate.engines.matching.columns.additions import numbers
from tidegate.engines.matching.columns.shelves import Shelves, in_order
from tidegate.engines.matching.columns.values import (
    Change,
    ColumnsError,
    Coordinates,
    Exposures,
    Hits,
    Ids,
    Ranges,
    distinct,
    ids_of,
    packed,
)


class RangeIndex:
    """The ranges of advisories, by package."""

    def __init__(self, ranges: Ranges) -> None:
        order = in_order(ranges.packages, ranges.lowers)
        by_upper = in_order(ranges.packages, ranges.uppers)
        rows = order.tolist()
        self._ids: Ids = ranges.ids[order]
        self._lowers = Shelves(ranges.packages[order], [ranges.lowers[row] for row in rows])
        self._uppers = [ranges.uppers[row] for row in rows]
        self._ends = [ranges.uppers[row] for row in by_upper.tolist()]
        places = np.empty(len(ranges), dtype=np.int32)
        places[by_upper] = np.arange(len(ranges), dtype=np.int32)
        self._end_places: Ids = places[order]
        self._by_id = np.argsort(self._ids, kind="stable")
        self._sorted_ids: Ids = self._ids[self._by_id]
        self._gone: npt.NDArray[np.bool_] = np.zeros(len(ranges), dtype=np.bool_)
        self._added: dict[int, list[tuple[bytes, bytes, int]]] = defaultdict(list)
        self._added_ids: dict[int, set[int]] = {}

    @classmethod
    def build(cls, ranges: Ranges) -> Self:
        """Return the index of some ranges. 100,000 of them take about half a second."""
        return cls(ranges)

    def __len__(self) -> int:
        """How many ranges it holds."""
        return len(self._ids) - int(self._gone.sum()) + sum(map(len, self._added.values()))

    @property
    def waiting(self) -> int:
        """How many ranges came or went since the columns were made; `compact` brings it to 0."""
        return int(self._gone.sum()) + sum(map(len, self._added.values()))

    def stab(self, coordinates: Coordinates) -> Hits:
        """Return each of the coordinates with each range that holds it.

        The ids of the coordinates are handed back as they came; they need not be known anywhere.
        """
        places: list[int] = []
        whose: list[Ids] = []
        firsts, lasts = self._lowers.of_packages(coordinates.packages)
        for place in np.flatnonzero(lasts > firsts).tolist():
            key = coordinates.keys[place]
            places.append(place)
            whose.append(self._in_columns(key, int(firsts[place]), int(lasts[place])))
        if self._added:
            for place, package in enumerate(numbers(coordinates.packages)):
                if package in self._added:
                    places.append(place)
                    whose.append(self._in_added(coordinates.keys[place], package))
        counts = np.fromiter(map(len, whose), np.int64, len(whose))
        return Hits(
            np.repeat(coordinates.ids[np.array(places, dtype=np.int64)], counts),
            np.concatenate(whose) if whose else np.empty(0, dtype=np.int32),
        )

    def changed(self, asset: int, before: Coordinates, after: Coordinates) -> Change:
        """Return which (range id, asset) a change of an asset's inventory exposes, and clears.

        Hand in all that it has: what another coordinate of the asset still exposes is not clear. A
        new inventory has nothing before.
        """
        old, new = _set_of(before), _set_of(after)
        whose = ids_of([asset], "asset")[0]
        kept = self._held(old & new, whose)
        added, removed = self._held(new - old, whose), self._held(old - new, whose)
        return Change(
            added.without(kept).without(removed),
            removed.without(kept).without(added),
        )

    def put(self, identifier: int, ranges: Ranges) -> None:
        """Let an id have these ranges, and no others: a new or a changed advisory.

        Raises ColumnsError, and changes nothing, if a range has another id.
        """
        if bool((ranges.ids != identifier).any()):
            raise ColumnsError(f"all ranges that are put for {identifier} have to carry its id")
        self.remove(identifier)
        for one, package, lower, upper in ranges.rows():
            self._added[package].append((lower, upper, one))
            self._added_ids.setdefault(one, set()).add(package)

    def remove(self, identifier: int) -> None:
        """Take the ranges of an id out; if there are none, nothing is said."""
        first, last = np.searchsorted(self._sorted_ids, [identifier, identifier + 1]).tolist()
        self._gone[self._by_id[first:last]] = True
        for package in self._added_ids.pop(identifier, ()):
            self._added[package] = [one for one in self._added[package] if one[2] != identifier]
            if not self._added[package]:
                del self._added[package]

    def compact(self) -> RangeIndex:
        """Return an index of the same ranges with nothing waiting."""
        return RangeIndex(self.ranges())

    def ranges(self) -> Ranges:
        """Return all ranges that it holds."""
        there = np.flatnonzero(~self._gone)
        rows = there.tolist()
        added = [
            (one, package, lower, upper)
            for package, held in self._added.items()
            for lower, upper, one in held
        ]
        more = Ranges.from_rows(added)
        return Ranges(
            np.concatenate((self._ids[there], more.ids)),
            np.concatenate((self._lowers.packages()[there], more.packages)),
            [*(self._lowers.keys[row] for row in rows), *more.lowers],
            [*(self._uppers[row] for row in rows), *more.uppers],
        )

    def _in_columns(self, key: bytes, first: int, last: int) -> Ids:
        """Return the ids of the ranges from `first` to `last`, a package's, that hold a key."""
        begun = bisect_right(self._lowers.keys, key, first, last)
        ended = bisect_right(self._ends, key, first, last)
        holds = self._end_places[first:begun] >= ended
        holds &= ~self._gone[first:begun]
        return self._ids[first:begun][holds]

    def _in_added(self, key: bytes, package: int) -> Ids:
        """Return the ids of the ranges that came since, of a package, that hold a key."""
        held = [one for lower, upper, one in self._added[package] if lower <= key < upper]
        return np.array(held, dtype=np.int32)

    def _held(self, placed: Iterable[tuple[int, bytes]], asset: np.int32) -> Exposures:
        """Return which ids hold any of some coordinates, as exposures of an asset."""
        asked = [*placed]
        packages = np.array([package for package, _ in asked], dtype=np.int32)
        hits = self.stab(Coordinates(packages, packages, [key for _, key in asked]))
        return Exposures(distinct(packed(hits.ranges, np.full(len(hits), asset, dtype=np.int32))))


def _set_of(coordinates: Coordinates) -> set[tuple[int, bytes]]:
    return {*zip(numbers(coordinates.packages), coordinates.keys, strict=True)}
