"""Which orders of versions there are, and what keeps each: a key, or a comparator.

A key is short (most have 4 to 12 bytes), never empty, and never begins with 0xFF, so that it stands
between `packages.LOWEST` and `packages.HIGHEST`. Versions that their ecosystem holds to be equal
have the same key. What the ecosystem itself does not understand has no key at all: nothing is said
of it, which is better than a guess.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from tidegate.engines.matching.versions import (
    alpine,
    comparators,
    cran,
    debian,
    maven,
    nuget,
    packagist,
    pypi,
    rpm,
    rubygems,
    semver,
)
from tidegate.engines.matching.versions.encoding import UnparsableVersionError

__all__ = [
    "LONGEST",
    "Order",
    "UnparsableVersionError",
    "comparator",
    "compare",
    "has_key",
    "version_key",
]

LONGEST: Final = 1_000
"""Signs that a version may have. The longest one seen in 70,000 real ones has 130."""


class Order(StrEnum):
    """An order of versions."""

    PYPI = "pypi"
    SEMVER = "semver"
    """npm, crates.io, Hex, Swift and GitHub Actions: their orders are one."""
    GO = "semver-go"
    """The same, with the words of Go's toolchain."""
    DEBIAN = "debian"
    RPM = "rpm"
    ALPINE = "alpine"
    MAVEN = "maven"
    NUGET = "nuget"
    RUBYGEMS = "rubygems"
    PACKAGIST = "packagist"
    CRAN = "cran"
    ARCH = "alpm"
    """Without a key, as the next two."""
    GENTOO = "ebuild"
    CONAN = "conan"


def version_key(order: Order, version: str) -> bytes:
    """Return the bytes by which a version is sorted.

    Raises `UnparsableVersionError` if the ecosystem would not take it for a version, if it is
    longer than `LONGEST`, or if the order has no key (`has_key`).
    """
    key = _KEYS.get(order)
    if key is None:
        raise UnparsableVersionError(
            f"versions of {order.value} have no key; ask `comparator({order!s})` for their order"
        )
    _check_length(version)
    return key(version)


def has_key(order: Order) -> bool:
    """Tell whether `version_key` knows the order; else only `comparator` does."""
    return order in _KEYS


def comparator(order: Order) -> Callable[[str, str], int]:
    """Return what compares two versions: below 0, 0 or above 0, as the first stands to the second.

    It raises `UnparsableVersionError` for what is no version.
    """
    if order in _KEYS:
        return lambda one, other: compare(order, one, other)
    stand_in = _STAND_INS[order]

    def compared(one: str, other: str) -> int:
        _check_length(one)
        _check_length(other)
        return stand_in(one, other)

    return compared


def compare(order: Order, one: str, other: str) -> int:
    """Return -1, 0 or 1, as `one` stands before, with or after `other`. Errors: `comparator`."""
    if order not in _KEYS:
        return comparator(order)(one, other)
    left, right = version_key(order, one), version_key(order, other)
    return (left > right) - (left < right)


def _check_length(version: str) -> None:
    if len(version) > LONGEST:
        raise UnparsableVersionError(
            f"a version of {len(version)} signs is none; at most {LONGEST} are read"
        )


_KEYS: Final[dict[Order, Callable[[str], bytes]]] = {
    Order.PYPI: pypi.key,
    Order.SEMVER: semver.key,
    Order.GO: semver.go_key,
    Order.DEBIAN: debian.key,
    Order.RPM: rpm.key,
    Order.ALPINE: alpine.key,
    Order.MAVEN: maven.key,
    Order.NUGET: nuget.key,
    Order.RUBYGEMS: rubygems.key,
    Order.PACKAGIST: packagist.key,
    Order.CRAN: cran.key,
}
_STAND_INS: Final[dict[Order, Callable[[str, str], int]]] = {
    Order.ARCH: comparators.arch,
    Order.GENTOO: comparators.gentoo,
    Order.CONAN: comparators.conan,
}
