"""Brings what is installed to the coordinate under which advisories speak of it.

A package URL is how producers name a component, and they differ: the epoch of an RPM is a
qualifier here and part of the version there, the release of a distribution is `debian-11`,
`debian-11.6` or `bullseye`, Alpine's type is `apk` or `alpine`. Advisories of most distributions
speak of source packages, and three of four Debian packages have another name than their source.
So each component is brought to one coordinate: ecosystem with release, package, version with epoch.

Where advisories speak of sources and the document does not tell which one a package was built of,
the package's own name is asked for, since a package that is named as a source is mostly built of
it: what is found is true. What is not found proves nothing, so the coordinate carries a doubt, and
the answer is 'unknown' in place of 'not affected'.

A Debian backport (`1.2-3~bpo11+1`) is the newer suite's 1.2-3, built again: it is asked for there,
under the version that it was ported back from. What came into old suites from beyond the next one
(`backports-sloppy`) looks the same and is asked for in the next one.

Not told apart: streams of RPM modules. A fix of `nodejs:18` is a version of `nodejs` like that of
`nodejs:16`, so too much may be found there, never too little.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from packageurl import PackageURL

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.inventories.components import Component
from tidegate.engines.matching.distributions import (
    ReleaseError,
    distribution_named,
    ecosystem_of_release,
    names_source,
)
from tidegate.engines.matching.ecosystems import Ecosystem, ecosystem_named, ecosystem_of_purl
from tidegate.engines.matching.packages import Coordinate, Package, Reason, Unplaced
from tidegate.engines.matching.versions import (
    LONGEST,
    UnparsableVersionError,
    has_key,
    version_key,
)

MAX_PURL: Final = 2_048
"""Longest package URL that is read, in characters."""

MAX_NAME: Final = 500
"""Longest name of a package, in characters."""

_REMEMBERED: Final = 1 << 16
_LONGEST_REMEMBERED: Final = 1_000
_DISTRIBUTION_TYPES: Final = ("deb", "rpm", "apk", "alpine")

# From: Syft, whose qualifier `upstream` holds the file's name for RPM.
_SOURCE_RPM: Final = re.compile(r"(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm")
_BACKPORT: Final = re.compile(r"~bpo([0-9]{1,2})\+[0-9]+[a-z0-9.+~]*$")
_UBUNTU_PRO: Final = re.compile(r"[+~.]esm[0-9]")


def place(component: Component) -> Coordinate | Unplaced:
    """Return where a component stands among what advisories speak of, or why that is not known.

    Never raises, whatever the document says. What was placed lately is remembered.
    """
    told = (
        component.purl,
        component.version,
        component.source_name,
        component.source_version,
        component.distribution,
    )
    if sum(map(len, told)) > _LONGEST_REMEMBERED:
        return _place(*told)
    return _placed(*told)


def package_of(purl: str, distribution: str = "") -> Package | Unplaced:
    """Return the package of a package URL, whatever version it has or has not.

    Of a distribution's package the name is the one in the package URL, source or not.
    """
    read = _read(purl)
    if isinstance(read, Unplaced):
        return read
    return _package(read, purl, distribution)


def _place(
    purl: str, told_version: str, source_name: str, source_version: str, distribution: str
) -> Coordinate | Unplaced:
    read = _read(purl)
    if isinstance(read, Unplaced):
        return read
    package = _package(read, purl, distribution)
    if isinstance(package, Unplaced):
        return package
    version = (read.version or told_version).strip()
    epoch = read.qualifiers.get("epoch", "")
    if version and epoch.isdecimal() and ":" not in version and read.type in ("deb", "rpm"):
        version = f"{epoch}:{version}"
    if len(version) > LONGEST:
        words = f"a version of {len(version):,} characters is none; at most {LONGEST:,}"
        return Unplaced(purl, Reason.UNPARSABLE_VERSION, words, package)
    doubt = None
    if names_source(package.ecosystem):
        if not source_name:
            source_name, source_version = _upstream(read.qualifiers.get("upstream", ""))
        if 0 < len(source_name) <= MAX_NAME:
            package = package._replace(name=_normal(package, source_name))
            told = source_version.strip()[: LONGEST + 1]
            # The name of a source RPM has no epoch. Debian's sources tell theirs, if they have one:
            # bsdutils 1:2.34-0.1 is built of util-linux 2.34-0.1.
            is_same = read.type == "rpm" and version.partition(":")[2] == told
            version = version if is_same else told or version
        else:
            doubt = Reason.SOURCE_NOT_TOLD
    if not version:
        return Unplaced(
            purl, Reason.NO_VERSION, "it has no version; give the installed one", package
        )
    package, version = _suite(package, version)
    known = ecosystem_named(package.ecosystem)
    assert known is not None
    try:
        return Coordinate(package, version, version_key(known.order, version), doubt)
    except UnparsableVersionError as error:
        return Unplaced(purl, Reason.UNPARSABLE_VERSION, str(error), package)


_placed = lru_cache(maxsize=_REMEMBERED)(_place)


def _read(purl: str) -> PackageURL | Unplaced:
    if not purl:
        words = "it has no package URL; only with one it can be told what it is"
        return Unplaced(purl, Reason.NO_PURL, words)
    if len(purl) > MAX_PURL:
        words = f"a package URL of {len(purl):,} characters is not read; at most {MAX_PURL:,}"
        return Unplaced(purl[:MAX_PURL], Reason.BAD_PURL, words)
    try:
        return PackageURL.from_string(purl)
    except ValueError:
        words = f"{shown(purl)} is not a package URL; write it as pkg:npm/minimist@1.2.0"
        return Unplaced(purl, Reason.BAD_PURL, words)


def _package(read: PackageURL, purl: str, distribution: str) -> Package | Unplaced:
    distribution = read.qualifiers.get("distro", "") or distribution
    found = ecosystem_of_purl(read.type, read.namespace)
    if found is None and read.type in _DISTRIBUTION_TYPES and not read.namespace:
        found = distribution_named(distribution)
        if found is None:
            words = f"it does not say of which distribution it is; write pkg:{read.type}/debian/…"
            return Unplaced(purl, Reason.NO_RELEASE, words)
        if read.type not in found.types:
            words = f"{shown(distribution)} has no packages of the type {read.type}"
            return Unplaced(purl, Reason.BAD_PURL, words)
    if found is None or not has_key(found.order):
        kind = "/".join(filter(None, (read.type, read.namespace)))
        return Unplaced(purl, Reason.NOT_COVERED, f"packages of {shown(kind)} are not covered")
    name = found.name_of(read.namespace, read.name)
    if not found.is_distribution:
        return Package(found.name, name)
    return _released(found, name, purl, distribution)


def _released(found: Ecosystem, name: str, purl: str, distribution: str) -> Package | Unplaced:
    try:
        return Package(ecosystem_of_release(found, distribution), name)
    except ReleaseError as error:
        reason = Reason.NOT_COVERED if error.is_told else Reason.NO_RELEASE
        return Unplaced(purl, reason, error.words, Package(found.name, name))


def _upstream(qualifier: str) -> tuple[str, str]:
    """Return the name and the version of a source, as the qualifier `upstream` has them."""
    if found := _SOURCE_RPM.fullmatch(qualifier):
        return found[1], found[2]
    name, _, version = qualifier.partition("@")
    return name.strip(), version


def _normal(package: Package, name: str) -> str:
    known = ecosystem_named(package.ecosystem)
    assert known is not None
    return known.normal(name)


def _suite(package: Package, version: str) -> tuple[Package, str]:
    """Return under which suite a version is asked for, and as what."""
    if package.ecosystem.startswith("Debian:") and (found := _BACKPORT.search(version)):
        # Up to wheezy the suite was written as 60 and 70.
        suite = int(found[1]) // 10 if int(found[1]) >= 50 else int(found[1])
        return package._replace(ecosystem=f"Debian:{suite + 1}"), version[: found.start()]
    if package.ecosystem.startswith("Ubuntu:") and _UBUNTU_PRO.search(version):
        release = package.ecosystem.removeprefix("Ubuntu:")
        return package._replace(ecosystem=f"Ubuntu:Pro:{release}"), version
    return package, version
