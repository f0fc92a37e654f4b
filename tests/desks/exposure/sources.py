"""What feeds and catalogues say, for tests of this desk, past the services that read them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.desks.exposure.rooms import NOW, install, make_asset, make_coordinate
from tidegate.desks.exposure.models import (
    Assertion,
    Asset,
    Edition,
    Exposure,
    FeedState,
    Vulnerability,
)
from tidegate.desks.exposure.services import deadlines, matching
from tidegate.desks.exposure.services.advisories import put_advisories
from tidegate.engines.matching.osv_ranges import read_osv


def catalogue(version: str = "2026.12.01") -> Edition:
    """Load an empty edition of KEV."""
    edition = Edition.objects.create(
        feed="kev",
        version=version,
        fetched_at=NOW,
        came_from="a file",
        sha256="0" * 64,
        size=1,
        records=1,
        outcome="taken",
    )
    FeedState.objects.update_or_create(name="kev", defaults={"edition": edition})
    return edition


def says(vulnerability: str, kind: str, source: str, at: datetime = NOW, **value: Any) -> None:
    """Let a source say something, and compute what rests on it."""
    found, _ = Vulnerability.objects.get_or_create(name=vulnerability)
    Assertion.objects.create(
        vulnerability=found,
        kind=kind,
        source=source,
        value=value,
        edition=Edition.objects.first() or catalogue(),
        since=at,
        said_at=at,
    )
    deadlines.recompute_vulnerabilities([found.pk], at=at)


def listed(
    vulnerability: str, on: str = "2026-12-09", due: str = "2026-12-12", at: datetime = NOW
) -> None:
    """List a vulnerability in KEV."""
    says(vulnerability, "kev", "kev", at, dateAdded=on, dueDate=due, forensicTriage="Yes")


def decided(
    vulnerability: str, automatable: str = "yes", impact: str = "total", at: datetime = NOW
) -> None:
    """Let CISA publish its values of SSVC."""
    says(
        vulnerability,
        "ssvc",
        "vulnrichment:CISA-ADP",
        at,
        exploitation="active",
        automatable=automatable,
        technical_impact=impact,
    )


def published(
    vulnerability: str,
    package: str = "web",
    *,
    fixed: str = "2.0",
    identifier: str = "",
    source: str = "osv-pypi",
    at: datetime = NOW,
) -> None:
    """Publish an advisory: all before a version is affected; without one, everything."""
    events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
    advisory = read_osv(
        {
            "id": identifier or f"PYSEC-{vulnerability}",
            "modified": "2026-12-01T00:00:00Z",
            "aliases": [vulnerability],
            "summary": f"A flaw in {package}",
            "affected": [
                {
                    "package": {"ecosystem": "PyPI", "name": package},
                    "ranges": [{"type": "ECOSYSTEM", "events": events}],
                }
            ],
        },
        source,
    )
    matching.match_advisories(put_advisories([advisory], None), at=at)


def running(
    asset: Asset, *packages: tuple[str, str], at: datetime = NOW, ecosystem: str = "PyPI"
) -> None:
    """Let packages in versions be installed on an asset, in place of what was."""
    asset.inventories.filter(replaced_at=None).update(replaced_at=at)
    asset.installed.all().delete()
    inventory = install(
        asset, *(make_coordinate(ecosystem, *one) for one in packages), received_at=at
    )
    kind = {"PyPI": "pypi", "npm": "npm"}[ecosystem]
    for one in inventory.installed.select_related("coordinate__package"):
        package = one.coordinate.package.name
        one.purls = [f"pkg:{kind}/{package}@{one.coordinate.version}"]
        one.save(update_fields=["purls"])
    matching.match_asset(asset, at=at)


def exposed(of: Any, vulnerability: str = "CVE-2026-1", **columns: Any) -> Exposure:
    """Make an asset on which `web` 1.5 is installed, and which is exposed by it."""
    asset = make_asset(of, **columns)
    running(asset, ("web", "1.5"))
    published(vulnerability)
    return Exposure.objects.select_related("asset").get(
        asset=asset, vulnerability__name=vulnerability
    )
