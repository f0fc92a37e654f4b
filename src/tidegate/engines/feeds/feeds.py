"""Which feeds are known: who publishes them where, under which licence, and when each is too old.

The addresses are those that the publishers give. Each feed may be had from a file, a folder or a
mirror instead: what counts is what it says, and when its publisher said it. A copy that nobody
renews keeps its publisher's old date, however often it is asked for; so a mirror that stands still
is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final


class FeedKind(StrEnum):
    """How a feed is read."""

    KEV = "kev"
    EPSS = "epss"
    CVE = "cve"
    """CVE records 5.x, Vulnrichment's among them."""
    OSV = "osv"
    GHSA = "ghsa"
    """GitHub's advisory database: OSV documents in the folders of a repository."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that somebody publishes."""

    name: str
    """How it is called here, and the source of all that it says."""
    title: str
    publisher: str
    licence: str
    """Of what it says: an SPDX identifier, or words where there is none."""
    address: str
    """Where its publisher has it; https."""
    kind: FeedKind
    max_age: timedelta
    """How old its publisher's date may be; what is older is no ground for an answer."""
    most_bytes: int
    """Largest file that is fetched."""
    digest_address: str = ""
    """Where its publisher gives the SHA-256 of the file. None of these does, so far; a mirror
    may."""
    schema: str = ""
    """The schema that its records are checked against, in `schemas/`; empty for what is no
    JSON."""
    ecosystem: str = ""
    """OSV's word for the one ecosystem that it covers; empty for the others."""

    def is_too_old(self, said_at: datetime | None, now: datetime) -> bool:
        """Say whether an edition of this date is no ground for an answer; one without is not."""
        return said_at is None or now - said_at > self.max_age


def feed_of(name: str) -> Feed:
    """Return a feed by its name.

    Raises:
        KeyError: there is none; the message names those that there are.
    """
    if name not in FEEDS:
        raise KeyError(f"no feed {name[:60]!r}; there are {', '.join(FEEDS)}")
    return FEEDS[name]


def file_of(feed: Feed, folder: Path) -> Path | None:
    """Return what a folder of feeds holds for a feed: `kev.json.zst`, `osv-npm.zip`, `cve/`.

    It is called by the feed's name, with any ending; None if nothing is.
    """
    found = [path for path in folder.iterdir() if path.name.partition(".")[0] == feed.name]
    return min(found, default=None)


_KEV: Final = Feed(
    name="kev",
    title="Known Exploited Vulnerabilities Catalog",
    publisher="CISA",
    licence="CC0-1.0",
    address="https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
    kind=FeedKind.KEV,
    # It comes out when something is added: several times a week, rarely after a fortnight.
    max_age=timedelta(days=14),
    most_bytes=64 << 20,
    schema="kev.schema.json",
)
_EPSS: Final = Feed(
    name="epss",
    title="Exploit Prediction Scoring System",
    publisher="FIRST, computed by Empirical Security",
    licence="free to use, with attribution to FIRST (https://www.first.org/epss/)",
    address="https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
    kind=FeedKind.EPSS,
    max_age=timedelta(days=3),
    most_bytes=64 << 20,
)
_VULNRICHMENT: Final = Feed(
    name="vulnrichment",
    title="Vulnrichment: CISA's decisions on CVE records",
    publisher="CISA",
    licence="CC0-1.0",
    address="https://github.com/cisagov/vulnrichment/archive/refs/heads/develop.zip",
    kind=FeedKind.CVE,
    max_age=timedelta(days=7),
    most_bytes=2 << 30,
    schema="cve.schema.json",
)
_CVE: Final = Feed(
    name="cve",
    title="CVE List",
    publisher="CVE Program",
    licence="CVE Program Terms of Use (https://www.cve.org/legal/termsofuse)",
    address="https://github.com/CVEProject/cvelistV5/archive/refs/heads/main.zip",
    kind=FeedKind.CVE,
    max_age=timedelta(days=3),
    most_bytes=4 << 30,
    schema="cve.schema.json",
)
_GHSA: Final = Feed(
    name="ghsa",
    title="GitHub Advisory Database, reviewed advisories",
    publisher="GitHub",
    licence="CC-BY-4.0",
    address="https://github.com/github/advisory-database/archive/refs/heads/main.tar.gz",
    kind=FeedKind.GHSA,
    max_age=timedelta(days=7),
    most_bytes=2 << 30,
    schema="osv.schema.json",
)

_WEEK: Final = timedelta(days=7)
_MONTH: Final = timedelta(days=31)
_QUARTER: Final = timedelta(days=92)

# From: https://google.github.io/osv.dev/data, the sources and their licences; the folders are
# those of https://osv-vulnerabilities.storage.googleapis.com/ecosystems.txt. How old one may be
# follows from how often something in it changes.
_OSV: Final = (
    ("osv-pypi", "PyPI", "PyPI", "CC-BY-4.0", _WEEK),
    ("osv-npm", "npm", "npm", "CC-BY-4.0 and Apache-2.0", _WEEK),
    ("osv-maven", "Maven", "Maven", "CC-BY-4.0", _WEEK),
    ("osv-go", "Go", "Go", "CC-BY-4.0", _WEEK),
    ("osv-crates", "crates.io", "crates.io", "CC0-1.0 and CC-BY-4.0", _MONTH),
    ("osv-rubygems", "RubyGems", "RubyGems", "CC-BY-4.0", _MONTH),
    ("osv-nuget", "NuGet", "NuGet", "CC-BY-4.0", _MONTH),
    ("osv-packagist", "Packagist", "Packagist", "CC-BY-4.0", _MONTH),
    ("osv-debian", "Debian", "Debian", "as Debian's security tracker has it", _WEEK),
    ("osv-ubuntu", "Ubuntu", "Ubuntu", "CC-BY-SA-4.0", _WEEK),
    ("osv-alpine", "Alpine", "Alpine", "as Alpine's secdb has it", _MONTH),
    ("osv-redhat", "Red Hat", "Red%20Hat", "CC-BY-4.0", _WEEK),
    ("osv-rocky", "Rocky Linux", "Rocky%20Linux", "BSD-3-Clause", _MONTH),
    ("osv-almalinux", "AlmaLinux", "AlmaLinux", "MIT", _MONTH),
    ("osv-suse", "SUSE", "SUSE", "CC-BY-4.0", _WEEK),
    ("osv-opensuse", "openSUSE", "openSUSE", "CC-BY-4.0", _MONTH),
    ("osv-wolfi", "Wolfi", "Wolfi", "CC-BY-4.0", _WEEK),
    ("osv-mageia", "Mageia", "Mageia", "CC-BY-SA-4.0", _QUARTER),
)


def _osv(name: str, ecosystem: str, folder: str, licence: str, max_age: timedelta) -> Feed:
    return Feed(
        name=name,
        title=f"OSV for {ecosystem}",
        publisher="OSV.dev, from the sources that each record names",
        licence=licence,
        address=f"https://osv-vulnerabilities.storage.googleapis.com/{folder}/all.zip",
        kind=FeedKind.OSV,
        max_age=max_age,
        most_bytes=2 << 30,
        schema="osv.schema.json",
        ecosystem=ecosystem,
    )


FEEDS: Final[Mapping[str, Feed]] = MappingProxyType(
    {
        feed.name: feed
        for feed in (_KEV, _EPSS, _VULNRICHMENT, _CVE, *(_osv(*row) for row in _OSV), _GHSA)
    }
)
"""The known feeds by their names."""
