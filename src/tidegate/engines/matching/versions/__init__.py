"""Turns versions into bytes that stand, compared byte by byte, as the ecosystem's versions do.

With such keys, 'lower <= key < upper' asks any database whether a version lies in a range. Each
order has a module, which cites where the order is told. Where an order has no key, a comparator
stands in (`comparators.py`), and `has_key` tells so.
"""

from __future__ import annotations

from tidegate.engines.matching.versions.orders import (
    LONGEST,
    Order,
    UnparsableVersionError,
    comparator,
    compare,
    has_key,
    version_key,
)

__all__ = [
    "LONGEST",
    "Order",
    "UnparsableVersionError",
    "comparator",
    "compare",
    "has_key",
    "version_key",
]
