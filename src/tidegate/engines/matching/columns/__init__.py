"""Matches very many installed components with very many affected ranges, both ways.

`Portfolio` holds what is installed, and answers for ranges: all of them at once, one new advisory,
or an advisory that has changed. `RangeIndex` holds the ranges, and answers for inventories. Both
keep immutable columns in the order of (package, key), in which every range is one run of rows, and
beside them what came since; `compact` merges the two. Each answer is the one that a full match of
what is held by then would give.

Everything is a number at the rim: packages, coordinates, assets and ranges are ids from 0 to
2**31 - 1 that the caller chooses, such as those of its database. Keys are the bytes whose order is
the version order. What could not be placed has no key and never comes here: it is the caller who
says of it that nothing is known.
"""

from tidegate.engines.matching.columns.portfolio import Portfolio
from tidegate.engines.matching.columns.range_index import RangeIndex
from tidegate.engines.matching.columns.values import (
    Change,
    ColumnsError,
    Coordinates,
    Exposures,
    Hits,
    Ids,
    Installs,
    Pairs,
    Ranges,
)

__all__ = [
    "Change",
    "ColumnsError",
    "Coordinates",
    "Exposures",
    "Hits",
    "Ids",
    "Installs",
    "Pairs",
    "Portfolio",
    "RangeIndex",
    "Ranges",
]
