"""The names under which OSV and CVE records know a package that goes by a package URL.

From: OSV schema 1.7.5, "affected[].package field" and "Defined Ecosystems"; the types of package
URLs, https://github.com/package-url/purl-spec ; CVE record format 5.2, `versionType`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from packageurl import PackageURL
from packaging.utils import canonicalize_name


class OsvPackage(NamedTuple):
    """A package, as OSV names it."""

    ecosystem: str
    name: str
    is_semver: bool
    """Whether its versions stand in the order of SemVer 2.0."""


class _Type(NamedTuple):
    """What is known of a type of package URL."""

    ecosystem: str
    version_type: str
    """CVE's word for the order of its versions."""
    joint: str = "/"
    """What stands between namespace and name."""


_TYPES: Final = {
    "bitnami": _Type("Bitnami", "semver"),
    "cargo": _Type("crates.io", "semver"),
    "composer": _Type("Packagist", "custom"),
    "conan": _Type("ConanCenter", "custom"),
    "cran": _Type("CRAN", "custom"),
    "gem": _Type("RubyGems", "custom"),
    "githubactions": _Type("GitHub Actions", "semver"),
    "golang": _Type("Go", "semver"),
    "hackage": _Type("Hackage", "custom"),
    "hex": _Type("Hex", "semver"),
    "julia": _Type("Julia", "semver"),
    "maven": _Type("Maven", "maven", joint=":"),
    "npm": _Type("npm", "semver"),
    "nuget": _Type("NuGet", "custom"),
    "pub": _Type("Pub", "semver"),
    "pypi": _Type("PyPI", "python"),
    "swift": _Type("SwiftURL", "semver"),
}

# A distribution's namespace is no part of the name, and its release stands behind a colon.
_DISTRIBUTIONS: Final = {
    ("deb", "debian"): "Debian",
    ("deb", "ubuntu"): "Ubuntu",
    ("apk", "alpine"): "Alpine",
    ("apk", "chainguard"): "Chainguard",
    ("apk", "wolfi"): "Wolfi",
    ("rpm", "almalinux"): "AlmaLinux",
    ("rpm", "mageia"): "Mageia",
    ("rpm", "openeuler"): "openEuler",
    ("rpm", "opensuse"): "openSUSE",
    ("rpm", "redhat"): "Red Hat",
    ("rpm", "rocky"): "Rocky Linux",
    ("rpm", "suse"): "SUSE",
}

# The releases that a package URL tells in the words that OSV has for them.
_RELEASE: Final = re.compile(
    r"(debian|ubuntu|alpine|almalinux|rocky|mageia)-v?([0-9]+(?:\.[0-9]+)?)"
)

# From: https://semver.org/spec/v2.0.0.html , the regular expression at its end.
_NUMBER: Final = r"(?:0|[1-9][0-9]*)"
_SEMVER: Final = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}"
    rf"(?:-(?:{_NUMBER}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
    rf"(?:\.(?:{_NUMBER}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*)?"
    r"(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?"
)


def osv_package(purl: str) -> OsvPackage | None:
    """Return what OSV calls a package; None where it has no word for its ecosystem."""
    try:
        read = PackageURL.from_string(purl)
    except ValueError:
        return None
    namespace = read.namespace or ""
    distribution = _DISTRIBUTIONS.get((read.type, namespace.lower()))
    if distribution is not None:
        release = _release(distribution, read.qualifiers.get("distro", ""))
        return OsvPackage(f"{distribution}{release}", read.name, is_semver=False)
    known = _TYPES.get(read.type)
    if known is None:
        return None
    name = f"{namespace}{known.joint}{read.name}" if namespace else read.name
    if read.type == "pypi":
        name = str(canonicalize_name(read.name))
    return OsvPackage(known.ecosystem, name, is_semver=known.version_type == "semver")


def version_type(purl: str) -> str:
    """Return CVE's word for the order in which a package's versions stand."""
    kind = purl.removeprefix("pkg:").partition("/")[0].lower()
    known = _TYPES.get(kind)
    if known is not None:
        return known.version_type
    return "rpm" if kind == "rpm" else "custom"


def is_semver(version: str) -> bool:
    """Say whether a version is one of SemVer 2.0, without a letter before it."""
    return _SEMVER.fullmatch(version) is not None


def _release(distribution: str, distro: str) -> str:
    """Return the release as OSV has it, with its colon; empty where it is not told."""
    found = _RELEASE.fullmatch(distro.lower())
    if found is None:
        return ""
    major, minor = found[2], found[2].partition(".")[0]
    match distribution:
        case "Ubuntu":
            return f":{major}"
        case "Alpine":
            return f":v{major}"
        case _:
            return f":{minor}"
