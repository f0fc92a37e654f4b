"""Editions of feeds that are made up and written to files, for tests of this desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.desks.exposure.rooms import NOW
from tests.engines.feeds.samples import (
    VECTOR,
    container,
    cve,
    epss,
    jsonl,
    kev,
    kev_entry,
    osv,
    ssvc,
)
from tidegate.desks.access.actors import OWNER
from tidegate.desks.exposure.models import Assertion, Exposure
from tidegate.desks.exposure.services.feeds import Taken, take

__all__ = ["VECTOR", "cve", "epss", "jsonl", "kev_entry", "osv", "ssvc"]


def catalogue(
    folder: Path, *names: str, day: int = 8, entries: tuple[Mapping[str, Any], ...] = ()
) -> Path:
    """Write an edition of KEV of a day in December that lists these vulnerabilities."""
    listed = [*(kev_entry(name) for name in names), *entries]
    head = {
        "catalogVersion": f"2026.12.{day:02}",
        "dateReleased": f"2026-12-{day:02}T10:00:00Z",
        "count": len(listed),
    }
    return written(folder / f"kev-{day}.json", kev(*listed, **head))


def decided(
    name: str, *, exploitation: str = "none", vector: str = "", score: float | None = None
) -> dict[str, Any]:
    """Return a CVE record with CISA's decision, and with a score where there is a vector."""
    metrics = [ssvc(exploitation)]
    if vector:
        metrics.append({"cvssV3_1": {"vectorString": vector, "baseScore": score}})
    return cve(name, adp=[container(*metrics)], updated="2026-12-08T00:00:00Z")


def records(folder: Path, *documents: Any, name: str = "records.jsonl") -> Path:
    """Write an edition of documents, one a line."""
    return written(folder / name, jsonl(*documents))


def about(
    identifier: str, name: str = "web", *, fixed: str = "2.0.0", **more: Any
) -> dict[str, Any]:
    """Return an OSV document of an npm package that is affected below a version."""
    events = [{"introduced": "0"}, {"fixed": fixed}]
    affected = [
        {
            "package": {"ecosystem": "npm", "name": name},
            "ranges": [{"type": "SEMVER", "events": events}],
        }
    ]
    return osv(identifier, **{"modified": "2026-12-08T00:00:00Z", "affected": affected, **more})


def written(path: Path, content: bytes) -> Path:
    """Write a file."""
    path.write_bytes(content)
    return path


def taken(feed: str, path: Path, *, at: datetime = NOW, **more: Any) -> Taken:
    """Take an edition in as the owner of the machine."""
    return take(OWNER, feed, str(path), at=at, **more)


def said(name: str, kind: str) -> dict[str, Any]:
    """Return what stands of a vulnerability, by source."""
    rows = Assertion.objects.filter(vulnerability__name=name, kind=kind, ended_at=None)
    return dict(rows.values_list("source", "value"))


def listed() -> set[str]:
    """Return what KEV lists now."""
    rows = Assertion.objects.filter(source="kev", kind="kev", ended_at=None)
    return set(rows.values_list("vulnerability__name", flat=True))


def exposed() -> dict[str, str]:
    """Return what stands on any asset, by vulnerability."""
    rows = Exposure.objects.exclude(certainty="not-affected")
    return dict(rows.values_list("vulnerability__name", "certainty"))
