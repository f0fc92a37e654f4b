"""Where a run of versions lies, among rows in the order of (package, key).

Keys are bytes of any length. They are kept as they are and compared by Python itself: an array of
fixed width would pad them, and lose whether a key ends with a zero byte.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from tidegate.engines.matching.columns.values import Ids

Rows = npt.NDArray[np.int64]
_SPARSE: Final = 4
_SMALL: Final = 1 << 20


class Shelves:
    """Keys in the order of (package, key); the rows of one package lie side by side."""

    def __init__(self, packages: Ids, keys: Sequence[bytes]) -> None:
        """Take rows that are in order already."""
        self.keys = keys
        self._packages, starts = np.unique(packages, return_index=True)
        self._starts = np.append(starts, len(keys)).astype(np.int64)

    def __len__(self) -> int:
        return len(self.keys)

    def packages(self) -> Ids:
        """Return the package of each row."""
        return np.repeat(self._packages, np.diff(self._starts))

    def at(self, rows: Rows) -> list[tuple[int, bytes]]:
        """Return the package and the key of each row; of row -1, nothing that means anything."""
        if not self.keys:
            return [(-1, b"")] * len(rows)
        found = np.searchsorted(self._starts, rows, side="right") - 1
        packages = self._packages[np.maximum(found, 0)].tolist()
        return [(one, self.keys[row]) for one, row in zip(packages, rows.tolist(), strict=True)]

    def of_packages(self, packages: Ids) -> tuple[Rows, Rows]:
        """Return the first row of each package and the one after its last; none, if unknown."""
        if not len(self._packages):
            nothing = np.zeros(len(packages), dtype=np.int64)
            return nothing, nothing
        found = np.searchsorted(self._packages, packages)
        found[found == len(self._packages)] = 0
        known = self._packages[found] == packages
        return self._starts[found] * known, self._starts[found + 1] * known

    def runs(
        self, packages: Ids, lowers: Sequence[bytes], uppers: Sequence[bytes]
    ) -> tuple[Rows, Rows]:
        """Return the first row of each slice and the one after its last."""
        firsts, lasts = self.of_packages(packages)
        keys = self.keys
        for place in np.flatnonzero(lasts > firsts).tolist():
            end = int(lasts[place])
            first = bisect_left(keys, lowers[place], int(firsts[place]), end)
            firsts[place] = first
            lasts[place] = bisect_left(keys, uppers[place], first, end)
        return firsts, lasts


class Places:
    """In which row an id is."""

    def __init__(self, ids: Ids) -> None:
        self._table: Ids | None = None
        highest = int(ids.max()) if len(ids) else 0
        if highest < _SPARSE * len(ids) + _SMALL:
            self._table = np.full(highest + 1, -1, dtype=np.int32)
            self._table[ids] = np.arange(len(ids), dtype=np.int32)
        else:
            self._order = np.argsort(ids)
            self._sorted = ids[self._order]

    def of(self, ids: Ids) -> Rows:
        """Return the row of each id; -1 for one that is not known."""
        if self._table is not None:
            table = self._table
            inside = ids < len(table)
            if bool(inside.all()):
                return table[ids].astype(np.int64)
            return np.where(inside, table[np.where(inside, ids, 0)], -1).astype(np.int64)
        found = np.searchsorted(self._sorted, ids)
        found[found == len(self._sorted)] = 0
        return np.where(self._sorted[found] == ids, self._order[found], -1)


def in_order(packages: Ids, keys: Sequence[bytes]) -> Rows:
    """Return the rows in the order of (package, key)."""
    by_key = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
    return by_key[np.argsort(packages[by_key], kind="stable")]
