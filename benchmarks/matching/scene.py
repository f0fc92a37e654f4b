"""What is matched: real packages and ranges, installed on assets that are made up.

Components are the distinct ones of real container SBOMs, ranges those of real advisories; versions
that cannot be read are counted and left out. To reach ten million installs, every package comes
under several names, and assets draw from all of it, a few components very often and most of them
seldom (as Zipf has it). So names beyond the first, and who runs what, are made up: figures that
depend on them are right in their order of magnitude. Everything is drawn from one seed.
"""

from __future__ import annotations

import io
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

import numpy as np
import zstandard

from tidegate.engines.matching.columns import Coordinates, Ids, Installs, Ranges
from tidegate.engines.matching.ecosystems import ecosystem_named, ecosystem_of_purl
from tidegate.engines.matching.packages import HIGHEST, LOWEST
from tidegate.engines.matching.ranges import (
    Event,
    EventKind,
    merged,
    read_events,
    read_versions,
)
from tidegate.engines.matching.versions import Order, UnparsableVersionError, has_key, version_key

DATA: Final = Path(__file__).parents[3] / "shared/data"
"""Where the public records are, beside the checkout."""
COMPONENTS: Final = "sboms/container-components.parquet"
ADVISORIES: Final = ("pypa", "govuln", "rustsec", "osv-mixed")
SEED: Final = 20261127
_MADE_UP: Final = 300
"""Packages where no data is at hand, of 8 versions each: it shows that this runs, and no more."""
_OPEN_BEGIN, _OPEN_END = 0.3, 0.37
"""Shares of drawn ranges that hold all before, and all after; 37 % of Go's have no end."""
_FLATTENED, _EXPONENT = 50, 0.9
"""How uneven the draw is: the n-th component has the weight (n + 50) ** -0.9."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything."""

    installs: int = 10_000_000
    ranges: int = 100_000
    assets: int = 20_000
    names: int = 9
    """Under how many names each package comes."""
    asked: int = 2_000
    """Advisories that come one by one; inventories, an eighth of that."""
    rows: int = 10_000_000
    """Installs in SQLite and PostgreSQL."""
    checks: int = 20_000
    """Installs that univers is asked about."""
    audited: int = 2_000
    """Components for pip-audit, at most as many as there are names; 0 leaves it out."""
    databases: bool = True


class Component(NamedTuple):
    """A real package in a real version."""

    package: str
    order: Order
    version: str
    key: bytes


class Bound(NamedTuple):
    """A range in words, for comparators that know no keys."""

    introduced: str
    """Empty for all before."""
    ended: str
    """Empty where there is no end."""
    is_fixed: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is matched. Everything is in the order of ids: row n has the id n."""

    components: Sequence[Component]
    packages: Sequence[str]
    coordinates: Coordinates
    """The components under each of their names."""
    installs: Installs
    ranges: Ranges
    bounds: Sequence[Bound]
    real: int
    """How many ranges are real; the first ones."""
    told: tuple[str, ...]
    """What a reader has to know."""

    def component(self, coordinate: int) -> Component:
        """Return what a coordinate is, under whatever name."""
        return self.components[coordinate % len(self.components)]


def scene(sizes: Sizes, data: Path = DATA) -> Scene:
    """Read and draw. Some minutes' worth of SBOMs become a few seconds' worth of columns."""
    components, left_out = _components(data)
    rng = np.random.default_rng(SEED)
    packages = list(dict.fromkeys(one.package for one in components))
    numbers = {package: number for number, package in enumerate(packages)}
    base = np.array([numbers[one.package] for one in components], dtype=np.int32)
    step = len(packages)
    coordinates = Coordinates.of(
        np.arange(len(base) * sizes.names),
        np.concatenate([base + step * name for name in range(sizes.names)]),
        [one.key for one in components] * sizes.names,
    )
    rows, bounds, unreadable = _real_ranges(data, numbers, step * sizes.names, sizes.ranges)
    real = len(rows)
    _under_other_names(rows, bounds, step, sizes)
    derived = len(rows)
    _drawn_ranges(rows, bounds, components, numbers, sizes)
    found = data.exists()
    return Scene(
        components,
        packages,
        coordinates,
        _installs(rng, len(coordinates), sizes),
        Ranges.from_rows(rows),
        bounds,
        real,
        (
            (
                f"{len(components):,} distinct components of {len(packages):,} packages"
                f" {'from real container SBOMs' if found else 'that are made up'}, under"
                f" {sizes.names} names each; left out: {_listed(left_out) or 'none'}"
            ),
            (
                f"{sizes.installs:,} distinct installs on {sizes.assets:,} assets: who runs what is"
                " synthetic (Zipf-like, seeded)"
            ),
            (
                f"{sizes.ranges:,} ranges: {real:,} of real advisories, {derived - real:,} the same"
                " for the other names, the rest drawn over real versions;"
                f" {unreadable:,} bounds of advisories could not be read"
            ),
        ),
    )


def read_advisories(data: Path, names: Sequence[str] = ADVISORIES) -> Iterator[dict[str, Any]]:
    """Yield the OSV records that are not withdrawn."""
    for name in names:
        path = data / name / "advisories.osv.jsonl.zst"
        if path.exists():
            with path.open("rb") as packed:
                stream = zstandard.ZstdDecompressor(max_window_size=1 << 31).stream_reader(packed)
                for line in io.TextIOWrapper(stream, "utf-8"):
                    record = json.loads(line)
                    if not record.get("withdrawn"):
                        yield record


def slices_of(affected: Mapping[str, Any], order: Order) -> tuple[list[Any], int]:
    """Return the slices of one entry of `affected`, and how many bounds could not be read."""

    def key(version: str) -> bytes:
        return version_key(order, version)

    readings = [read_versions(affected.get("versions", ()), key)]
    for one in affected.get("ranges", ()):
        if one["type"] in ("ECOSYSTEM", "SEMVER"):
            events = [Event(EventKind(k), v) for event in one["events"] for k, v in event.items()]
            readings.append(read_events(events, key))
    return (
        [*merged(one for reading in readings for one in reading.slices)],
        sum(len(reading.unreadable) for reading in readings),
    )


def _components(data: Path) -> tuple[list[Component], Counter[str]]:
    """Return the distinct components that can be placed, and why others were left out."""
    left_out: Counter[str] = Counter()
    if not (data / COMPONENTS).exists():
        versions = [f"{major}.{minor}.0" for major in (1, 2) for minor in (0, 1, 2, 10)]
        return [
            Component(f"PyPI/made-up-{number}", Order.PYPI, one, version_key(Order.PYPI, one))
            for number in range(_MADE_UP)
            for one in versions
        ], left_out
    from pyarrow import parquet

    columns = ["ptype", "ns", "name", "version", "quals", "src"]
    table = parquet.read_table(data / COMPONENTS, columns=columns)
    rows = dict.fromkeys(zip(*(table[name].to_pylist() for name in columns), strict=True))
    found: dict[Component, None] = {}
    for kind, namespace, name, version, qualifiers, source in rows:
        ecosystem = ecosystem_of_purl(kind, namespace)
        if ecosystem is None or not has_key(ecosystem.order):
            left_out["ecosystem not covered"] += 1
            continue
        if ecosystem.is_distribution:
            release = parse_qs(qualifiers or "").get("distro", [""])[0]
            name = (source or name).split(" ")[0]
        else:
            release = ""
        package = f"{ecosystem.word(release)}/{ecosystem.name_of(namespace, name)}"
        try:
            key = version_key(ecosystem.order, version or "")
        except UnparsableVersionError:
            left_out["version unreadable"] += 1
            continue
        found[Component(package, ecosystem.order, version, key)] = None
    return [*found], left_out


def _real_ranges(
    data: Path, numbers: Mapping[str, int], unknown: int, most: int
) -> tuple[list[tuple[int, int, bytes, bytes]], list[Bound], int]:
    """Return the ranges of advisories; packages that nobody has are numbered from `unknown`."""
    rows: list[tuple[int, int, bytes, bytes]] = []
    bounds: list[Bound] = []
    others: dict[str, int] = {}
    unreadable = 0
    for record in read_advisories(data):
        for affected in record.get("affected", ()):
            named = affected.get("package") or {}
            ecosystem = ecosystem_named(named.get("ecosystem", ""))
            if ecosystem is None or not has_key(ecosystem.order):
                continue
            package = f"{ecosystem.name}/{ecosystem.normal(named['name'])}"
            number = numbers.get(package)
            if number is None:
                number = others.setdefault(package, unknown + len(others))
            slices, lost = slices_of(affected, ecosystem.order)
            unreadable += lost
            for one in slices[: most - len(rows)]:
                rows.append((len(rows), number, one.lower, one.upper))
                introduced = "" if one.lower == LOWEST else one.introduced
                bounds.append(Bound(introduced, one.ended, one.is_fixed))
    return rows, bounds, unreadable


def _under_other_names(
    rows: list[tuple[int, int, bytes, bytes]], bounds: list[Bound], step: int, sizes: Sizes
) -> None:
    """Let what is affected under its own name be affected under the others, too."""
    known = [(*row, bound) for row, bound in zip(rows, bounds, strict=True) if row[1] < step]
    for name in range(1, sizes.names):
        for _, package, lower, upper, bound in known[: sizes.ranges - len(rows)]:
            rows.append((len(rows), package + name * step, lower, upper))
            bounds.append(bound)


def _drawn_ranges(
    rows: list[tuple[int, int, bytes, bytes]],
    bounds: list[Bound],
    components: Sequence[Component],
    numbers: Mapping[str, int],
    sizes: Sizes,
) -> None:
    """Fill up with ranges between versions of a package that is there."""
    rng = random.Random(SEED)
    versions: dict[str, list[Component]] = defaultdict(list)
    for one in components:
        versions[one.package].append(one)
    while len(rows) < sizes.ranges:
        picked = rng.choice(components)
        ends = sorted([picked, rng.choice(versions[picked.package])], key=lambda one: one.key)
        lower, upper = ends[0].key, ends[1].key
        begun, ended = ends[0].version, ends[1].version
        if lower == upper or rng.random() < _OPEN_BEGIN:
            lower, begun = LOWEST, ""
        if rng.random() < _OPEN_END:
            upper, ended = HIGHEST, ""
        name = rng.randrange(sizes.names)
        rows.append((len(rows), numbers[picked.package] + name * len(numbers), lower, upper))
        bounds.append(Bound(begun, ended, is_fixed=True))


def _installs(rng: np.random.Generator, coordinates: int, sizes: Sizes) -> Installs:
    """Draw distinct installs; in the order in which they came, which is none."""
    if sizes.installs > coordinates * sizes.assets // 2:
        raise ValueError("more installs than can be drawn; take more assets or names")
    weights = (np.arange(coordinates) + _FLATTENED) ** -_EXPONENT
    places = np.cumsum(weights) / weights.sum()
    places[-1] = 1.0
    ranked = rng.permutation(coordinates)
    drawn = np.empty(0, dtype=np.int64)
    while len(drawn) < sizes.installs:
        more = sizes.installs - len(drawn) + sizes.installs // 20 + 1
        which = ranked[np.searchsorted(places, rng.random(more))]
        drawn = np.unique(
            np.concatenate((drawn, which * sizes.assets + rng.integers(0, sizes.assets, more)))
        )
    drawn = rng.permutation(drawn)[: sizes.installs]
    return Installs.of(drawn // sizes.assets, drawn % sizes.assets)


def popular(installs: Installs, rng: np.random.Generator, count: int) -> Ids:
    """Return distinct coordinates as an asset would have them: often installed ones more often."""
    drawn = installs.coordinates[rng.integers(0, len(installs), 2 * count)]
    distinct: Ids = rng.permutation(np.unique(drawn))[:count]
    return distinct


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {why}" for why, count in counts.items())
