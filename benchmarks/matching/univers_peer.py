"""The peer that compares version by version: `univers`, as its own documentation uses it.

It is asked about a sample and its rate carried over to the whole set, since the whole takes minutes
to hours: every install against every range of its package (`per install`), or every coordinate once
(`per coordinate`), which is half of our own method already.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from univers import versions
from univers.version_constraint import VersionConstraint
from univers.version_range import VersionRange

from benchmarks.matching.scene import SEED, Bound, Scene, Sizes
from tidegate.engines.matching.versions import Order

CLASSES: Final[Mapping[Order, Any]] = {
    Order.PYPI: versions.PypiVersion,
    Order.GO: versions.GolangVersion,
    Order.SEMVER: versions.SemverVersion,
    Order.DEBIAN: versions.DebianVersion,
    Order.RPM: versions.RpmVersion,
    Order.ALPINE: versions.AlpineLinuxVersion,
    Order.MAVEN: versions.MavenVersion,
    Order.NUGET: versions.NugetVersion,
    Order.RUBYGEMS: versions.RubygemsVersion,
    Order.PACKAGIST: versions.ComposerVersion,
}


@dataclass(frozen=True, slots=True)
class Rate:
    """What univers would take."""

    checks: int
    """How many were timed."""
    a_second: float
    """Of processor time."""
    per_install: int
    """Checks that the whole set needs: each install with each range of its package."""
    per_coordinate: int


def rate(made: Scene, sizes: Sizes) -> Rate:
    """Time a sample of installs, each against all ranges of its package."""
    by_package = rows_by_package(made)
    lengths = np.zeros(int(made.ranges.packages.max()) + 1, dtype=np.int64)
    np.add.at(lengths, made.ranges.packages, 1)
    each = np.zeros(len(made.coordinates), dtype=np.int64)
    known = made.coordinates.packages < len(lengths)
    each[known] = lengths[made.coordinates.packages[known]]
    rng = np.random.default_rng(SEED)
    drawn = made.installs.coordinates[rng.permutation(len(made.installs))]
    drawn = drawn[each[drawn] > 0][: sizes.checks].tolist()
    ranges = _prepared(made, by_package, drawn)
    checks = 0
    started = time.process_time()
    for coordinate in drawn:
        one = made.component(coordinate)
        try:
            version = CLASSES[one.order](one.version)
        except versions.InvalidVersion:
            continue
        for held in ranges[int(made.coordinates.packages[coordinate])]:
            _ = version in held
            checks += 1
    taken = time.process_time() - started
    return Rate(checks, checks / taken, int(each[made.installs.coordinates].sum()), int(each.sum()))


def rows_by_package(made: Scene) -> Mapping[int, Sequence[int]]:
    """Return the rows of the ranges of each package."""
    rows: dict[int, list[int]] = defaultdict(list)
    for row, package in enumerate(made.ranges.packages.tolist()):
        rows[package].append(row)
    return rows


def _prepared(
    made: Scene, by_package: Mapping[int, Sequence[int]], drawn: Sequence[int]
) -> Mapping[int, Sequence[VersionRange]]:
    """Return the ranges that are asked for as univers has them: parsed before the clock runs."""
    ranges: dict[int, list[VersionRange]] = {}
    for coordinate in drawn:
        package = int(made.coordinates.packages[coordinate])
        if package not in ranges:
            kind = CLASSES[made.component(coordinate).order]
            some = (_as_range(made.bounds[row], kind) for row in by_package[package])
            ranges[package] = [one for one in some if one is not None]
    return ranges


def _as_range(bound: Bound, kind: Any) -> VersionRange | None:
    constraints = []
    try:
        if bound.introduced:
            constraints.append(VersionConstraint(">=", kind(bound.introduced)))
        if bound.ended:
            constraints.append(
                VersionConstraint("<" if bound.is_fixed else "<=", kind(bound.ended))
            )
    except (versions.InvalidVersion, ValueError):
        return None
    if not constraints:
        return None
    asked = type("Asked", (VersionRange,), {"version_class": kind, "scheme": "asked"})
    held: VersionRange = asked(constraints=constraints)
    return held
