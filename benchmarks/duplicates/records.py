"""Public records of vulnerabilities, each as one source tells it, read from four OSV sets and CVE.

A vulnerability is told by several sources. What ties the tellings together is their aliases; what
is compared is their words. So aliases are kept beside a telling and never inside of it: identifiers
of the CVE, GHSA, GO, PYSEC and RUSTSEC kind are cut out of every text.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

DATA = Path(__file__).parents[3] / "shared/data"
"""Where the public records are, beside the checkout; its MANIFEST.md says what and whence."""

OSV_SETS: Mapping[str, str] = {
    "osv-mixed/advisories.osv.jsonl.zst": "GHSA",
    "pypa/advisories.osv.jsonl.zst": "PYSEC",
    "govuln/advisories.osv.jsonl.zst": "GO",
    "rustsec/advisories.osv.jsonl.zst": "RUSTSEC",
}
"""Path below the data's folder, and the prefix of the identifiers that are read from it."""
CVE_SET = "vulnrichment/cve-records.jsonl.zst"
_WINDOW = 1 << 31

_IDENTIFIER = re.compile(
    r"\b(?:CVE-\d{4}-\d{4,7}|GHSA(?:-[0-9a-z]{4}){3}|GHSL-\d{4}-\d+|GO-\d{4}-\d{4}"
    r"|PYSEC-\d{4}-\d+|RUSTSEC-\d{4}-\d{4})\b",
    re.IGNORECASE,
)
_BOILERPLATE = re.compile(
    r"NOTE: The source advisory for this report contains additional versions.*"
    r"|This is an entry in the RustSec database for the .* information see the GitHub-hosted"
    r" security advisory\.",
    re.DOTALL,
)
"""What a database adds to every record by itself."""
_MAJOR = re.compile(r"/v\d+$|\.v\d+$")
_HOSTS = ("github.com", "gitlab.com", "golang.org")
"""Where a Go repository's name has three parts; elsewhere it has two."""
_EFFECTS: Mapping[str, str] = {
    "code-execution": "code-execution",
    "denial-of-service": "denial-of-service",
    "memory-corruption": "memory-safety",
    "memory-exposure": "memory-safety",
}
"""RustSec's categories in the words of the finding format."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One vulnerability in the words of one source."""

    id: str
    source: str
    """`CVE`, `GHSA`, `GO`, `PYSEC` or `RUSTSEC`."""
    names: frozenset[str]
    """Every identifier of the vulnerability that the record gives, its own included."""
    related: frozenset[str]
    """Identifiers that the record calls near, without calling them the same."""
    packages: tuple[str, ...]
    """Such as `Go:github.com/hashicorp/vault`; empty for CVE, which knows products."""
    title: str
    text: str
    weaknesses: tuple[str, ...]
    places: tuple[tuple[str, int | None, str | None], ...]
    effect: str | None


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read one JSON document from each line of a `.jsonl.zst` file, without holding the file."""
    reader = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    with path.open("rb") as file, reader.stream_reader(file) as stream:
        for line in io.TextIOWrapper(stream, "utf-8"):
            if line.strip():
                yield json.loads(line)


def osv_tellings(data: Path) -> Iterator[Telling]:
    """Read the records of the four OSV sets; withdrawn ones and mere notices are left out."""
    for name, prefix in OSV_SETS.items():
        for record in read_lines(data / name):
            if record["id"].startswith(prefix) and not _is_notice(record):
                yield _from_osv(record, prefix)


def cve_tellings(data: Path, wanted: frozenset[str]) -> Iterator[Telling]:
    """Read the published CVE records whose identifier is wanted."""
    for record in read_lines(data / CVE_SET):
        about = record["cveMetadata"]
        if about["cveId"] in wanted and about["state"] == "PUBLISHED":
            yield _from_cve(about["cveId"], record["containers"])


def _is_notice(record: Mapping[str, Any]) -> bool:
    if "withdrawn" in record:
        return True
    return any(
        affected.get("database_specific", {}).get("informational") == "unmaintained"
        or "malicious" in affected.get("database_specific", {}).get("categories", ())
        for affected in record.get("affected", ())
    )


def _from_osv(record: Mapping[str, Any], prefix: str) -> Telling:
    affected = record.get("affected", [])
    own = record.get("database_specific", {})
    title, text = cleaned(record.get("summary", "")), cleaned(record.get("details", ""))
    categories = [
        category
        for one in affected
        for category in one.get("database_specific", {}).get("categories", ())
    ]
    return Telling(
        id=record["id"],
        source=prefix,
        names=frozenset([record["id"], *record.get("aliases", ())]),
        related=frozenset([*record.get("related", ()), *record.get("upstream", ())]),
        packages=tuple(dict.fromkeys(_package(one["package"]) for one in affected)),
        title=title,
        text="" if text.rstrip(".") == title.rstrip(".") else text,
        weaknesses=tuple(own.get("cwe_ids", ())),
        places=tuple(dict.fromkeys(place for one in affected for place in _places(one))),
        effect=next((_EFFECTS[one] for one in categories if one in _EFFECTS), None),
    )


def _from_cve(identifier: str, containers: Mapping[str, Any]) -> Telling:
    """Take the description only: the title of a CVE record is often the one of its GHSA."""
    cna = containers["cna"]
    kinds = [
        kind.get("cweId")
        for container in (cna, *containers.get("adp", ()))
        for problem in container.get("problemTypes", ())
        for kind in problem.get("descriptions", ())
    ]
    said = [one["value"] for one in cna.get("descriptions", ()) if one["lang"].startswith("en")]
    return Telling(
        id=identifier,
        source="CVE",
        names=frozenset([identifier]),
        related=frozenset(),
        packages=(),
        title="",
        text=cleaned(said[0] if said else ""),
        weaknesses=tuple(dict.fromkeys(kind for kind in kinds if kind)),
        places=(),
        effect=None,
    )


def cleaned(text: str) -> str:
    """Cut out what a database adds by itself, and every identifier of a vulnerability."""
    return _IDENTIFIER.sub(" ", _BOILERPLATE.sub(" ", text)).strip()


def _package(package: Mapping[str, str]) -> str:
    name = package["name"]
    if package["ecosystem"] == "Go":
        # A repository is what a finder is let loose on; its modules and majors share their bugs.
        parts = _MAJOR.sub("", name).split("/")
        name = "/".join(parts[: 3 if parts[0] in _HOSTS else 2])
    return f"{package['ecosystem']}:{name.lower()}"


def _places(affected: Mapping[str, Any]) -> Iterator[tuple[str, int | None, str | None]]:
    specific = affected.get("ecosystem_specific") or {}
    for one in specific.get("imports", ()):
        for symbol in one.get("symbols", ()):
            yield one.get("path", ""), None, symbol
    for function in (specific.get("affects") or {}).get("functions", ()):
        yield "", None, function
