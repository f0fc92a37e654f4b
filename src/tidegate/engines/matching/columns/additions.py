"""What was installed since the columns were made: few rows, in lists that stay sorted.

A change of an inventory touches hundreds of rows of ten million. They wait here, and every answer
is asked of both, until `Portfolio.compact` merges them.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

import numpy as np

from tidegate.engines.matching.columns.values import Ids


class Additions:
    """Coordinates by package, each list in the order of its keys, and the assets of each."""

    def __init__(self) -> None:
        self._shelves: dict[int, list[tuple[bytes, int]]] = {}
        self._assets: dict[int, set[int]] = {}
        self._placed: dict[int, tuple[int, bytes]] = {}
        self._count = 0

    def __len__(self) -> int:
        """How many installs there are."""
        return self._count

    def __contains__(self, coordinate: int) -> bool:
        return coordinate in self._placed

    def place(self, coordinate: int, package: int, key: bytes) -> None:
        """Make a coordinate known; one that is known already stays where it is."""
        if coordinate not in self._placed:
            self._placed[coordinate] = package, key
            self._assets[coordinate] = set()
            insort(self._shelves.setdefault(package, []), (key, coordinate))

    def at(self, coordinate: int) -> tuple[int, bytes]:
        """Return the package and the key of a known coordinate."""
        return self._placed[coordinate]

    def add(self, coordinate: int, asset: int) -> None:
        """Add an install of a known coordinate."""
        assets = self._assets[coordinate]
        if asset not in assets:
            assets.add(asset)
            self._count += 1

    def discard(self, coordinate: int, asset: int) -> None:
        """Take an install out, if it is there."""
        assets = self._assets.get(coordinate, set())
        if asset in assets:
            assets.remove(asset)
            self._count -= 1

    def packages(self) -> list[int]:
        """Return the packages of which there is a coordinate."""
        return list(self._shelves)

    def coordinates(self) -> tuple[Ids, Ids, list[bytes]]:
        """Return the ids, packages and keys of all."""
        placed = self._placed.values()
        ids = np.fromiter(self._placed, np.int32, len(placed))
        packages = np.fromiter((package for package, _ in placed), np.int32, len(placed))
        return ids, packages, [key for _, key in placed]

    def installs(self) -> Iterator[tuple[int, int]]:
        """Yield coordinate and asset of all."""
        return ((one, asset) for one, assets in self._assets.items() for asset in assets)

    def within(self, package: int, lower: bytes, upper: bytes) -> Iterator[tuple[int, int]]:
        """Yield coordinate and asset of what is installed in a slice."""
        shelf = self._shelves.get(package, [])
        for place in range(bisect_left(shelf, (lower,)), len(shelf)):
            key, coordinate = shelf[place]
            if key >= upper:
                return
            for asset in self._assets[coordinate]:
                yield coordinate, asset


def numbers(ids: Ids) -> list[int]:
    """Return ids as Python's own numbers, which dictionaries look up faster."""
    found: list[int] = ids.tolist()
    return found
