"""The matcher itself, in a process of its own.

The columns are on disk (`write`), versions still as text. The process reads them, makes the keys,
builds, matches, and is asked one by one; it prints one JSON object with seconds and its peak memory
(VmHWM, which unlike ru_maxrss knows nothing of the parent).
"""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.matching.scene import SEED, Scene, Sizes, popular
from tidegate.engines.matching.columns import (
    Coordinates,
    Installs,
    Portfolio,
    RangeIndex,
    Ranges,
)
from tidegate.engines.matching.versions import Order, version_key

ROOT: Final = Path(__file__).parents[2]
_START: Final = "from benchmarks.matching.engine import main; main()"
_ROUNDS: Final = 7
_COMPONENTS: Final = 500
_KERNEL_VERSIONS, _KERNEL_RANGES = 20_000, 10_000
_FEW: Final = 8
"""The largest share of what is asked one by one that inventories make: they come less often."""


def write(made: Scene, folder: Path) -> None:
    """Write the columns that the process loads."""
    np.savez(
        folder / "columns.npz",
        packages=made.coordinates.packages,
        coordinates=made.installs.coordinates,
        assets=made.installs.assets,
    )
    versions = [(one.order.value, one.version) for one in made.components]
    (folder / "versions.pickle").write_bytes(pickle.dumps(versions))
    (folder / "ranges.pickle").write_bytes(pickle.dumps(made.ranges.rows()))


def run(folder: Path, sizes: Sizes) -> dict[str, Any]:
    """Measure in a new process."""
    done = subprocess.run(
        [sys.executable, "-c", _START, str(folder), str(sizes.asked)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def main() -> None:
    """Load, match, ask, and print."""
    folder, asked = Path(sys.argv[1]), int(sys.argv[2])
    rng = np.random.default_rng(SEED)
    told: dict[str, Any] = {}
    busy, started = time.process_time(), time.perf_counter()
    columns, versions = _read(folder)
    told["reading"] = time.perf_counter() - started
    keyed = time.perf_counter()
    coordinates = _keyed(columns["packages"], versions)
    told["keys"] = time.perf_counter() - keyed
    built = time.perf_counter()
    installs = Installs.of(columns["coordinates"], columns["assets"])
    portfolio = Portfolio.build(coordinates, installs)
    told["building"] = time.perf_counter() - built
    ranges = Ranges.from_rows(pickle.loads((folder / "ranges.pickle").read_bytes()))
    told["loading"] = time.perf_counter() - started
    told["loading_busy"] = time.process_time() - busy
    indexed = time.perf_counter()
    index = RangeIndex.build(ranges)
    told["indexing"] = time.perf_counter() - indexed
    busy = time.process_time()
    told["match"] = _seconds(lambda: portfolio.match(ranges), _ROUNDS)
    told["match_busy"] = (time.process_time() - busy) / _ROUNDS
    pairs = portfolio.match(ranges)
    told["pairs"] = len(pairs)
    told["advisory"], told["found"] = _advisories(portfolio, ranges, rng, asked)
    told["changed"] = _changes(portfolio, ranges, rng, asked)
    told["inventory"], told["inventory_busy"], told["put"] = _inventories(
        portfolio, index, coordinates, installs, rng, asked // _FEW
    )
    waiting = portfolio.waiting
    told["waiting"] = waiting
    told["match_waiting"] = _seconds(lambda: portfolio.match(ranges), 3)
    status = Path("/proc/self/status").read_text("ascii")
    told["memory"] = int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024
    compacted = time.perf_counter()
    portfolio.compact()
    told["compact"] = time.perf_counter() - compacted
    told["kernel"], told["kernel_stab"] = _kernel()
    sys.stdout.write(json.dumps(told) + "\n")


def _read(folder: Path) -> tuple[Any, Sequence[tuple[str, str]]]:
    with np.load(folder / "columns.npz") as packed:
        columns = {name: packed[name] for name in packed.files}
    return columns, pickle.loads((folder / "versions.pickle").read_bytes())


def _keyed(packages: Any, versions: Sequence[tuple[str, str]]) -> Coordinates:
    keys = [version_key(Order(order), version) for order, version in versions]
    names = len(packages) // len(keys)
    return Coordinates.of(np.arange(len(packages)), packages, keys * names)


def _advisories(
    portfolio: Portfolio, ranges: Ranges, rng: np.random.Generator, asked: int
) -> tuple[list[float], float]:
    """Let advisories come one by one; only such that concern something."""
    concerning = np.flatnonzero(portfolio.count(ranges))
    taken: list[float] = []
    found = 0
    packages = ranges.packages.tolist()
    for row in rng.permutation(concerning)[:asked].tolist():
        slices = [(ranges.lowers[row], ranges.uppers[row])]
        started = time.perf_counter()
        held = portfolio.held(packages[row], slices)
        taken.append(time.perf_counter() - started)
        found += len(held)
    return taken, found / max(1, len(taken))


def _changes(
    portfolio: Portfolio, ranges: Ranges, rng: np.random.Generator, asked: int
) -> list[float]:
    """Let advisories change: each takes the lower bound of all before."""
    concerning = np.flatnonzero(portfolio.count(ranges))
    taken: list[float] = []
    rows = ranges.rows()
    for row in rng.permutation(concerning)[:asked].tolist():
        before = Ranges.from_rows([rows[row]])
        after = Ranges.from_rows([(rows[row][0], rows[row][1], b"", rows[row][3])])
        started = time.perf_counter()
        portfolio.changed(before, after)
        taken.append(time.perf_counter() - started)
    return taken


def _inventories(
    portfolio: Portfolio,
    index: RangeIndex,
    coordinates: Coordinates,
    installs: Installs,
    rng: np.random.Generator,
    asked: int,
) -> tuple[list[float], list[float], list[float]]:
    """Let assets come one by one, with 500 components each, one in fifty of them never seen."""
    nothing = Coordinates.of([], [], [])
    first_asset = int(installs.assets.max()) + 1
    fresh = len(coordinates)
    finding: list[float] = []
    busy: list[float] = []
    putting: list[float] = []
    for asset in range(first_asset, first_asset + max(1, asked)):
        chosen = popular(installs, rng, _COMPONENTS)
        ids = chosen.copy()
        ids[::50] = np.arange(fresh, fresh + len(ids[::50]))
        fresh += len(ids[::50])
        held = Coordinates.of(
            ids, coordinates.packages[chosen], [coordinates.keys[one] for one in chosen.tolist()]
        )
        used, started = time.process_time(), time.perf_counter()
        index.changed(asset, nothing, held)
        found = time.perf_counter()
        busy.append(time.process_time() - used)
        portfolio.put(held, Installs.of(ids, np.full(len(ids), asset)))
        putting.append(time.perf_counter() - found)
        finding.append(found - started)
    return finding, busy, putting


def _kernel() -> tuple[float, float]:
    """One package with 20,000 versions and 10,000 ranges, as the kernel has them."""
    keys = [number.to_bytes(4) for number in range(_KERNEL_VERSIONS)]
    one = np.zeros(_KERNEL_VERSIONS, dtype=np.int32)
    numbers = np.arange(_KERNEL_VERSIONS)
    portfolio = Portfolio.build(Coordinates.of(numbers, one, keys), Installs.of(numbers, one))
    rng = np.random.default_rng(SEED)
    bounds = np.sort(rng.integers(0, _KERNEL_VERSIONS, (_KERNEL_RANGES, 2)), axis=1).tolist()
    ranges = Ranges.from_rows(
        (number, 0, keys[first], keys[last]) for number, (first, last) in enumerate(bounds)
    )
    index = RangeIndex.build(ranges)
    asked = Coordinates.of(numbers[:_COMPONENTS], one[:_COMPONENTS], keys[::40])
    return min(_seconds(lambda: portfolio.count(ranges), 3)), min(
        _seconds(lambda: index.stab(asked), 3)
    )


def _seconds(work: Callable[[], object], rounds: int) -> list[float]:
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return taken
