"""What do CVE records say? The record as an advisory, and what its containers assert.

CISA's decisions (SSVC) and its word that something is exploited are taken from CISA's own container
only: anybody who may assign a CVE could write the same members into theirs. Severities are taken
from all containers, each with the name of whose it is; of several in one version of CVSS, for
several products or circumstances, the worst. For Vulnrichment, which hands on whole CVE records,
the same holds.

From: https://github.com/CVEProject/cve-schema, 5.0 to 5.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from tidegate.engines.feeds.assertions import Assertion, Json, Kind
from tidegate.engines.feeds.feeds import Feed
from tidegate.engines.feeds.reading.documents import EditionFile, parsed
from tidegate.engines.feeds.reading.notes import Notes
from tidegate.engines.feeds.reading.schemas import misfit, validator_of
from tidegate.engines.feeds.reading.scores import compared, version_of
from tidegate.engines.matching.advisories import Advisory
from tidegate.engines.matching.cve_ranges import read_cve
from tidegate.engines.matching.errors import AdvisoryError

CISA_ADP: Final = "134c704f-9b21-4f2e-91b3-4a467353bcc0"
"""CISA as an authorised data publisher. From: https://github.com/cisagov/vulnrichment."""

_CISA_NAME: Final = "CISA-ADP"
_SHORT_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_FILE: Final = re.compile(r"(?:.*/)?CVE-[0-9]{4}-[0-9]{4,19}\.json", re.DOTALL)
_SCORES: Final = ("cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0")
_POINTS: Final[Mapping[str, Mapping[str, str]]] = {
    "exploitation": {"none": "none", "poc": "public_poc", "public poc": "public_poc"}
    | {"active": "active"},
    "automatable": {"no": "no", "yes": "yes"},
    "technical_impact": {"partial": "partial", "total": "total"},
}
"""Decision points, and the table's word for each value as it is written upstream."""


class _MisfitError(Exception):
    """A record says what cannot be taken as it is meant."""


def read_cve_records(feed: Feed, file: EditionFile, notes: Notes) -> Iterator[Assertion | Advisory]:
    """Yield each record as an advisory, and after it what it asserts."""
    validator = validator_of(feed.schema)
    for place, raw in file.documents(lambda name: _FILE.fullmatch(name) is not None, notes):
        record: Any = parsed(raw, place, notes)
        if record is None:
            continue
        if words := misfit(validator, record):
            notes.refuse(place, words)
            continue
        try:
            changed = _changed(record["cveMetadata"], notes)
            said = _said(feed, record, notes)
            advisory = read_cve(record, feed.name)
        except (_MisfitError, AdvisoryError) as error:
            notes.refuse(place, str(error))
            continue
        if notes.enter(place, record["cveMetadata"]["cveId"]):
            if changed is not None:
                notes.changed(changed)
            yield advisory
            yield from said


def _changed(head: Mapping[str, Any], notes: Notes) -> datetime | None:
    written = head.get("dateUpdated") or head.get("datePublished")
    at = notes.instant(written)
    if written and at is None:
        raise _MisfitError("cveMetadata.dateUpdated is no instant that has been")
    return at


def _said(feed: Feed, record: Mapping[str, Any], notes: Notes) -> list[Assertion]:
    """Return what the containers assert, one of a kind of each source."""
    cve, held = record["cveMetadata"]["cveId"], record["containers"]
    containers = [("cna", held["cna"]), *(("adp", one) for one in held.get("adp", ()))]
    said: dict[tuple[str, Kind], Assertion] = {}
    for name, container in containers:
        for one in _of_container(feed.name, cve, name, container, notes):
            known = said.setdefault((one.source, one.kind), one)
            if _rank(one) > _rank(known):
                said[one.source, one.kind] = one
    return list(said.values())


def _rank(said: Assertion) -> tuple[float, float]:
    """Sort what counts to the end: of scores the worst, of decisions the last."""
    scores = (said.value.get("published"), said.value.get("recomputed"))
    worst = max((score for score in scores if isinstance(score, float | int)), default=0.0)
    return worst, said.said_at.timestamp() if said.said_at and said.kind is Kind.SSVC else 0.0


def _of_container(
    source: str, cve: str, name: str, container: Mapping[str, Any], notes: Notes
) -> Iterator[Assertion]:
    provider = container["providerMetadata"]
    by = _speaker(provider)
    changed = notes.instant(provider.get("dateUpdated"))
    speaker = f"{source}:{by}"
    for metric in container.get("metrics", ()):
        for score in (metric[key] for key in _SCORES if key in metric):
            vector = score["vectorString"]
            value = compared(vector, score.get("baseScore")) | {"container": name, "by": by}
            version = version_of(vector)
            yield Assertion(f"{speaker}:{version}", cve, Kind.CVSS, value, changed, version)
        other = metric.get("other", {})
        if provider["orgId"] != CISA_ADP:
            continue
        content = other.get("content", {})
        at = notes.instant(content.get("timestamp")) or changed
        if other.get("type") == "ssvc":
            points: dict[str, Json] = {**_points(content), "by": by}
            if isinstance(role := content.get("role"), str):
                points["role"] = role
            version = str(content.get("version", ""))[:20]
            yield Assertion(speaker, cve, Kind.SSVC, points, at, version)
        elif other.get("type") == "kev" and isinstance(content.get("dateAdded"), str):
            listed: dict[str, Json] = {"dateAdded": content["dateAdded"], "by": by}
            if isinstance(reference := content.get("reference"), str):
                listed["reference"] = reference
            yield Assertion(speaker, cve, Kind.KEV, listed, changed, "")


def _speaker(provider: Mapping[str, Any]) -> str:
    """Return whose a container is; by CISA's name goes nobody else."""
    if provider["orgId"] == CISA_ADP:
        return _CISA_NAME
    name = str(provider.get("shortName", ""))
    is_plain = _SHORT_NAME.fullmatch(name) and name.casefold() != _CISA_NAME.casefold()
    return name if is_plain else str(provider["orgId"])


def _points(content: Mapping[str, Any]) -> dict[str, Json]:
    options = content.get("options")
    if not isinstance(options, list) or not all(isinstance(one, dict) for one in options):
        raise _MisfitError("its SSVC options are no list of objects")
    found: dict[str, Json] = {}
    for name, value in (pair for option in options for pair in option.items()):
        point = re.sub(r"[\W_]+", "_", name.casefold())
        if point not in _POINTS:
            continue
        word = _POINTS[point].get(value.casefold()) if isinstance(value, str) else None
        if word is None:
            raise _MisfitError(f"its SSVC value of {point} is none that the table knows")
        found[point] = word
    return found
