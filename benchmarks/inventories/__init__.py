"""How fast inventories are read, the check against their schema included.

Made-up documents with the members of real ones (`documents`), in each format. The peers are the
object-model libraries of the field, on the same document in the same run: cyclonedx-python-lib and
spdx-tools, each without its own validation, which is another step there and a slow one. They are
too slow for 10,000 components, so all rates are of a smaller document; the large one is read by us
alone. Rates are of one core, in processor time, so that what else the machine does hits less.

What was read is compared first: the same set of package URLs and versions, else it is a failure.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from cyclonedx.model.bom import Bom
from spdx_tools.spdx.parser.parse_anything import parse_file

from benchmarks.figures import Aim, Figure, Report, median, report_of
from benchmarks.inventories import documents
from benchmarks.timing import in_turns
from tidegate.engines.formats.inventories.components import Inventory
from tidegate.engines.formats.inventories.reading import read_inventory

COMPONENTS: Final = 10_000
COMPARED: Final = 1_000
_ROUNDS: Final = 3
_RATE: Final = Aim(30_000, at_least=True)
_SECONDS: Final = Aim(5)

Pairs = set[tuple[str, str]]


@dataclasses.dataclass(frozen=True, slots=True)
class _Format:
    title: str
    write: Callable[[int], bytes]
    name: str
    peer: str = ""
    model: Callable[[Path], Pairs] | None = None
    is_sbom: bool = True
    compared: int = COMPARED


def measure(tell: Callable[[str], None]) -> Report:
    """Read each format, beside its peer where there is one."""
    figures: list[Figure] = []
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for one in _FORMATS:
            tell(f"inventories: {one.title}")
            path = Path(folder) / one.name
            path.write_bytes(one.write(one.compared))
            figures.append(_rate(one, path, failures))
        for one in _FORMATS:
            tell(f"inventories: {COMPONENTS:,} components, {one.title}")
            figures.append(_large(one))
    report = report_of(
        "Reading inventories",
        figures,
        (
            (
                f"rates: {COMPARED:,} components (tag-value 40), one core, processor time, schema"
                " check included (tag-value, locks and lists have none)"
            ),
            "the peers build their object models and check no schema",
        ),
    )
    return dataclasses.replace(report, failures=tuple(failures))


def _rate(one: _Format, path: Path, failures: list[str]) -> Figure:
    raw = path.read_bytes()
    kinds: dict[str, Callable[[], object]] = {"ours": lambda: read_inventory(raw, one.name)}
    model = one.model
    if model is not None:
        kinds["peer"] = lambda: model(path)
        ours, theirs = _pairs(read_inventory(raw, one.name)), model(path)
        if ours != theirs:
            failures.append(f"{one.title}: {len(ours ^ theirs)} differ from {one.peer}")
    taken = in_turns(kinds, _ROUNDS, warm_up=1, clock=time.process_time)
    floor = one.compared / median(taken["peer"]) if "peer" in taken else None
    return Figure(
        f"components a second, {one.title}",
        one.compared / median(taken["ours"]),
        "/s",
        floor=floor,
        floor_name=one.peer,
        aim=_RATE if one.is_sbom else None,
    )


def _large(one: _Format) -> Figure:
    raw = one.write(COMPONENTS)
    taken = in_turns({"ours": lambda: read_inventory(raw, one.name)}, _ROUNDS, warm_up=1)
    return Figure(
        f"{COMPONENTS:,} components, {len(raw) / 1e6:.1f} MB, {one.title}",
        median(taken["ours"]),
        "s",
        aim=_SECONDS,
    )


def _pairs(inventory: Inventory) -> Pairs:
    return {(one.purl, one.version) for one in inventory.components}


def _cyclonedx_json(path: Path) -> Pairs:
    bom: Any = Bom.from_json(json.loads(path.read_bytes()))  # type: ignore[attr-defined]
    return _of_bom(bom)


def _cyclonedx_xml(path: Path) -> Pairs:
    bom: Any = Bom.from_xml(ET.parse(path).getroot())  # type: ignore[attr-defined]
    return _of_bom(bom)


def _of_bom(bom: Any) -> Pairs:
    # The library decodes a package URL and writes it anew; these have one way to be written.
    return {(str(one.purl), str(one.version)) for one in bom.components}


def _spdx(path: Path) -> Pairs:
    packages: Iterable[Any] = parse_file(str(path)).packages
    return {
        (reference.locator, one.version)
        for one in packages
        for reference in one.external_references
        if reference.reference_type == "purl"
    }


_CYCLONEDX: Final = "cyclonedx-python-lib"
_SPDX: Final = "spdx-tools"
_FORMATS: Final = (
    _Format(
        "CycloneDX JSON", documents.cyclonedx_json, "bom.cdx.json", _CYCLONEDX, _cyclonedx_json
    ),
    _Format("CycloneDX XML", documents.cyclonedx_xml, "bom.cdx.xml", _CYCLONEDX, _cyclonedx_xml),
    _Format("SPDX 2.3 JSON", documents.spdx_json, "image.spdx.json", _SPDX, _spdx),
    # The peer takes 50 ms a package here, and longer the more there are.
    _Format("SPDX 2.3 tag-value", documents.spdx_tags, "image.spdx", _SPDX, _spdx, compared=40),
    _Format("SPDX 3.0.1 JSON", documents.spdx3_json, "image.spdx3.json"),
    _Format("package-lock.json", documents.package_lock, "package-lock.json", is_sbom=False),
    _Format("uv.lock", documents.uv_lock, "uv.lock", is_sbom=False),
    _Format("requirements.txt", documents.requirements, "requirements.txt", is_sbom=False),
    _Format("dpkg status", documents.dpkg_status, "status", is_sbom=False),
)
