"""Where the labelled set comes from: the public records where they are, else the shipped slice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.duplicates.pairs import Half, Pair, labelled
from benchmarks.duplicates.records import (
    CVE_SET,
    DATA,
    OSV_SETS,
    Telling,
    cve_tellings,
    osv_tellings,
)
from benchmarks.duplicates.vulnerabilities import vulnerabilities

SHIPPED = Path(__file__).parent / "shipped.jsonl"


@dataclass(frozen=True, slots=True)
class Labels:
    """The labelled set."""

    tuning: Half
    held_out: Half
    is_whole: bool
    """False where only the shipped slice is at hand; its figures are a smoke test."""


@cache
def labels() -> Labels:
    """Return the labelled set; the same one every time for the same data."""
    if not all((DATA / name).is_file() for name in (CVE_SET, *OSV_SETS)):
        pairs = tuple(read_shipped(SHIPPED))
        return Labels(Half(pairs, (), ()), Half(pairs, (), ()), is_whole=False)
    told = list(osv_tellings(DATA))
    wanted = frozenset(name for one in told for name in one.names if name.startswith("CVE-"))
    tuning, held_out = labelled(vulnerabilities([*told, *cve_tellings(DATA, wanted)]))
    return Labels(tuning, held_out, is_whole=True)


def read_shipped(path: Path) -> Iterator[Pair]:
    """Read pairs as `shipped` writes them."""
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        yield Pair(
            row["package"],
            _telling(row["left"]),
            _telling(row["right"]),
            row["same"],
            row["copied"],
            row["same_weakness"],
        )


def _telling(row: Mapping[str, Any]) -> Telling:
    return Telling(
        id=row["id"],
        source=row["source"],
        names=frozenset(row["names"]),
        related=frozenset(row["related"]),
        packages=tuple(row["packages"]),
        title=row["title"],
        text=row["text"],
        weaknesses=tuple(row["weaknesses"]),
        places=tuple((file, line, function) for file, line, function in row["places"]),
        effect=row["effect"],
    )


def shipped_line(pair: Pair) -> str:
    """Return a pair as one line of the shipped file."""
    row = asdict(pair)
    for side in ("left", "right"):
        for name in ("names", "related"):
            row[side][name] = sorted(row[side][name])
    return json.dumps(row, ensure_ascii=False, sort_keys=True)
