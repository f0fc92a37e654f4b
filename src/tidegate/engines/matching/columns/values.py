"""What is handed to the matcher and what it hands back: columns of ids, and keys beside them.

Every id is from 0 to 2**31 - 1 and is kept in four bytes: ten million installs are 80 MB.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

import numpy as np
import numpy.typing as npt

Ids: TypeAlias = npt.NDArray[np.int32]
_BITS: Final = 31
_HIGHEST_ID: Final = 2**_BITS - 1


class ColumnsError(ValueError):
    """Columns that cannot be taken: an id out of bounds, unequal lengths, an unknown coordinate."""


@dataclass(frozen=True, slots=True, eq=False)
class Coordinates:
    """Packages in versions, in any order. `Coordinates.of` checks and converts."""

    ids: Ids
    packages: Ids
    keys: Sequence[bytes]

    @classmethod
    def of(cls, ids: npt.ArrayLike, packages: npt.ArrayLike, keys: Sequence[bytes]) -> Self:
        """Return the columns; raise ColumnsError where they do not fit together."""
        made = cls(ids_of(ids, "coordinate"), ids_of(packages, "package"), keys)
        same_length("coordinates", made.ids, made.packages, made.keys)
        return made

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class Installs:
    """Which coordinate is on which asset. A set: a row that comes twice counts once."""

    coordinates: Ids
    assets: Ids

    @classmethod
    def of(cls, coordinates: npt.ArrayLike, assets: npt.ArrayLike) -> Self:
        """Return the columns; raise ColumnsError where they do not fit together."""
        made = cls(ids_of(coordinates, "coordinate"), ids_of(assets, "asset"))
        same_length("installs", made.coordinates, made.assets)
        return made

    def __len__(self) -> int:
        return len(self.assets)


@dataclass(frozen=True, slots=True, eq=False)
class Ranges:
    """Slices `lower <= key < upper` of packages. `ids` tell whose they are, and may come again.

    An id names what becomes exposed or clear: an advisory with several packages and ranges has one
    for all of them. Slices of one id and one package do not overlap, as `Affected` has them; where
    they do, a pair comes once for each.
    """

    ids: Ids
    packages: Ids
    lowers: Sequence[bytes]
    uppers: Sequence[bytes]

    @classmethod
    def of(
        cls,
        ids: npt.ArrayLike,
        packages: npt.ArrayLike,
        lowers: Sequence[bytes],
        uppers: Sequence[bytes],
    ) -> Self:
        """Return the columns; raise ColumnsError where they do not fit together."""
        made = cls(ids_of(ids, "range"), ids_of(packages, "package"), lowers, uppers)
        same_length("ranges", made.ids, made.packages, made.lowers, made.uppers)
        return made

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[int, int, bytes, bytes]]) -> Self:
        """Return the columns of rows of id, package, lower and upper."""
        listed = [*rows]
        return cls.of(
            [one for one, _, _, _ in listed],
            [package for _, package, _, _ in listed],
            [lower for _, _, lower, _ in listed],
            [upper for _, _, _, upper in listed],
        )

    def rows(self) -> list[tuple[int, int, bytes, bytes]]:
        """Return id, package, lower and upper of each."""
        packages = self.packages.tolist()
        return [*zip(self.ids.tolist(), packages, self.lowers, self.uppers, strict=True)]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class Exposures:
    """Distinct (range id, asset), sorted: which advisory concerns which asset."""

    packed: npt.NDArray[np.int64]
    """The id in the upper bits, the asset in the lower 31."""

    @property
    def ranges(self) -> Ids:
        """The ids of the ranges."""
        return (self.packed >> _BITS).astype(np.int32)

    @property
    def assets(self) -> Ids:
        """The assets, beside `ranges`."""
        return (self.packed & _HIGHEST_ID).astype(np.int32)

    def without(self, other: Exposures) -> Exposures:
        """Return those that the other does not have."""
        if not len(self) or not len(other):
            return self
        return Exposures(np.setdiff1d(self.packed, other.packed, assume_unique=True))

    def __len__(self) -> int:
        return len(self.packed)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Each range with each install that it holds, in no order that means anything."""

    ranges: Ids
    coordinates: Ids
    assets: Ids

    def exposures(self) -> Exposures:
        """Return the distinct (range id, asset)."""
        return Exposures(distinct(packed(self.ranges, self.assets)))

    def __len__(self) -> int:
        return len(self.ranges)


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Each coordinate that was asked about with each range that holds it."""

    coordinates: Ids
    ranges: Ids

    def __len__(self) -> int:
        return len(self.ranges)


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What became exposed and what became clear."""

    exposed: Exposures
    cleared: Exposures


def ids_of(values: npt.ArrayLike, what: str) -> Ids:
    """Return ids in four bytes each; raise ColumnsError for what is none."""
    ids = np.asarray(values)
    if ids.ndim != 1 or (ids.size and ids.dtype.kind not in "iu"):
        raise ColumnsError(f"{what} ids have to be one column of whole numbers, not {ids.dtype}")
    if ids.size and (int(ids.min()) < 0 or int(ids.max()) > _HIGHEST_ID):
        wrong = int(ids.min()) if int(ids.min()) < 0 else int(ids.max())
        raise ColumnsError(f"{what} id {wrong} is out of bounds; ids are from 0 to {_HIGHEST_ID}")
    return ids.astype(np.int32, copy=False)


def same_length(what: str, *columns: Ids | Sequence[bytes]) -> None:
    """Raise ColumnsError unless all columns have as many rows."""
    lengths = [len(column) for column in columns]
    if len(set(lengths)) > 1:
        raise ColumnsError(f"the columns of {what} have {lengths} rows; each needs as many")


def packed(upper: Ids, lower: Ids) -> npt.NDArray[np.int64]:
    """Return two ids in one number, whose order is theirs."""
    both = upper.astype(np.int64)
    both <<= _BITS
    both |= lower
    return both


def unpacked(both: npt.NDArray[np.int64]) -> tuple[Ids, Ids]:
    """Return the two columns that `packed` has joined."""
    return (both >> _BITS).astype(np.int32), (both & _HIGHEST_ID).astype(np.int32)


def distinct(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the numbers sorted, each once; the array that is handed in is sorted in place."""
    numbers.sort()
    if len(numbers) < 2:
        return numbers
    first = np.empty(len(numbers), dtype=bool)
    first[0] = True
    np.not_equal(numbers[1:], numbers[:-1], out=first[1:])
    return numbers if first.all() else numbers[first]
