"""Of which release of which distribution a package is, and under which names advisories know it.

Producers write one release in many ways: `distro=debian-11.6`, `distro=bullseye`, `distro=3.16.2`,
`distro=rhel-8.5`, `distro=sles-15.4`. Feeds do, too: `Ubuntu:22.04:LTS`, `Red Hat:enterprise_linux:
8::baseos`, `SUSE:Linux Enterprise Module for Basesystem 15 SP4`. Both come to one word here, in
OSV's spelling as far as it tells one release from another:

- `Debian:12`, `Alpine:v3.19`, `AlmaLinux:9`, `Rocky Linux:9`, `openSUSE:Leap 15.6`, `Mageia:9`.
- `Ubuntu:22.04`, without `:LTS`, which is no other release. What is fixed for Ubuntu Pro alone is
  fixed for nobody else, so a range of `Ubuntu:Pro:18.04` counts for `Ubuntu:18.04` as well; a
  package whose version says that it came through Pro is asked for under `Ubuntu:Pro:18.04`.
- `Red Hat:enterprise_linux:8`, whichever repository. Extended streams (`rhel_eus:8.6`) have fixes
  of their own, stay apart, and are never asked for: no package URL tells of them.
- `SUSE:Linux Enterprise 15 SP4`, whichever product or module: they share their packages.

CentOS up to 8 is a rebuild of Red Hat's and is asked for under its name; CentOS Stream is not.
"""

from __future__ import annotations

import re
from typing import Final

from tidegate.engines.matching.ecosystems import Ecosystem, ecosystem_named, release_named


class ReleaseError(ValueError):
    """A release cannot be told; `words` says why. `is_told` is false where nothing was said."""

    def __init__(self, words: str, *, is_told: bool) -> None:
        super().__init__(words)
        self.words = words
        self.is_told = is_told


def distribution_named(distribution: str) -> Ecosystem | None:
    """Return the distribution that a producer's words name, such as Debian for `debian-12`."""
    found = _VENDOR.match(distribution.strip().lower())
    return ecosystem_named(_FAMILIES[found[1]]) if found else None


def ecosystem_of_release(known: Ecosystem, distribution: str) -> str:
    """Return the word, with its release, under which a distribution's packages are asked for.

    Args:
        known: the distribution after the package's own name.
        distribution: what a producer says of the release, such as `debian-12`, `12.5` or
            `bookworm`; empty where it says nothing. Where it names another distribution, it knows
            better: Trivy writes the namespace of a family at times.

    Raises `ReleaseError`.
    """
    found = distribution_named(distribution) or known
    if found.order is not known.order:
        raise ReleaseError(
            f"it is of {known.name} and says distro={distribution[:60]}; mend one of them",
            is_told=False,
        )
    text = distribution.strip().lower()
    named = _VENDOR.match(text)
    release = text[named.end() :] if named else text
    if found.name == "CentOS" and release.partition(".")[0] in _CENTOS_REBUILDS:
        found = ecosystem_named("Red Hat") or found
    family = found.name
    if not found.needs_release:
        return family
    if not release:
        raise ReleaseError(
            f"it does not say of which release of {family} it is; give the release, such as"
            f" distro={_EXAMPLES.get(family, 'debian-12')}",
            is_told=False,
        )
    word = _word(family, release)
    if word is None:
        raise ReleaseError(
            f"{distribution[:60]!r} is no release of {family} that advisories speak of",
            is_told=True,
        )
    return f"{family}:{word}"


def ecosystems_of_advisory(osv_name: str) -> tuple[str, ...]:
    """Return the words for which an advisory's ecosystem counts, in our spelling.

    None for what is not covered, and for a distribution without the release that it needs.
    """
    found = ecosystem_named(osv_name)
    if found is None or (found.needs_release and not release_named(osv_name)):
        return ()
    if not found.is_distribution:
        # Such as `Maven:https://maven.google.com`: another place to fetch from, the same names.
        return (found.name,)
    release = release_named(osv_name)
    if found.name == "Ubuntu":
        bare = release.removesuffix(":LTS")
        pro = _PRO.fullmatch(bare)
        own = f"Ubuntu:{bare}"
        return (own, f"Ubuntu:{pro[1]}") if pro else (own,)
    if found.name == "Red Hat":
        return (f"Red Hat:{release.partition('::')[0]}",)
    if found.name == "SUSE" and (match := _SUSE_PRODUCT.match(release)):
        pack = f" SP{match[2]}" if match[2] else ""
        return (f"SUSE:Linux Enterprise {match[1]}{pack}",)
    return (f"{found.name}:{release}" if release else found.name,)


def names_source(ecosystem: str) -> bool:
    """Say whether advisories speak of a distribution's source packages.

    Red Hat's and AlmaLinux's name the packages that are installed (OSV schema, "Defined
    Ecosystems", and AlmaLinux's records themselves), as do Photon OS's. All others name sources.
    """
    found = ecosystem_named(ecosystem)
    return found is not None and found.is_distribution and found.name not in _BY_BINARY


_BY_BINARY: Final = frozenset({"Red Hat", "AlmaLinux", "Photon OS", "Azure Linux"})
_CENTOS_REBUILDS: Final = frozenset({"5", "6", "7", "8"})
_EXAMPLES: Final = {
    "Ubuntu": "ubuntu-24.04",
    "Alpine": "alpine-3.19",
    "Red Hat": "rhel-9.4",
    "AlmaLinux": "alma-9.4",
    "Rocky Linux": "rocky-9.4",
    "SUSE": "sles-15.6",
    "openSUSE": "opensuse-leap-15.6",
}

# The identifiers of os-release, those of Syft and those of Trivy.
_FAMILIES: Final = {
    "debian": "Debian",
    "ubuntu": "Ubuntu",
    "alpine": "Alpine",
    "alpaquita": "Alpaquita",
    "wolfi": "Wolfi",
    "chainguard": "Chainguard",
    "minimos": "MinimOS",
    "rhel": "Red Hat",
    "redhat": "Red Hat",
    "red hat enterprise linux": "Red Hat",
    "almalinux": "AlmaLinux",
    "alma": "AlmaLinux",
    "rocky": "Rocky Linux",
    "rockylinux": "Rocky Linux",
    "rocky-linux": "Rocky Linux",
    "centos": "CentOS",
    "suse linux enterprise server": "SUSE",
    "suse": "SUSE",
    "sles": "SUSE",
    "sled": "SUSE",
    "sle": "SUSE",
    "opensuse": "openSUSE",
    "mageia": "Mageia",
    "openeuler": "openEuler",
    "photon": "Photon OS",
    "azurelinux": "Azure Linux",
    "mariner": "Azure Linux",
    "fedora": "Fedora",
    "amzn": "Amazon Linux",
    "amazon": "Amazon Linux",
    "oracle": "Oracle Linux",
    "oraclelinux": "Oracle Linux",
    "ol": "Oracle Linux",
}
_VENDOR = re.compile(
    "(" + "|".join(sorted(map(re.escape, _FAMILIES), key=len, reverse=True)) + r")(?![a-z])[-_:. ]*"
)

# From: https://debian.pages.debian.net/distro-info-data/debian.csv
_DEBIAN: Final = {
    "squeeze": "6",
    "wheezy": "7",
    "jessie": "8",
    "stretch": "9",
    "buster": "10",
    "bullseye": "11",
    "bookworm": "12",
    "trixie": "13",
    "forky": "14",
    "duke": "15",
    "sid": "sid",
    "unstable": "sid",
}
# From: https://debian.pages.debian.net/distro-info-data/ubuntu.csv, those that advisories know.
_UBUNTU: Final = {
    "precise": "12.04",
    "trusty": "14.04",
    "xenial": "16.04",
    "bionic": "18.04",
    "focal": "20.04",
    "groovy": "20.10",
    "hirsute": "21.04",
    "impish": "21.10",
    "jammy": "22.04",
    "kinetic": "22.10",
    "lunar": "23.04",
    "mantic": "23.10",
    "noble": "24.04",
    "oracular": "24.10",
    "plucky": "25.04",
    "questing": "25.10",
    "resolute": "26.04",
}

_MAJOR = re.compile(r"([0-9]{1,4})(?:\.[0-9]+)*(?![0-9a-z])")
_MAJOR_MINOR = re.compile(r"([0-9]{1,4}\.[0-9]{1,4})(?![0-9a-z])")
_ALPINE_RELEASE = re.compile(r"v?([0-9]{1,2}\.[0-9]{1,3})(?:\.[0-9]+)?")
_LEAP = re.compile(r"(?:leap[-_: ]*)?([0-9]{2}\.[0-9])")
_SUSE_RELEASE = re.compile(r"([0-9]{2})(?:[.\- ]?(?:sp)?([0-9]))?")
_SUSE_PRODUCT = re.compile(r"Linux Enterprise\b.*? ([0-9]{2})(?: SP([0-9]))?(?![0-9.])")
_PRO = re.compile(r"Pro:([0-9]{2}\.[0-9]{2})")
_OPENEULER = re.compile(r"([0-9]{2}\.[0-9]{2})[-_ (]*lts(?:[-_ ]*sp([0-9]))?")


def _word(family: str, release: str) -> str | None:
    """Return OSV's word for a release, or None for what is none."""
    if family == "Debian":
        series = _DEBIAN.get(release.partition("/")[0])
        return series or _first(_MAJOR, release)
    if family == "Ubuntu":
        return _UBUNTU.get(release) or _first(_MAJOR_MINOR, release)
    if family == "Alpine":
        found = _ALPINE_RELEASE.fullmatch(release)
        return f"v{found[1]}" if found else None
    if family == "Red Hat":
        major = _first(_MAJOR, release)
        return f"enterprise_linux:{major}" if major else None
    if family == "openSUSE":
        if release.startswith("tumbleweed"):
            return "Tumbleweed"
        found = _LEAP.match(release)
        return f"Leap {found[1]}" if found else None
    if family == "SUSE":
        found = _SUSE_RELEASE.fullmatch(release)
        pack = f" SP{found[2]}" if found and found[2] not in (None, "0") else ""
        return f"Linux Enterprise {found[1]}{pack}" if found else None
    if family == "openEuler":
        found = _OPENEULER.match(release)
        pack = f"-SP{found[2]}" if found and found[2] else ""
        return f"{found[1]}-LTS{pack}" if found else None
    if family == "Photon OS":
        return _first(_MAJOR_MINOR, release)
    return _first(_MAJOR, release) or (release if release == "stream" else None)


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.match(text)
    return found[1] if found else None
