"""On PyPA's real advisories and real installed packages, slices find what `packaging` finds."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from packaging.version import InvalidVersion, Version

from tidegate.engines.formats.inventories.components import Component
from tidegate.engines.matching.advisories import Certainty
from tidegate.engines.matching.answers import answer
from tidegate.engines.matching.identity import place
from tidegate.engines.matching.osv_ranges import read_osv
from tidegate.engines.matching.packages import Coordinate

DATA = Path(__file__).parents[3] / "../shared/data"
ADVISORIES = DATA / "pypa/advisories.osv.jsonl.zst"
COMPONENTS = DATA / "sboms/container-components.parquet"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ADVISORIES.exists() and COMPONENTS.exists()), reason="no real data"),
]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def installed() -> list[tuple[str, str]]:
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = parquet.read_table(
        COMPONENTS, columns=["name", "version"], filters=[("ptype", "=", "pypi")]
    ).to_pylist()
    return sorted({(row["name"], row["version"]) for row in rows if row["version"]})


def records() -> list[dict[str, Any]]:
    orjson, zstandard = pytest.importorskip("orjson"), pytest.importorskip("zstandard")
    with (
        ADVISORIES.open("rb") as stream,
        zstandard.ZstdDecompressor().stream_reader(stream) as unpacked,
    ):
        return [orjson.loads(line) for line in io.BufferedReader(unpacked)]


@cache
def parsed(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def in_a_range(version: Version, entry: dict[str, Any]) -> bool:
    """The pseudocode of the OSV schema, with `packaging` to compare."""
    for one in entry.get("ranges", []):
        if one["type"] == "GIT":
            continue
        events = [next(iter(event.items())) for event in one["events"]]
        if any(text != "0" and parsed(text) is None for _, text in events):
            continue
        lowest = Version("0.dev0")
        placed = [(lowest if text == "0" else Version(text), kind) for kind, text in events]
        vulnerable = False
        for bound, kind in sorted(placed, key=lambda event: event[0]):
            if kind == "introduced" and version >= bound:
                vulnerable = True
            if kind == "fixed" and version >= bound:
                vulnerable = False
            if kind == "last_affected" and version > bound:
                vulnerable = False
        if vulnerable:
            return True
    return False


def in_the_list(version: Version, entry: dict[str, Any]) -> bool:
    return any(parsed(text) == version for text in entry.get("versions", []))


def test_slices_find_what_packaging_finds_also_where_a_list_is_stale():
    by_name = defaultdict(list)
    expected: set[tuple[str, str, str]] = set()
    in_ranges: set[tuple[str, str, str]] = set()
    stale: set[tuple[str, str, str]] = set()
    for name, written in installed():
        by_name[canonical(name)].append((name, written))
    found: set[tuple[str, str, str]] = set()
    unknown = 0
    for record in records():
        if record.get("withdrawn"):
            continue
        advisory = read_osv(record, "pypa")
        for entry in record["affected"]:
            name = canonical(entry["package"]["name"])
            for given, text in by_name[name]:
                version = parsed(text)
                if version is None:
                    continue
                hit = (record["id"], given, text)
                if in_a_range(version, entry):
                    in_ranges.add(hit)
                    expected.add(hit)
                    if not in_the_list(version, entry):
                        stale.add(hit)
                elif in_the_list(version, entry):
                    expected.add(hit)
        for affected in advisory.affected:
            for given, text in by_name[affected.package.name]:
                placed = place(Component(f"pkg:pypi/{given}@{text}", given, text, ""))
                if not isinstance(placed, Coordinate):
                    assert parsed(text) is None
                    continue
                said = answer(placed, affected)
                unknown += said.certainty is Certainty.UNKNOWN
                if said.certainty is Certainty.AFFECTED:
                    found.add((record["id"], given, text))
    assert found == expected
    assert unknown == 0
    assert len({(one, canonical(name), version) for one, name, version in in_ranges}) == 657
    assert len(stale) == 5
