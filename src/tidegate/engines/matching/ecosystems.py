"""Which ecosystems are covered, how each names its packages, and in which order its versions stand.

The names are those of OSV (OSV schema, "Defined Ecosystems"); those that OSV has no word for are
marked. What is not in this table is not covered, and is said so; nothing is guessed from a
neighbour. An ecosystem that is covered here may still have no feed: then nothing is known either.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tidegate.engines.matching.versions import Order


class Naming(StrEnum):
    """How names are written so that one package has one name."""

    EXACT = "exact"
    """As they come: capital letters mean something."""
    LOWER = "lower"
    """In small letters. Where a registry once took capital letters (npm, Go), two packages that
    differ by them alone become one: too much is found then, never too little."""
    PEP_503 = "pep-503"
    """Small letters; each run of `-`, `_` and `.` is one `-` (PEP 503)."""
    CRATE = "crate"
    """Small letters; `_` is `-`, as crates.io's registry holds them to be one."""
    ADDRESS = "address"
    """An address without its scheme, without `.git` at its end, in small letters."""


@dataclass(frozen=True, slots=True)
class Ecosystem:
    """One ecosystem of packages."""

    name: str
    """OSV's word, without a release: `PyPI`, `Debian`, `Red Hat`."""
    order: Order
    types: tuple[str, ...]
    """The types of package URLs that it goes by; the first is the one to write."""
    namespaces: tuple[str, ...] = ()
    """The namespaces that tell it from others of the same type; empty where the type is enough."""
    needs_release: bool = False
    """Whether its packages are only known with a release: `Debian:12`, never `Debian`."""
    naming: Naming = Naming.EXACT
    joint: str = "/"
    """What stands between namespace and name; for a distribution, the namespace is no part."""

    @property
    def is_distribution(self) -> bool:
        """Whether the namespace names a distribution, and not a part of the package's name."""
        return bool(self.namespaces)

    def normal(self, name: str) -> str:
        """Return a package's name in its normal form; doing it twice changes nothing more."""
        return _NORMAL[self.naming](name.strip())

    def name_of(self, namespace: str | None, name: str) -> str:
        """Return the normal name of what a package URL calls `namespace` and `name`, decoded."""
        if not namespace or self.is_distribution:
            return self.normal(name)
        return self.normal(f"{namespace.strip('/')}{self.joint}{name}")

    def word(self, release: str = "") -> str:
        """Return OSV's word with a release: `Debian:12`."""
        return f"{self.name}:{release}" if release else self.name


def ecosystem_named(osv_name: str) -> Ecosystem | None:
    """Return the ecosystem of OSV's word, with a release or without; None where not covered."""
    return _BY_NAME.get(osv_name.partition(":")[0].strip())


def release_named(osv_name: str) -> str:
    """Return the release within OSV's word: `12` of `Debian:12`; empty where it names none."""
    return osv_name.partition(":")[2].strip()


def ecosystem_of_purl(type_: str, namespace: str | None) -> Ecosystem | None:
    """Return the ecosystem of a package URL's type and namespace; None where not covered.

    A distribution's package without a namespace belongs to none: of `pkg:deb/curl` nobody knows
    whether it is Debian's or Ubuntu's.
    """
    kind = type_.strip().lower()
    found = _BY_TYPE.get(kind)
    if found is not None:
        return found
    return _BY_NAMESPACE.get((kind, (namespace or "").strip().lower()))


def _exact(name: str) -> str:
    return name


def _pep_503(name: str) -> str:
    return _SEPARATORS.sub("-", name).lower()


def _crate(name: str) -> str:
    return name.lower().replace("_", "-")


def _address(name: str) -> str:
    return _ENDING.sub("", _SCHEME.sub("", name.lower()))


_SEPARATORS: Final = re.compile(r"[-_.]+")
_SCHEME: Final = re.compile(r"^(?:[a-z][a-z0-9+.-]*+://|\s)+")
_ENDING: Final = re.compile(r"(?:\.git|/|\s)+$")
_NORMAL: Final[dict[Naming, Callable[[str], str]]] = {
    Naming.EXACT: _exact,
    Naming.LOWER: str.lower,
    Naming.PEP_503: _pep_503,
    Naming.CRATE: _crate,
    Naming.ADDRESS: _address,
}


def _distribution(
    name: str, order: Order, type_: str, *namespaces: str, rolling: bool = False
) -> Ecosystem:
    naming = Naming.LOWER if type_ == "deb" else Naming.EXACT
    return Ecosystem(name, order, (type_,), namespaces, not rolling, naming)


ECOSYSTEMS: Final[tuple[Ecosystem, ...]] = (
    Ecosystem("PyPI", Order.PYPI, ("pypi",), naming=Naming.PEP_503),
    Ecosystem("npm", Order.SEMVER, ("npm",), naming=Naming.LOWER),
    Ecosystem("Maven", Order.MAVEN, ("maven",), joint=":"),
    Ecosystem("Go", Order.GO, ("golang",), naming=Naming.LOWER),
    Ecosystem("crates.io", Order.SEMVER, ("cargo",), naming=Naming.CRATE),
    Ecosystem("NuGet", Order.NUGET, ("nuget",), naming=Naming.LOWER),
    Ecosystem("RubyGems", Order.RUBYGEMS, ("gem",)),
    Ecosystem("Packagist", Order.PACKAGIST, ("composer",), naming=Naming.LOWER),
    Ecosystem("Hex", Order.SEMVER, ("hex",), naming=Naming.LOWER),
    Ecosystem("SwiftURL", Order.SEMVER, ("swift",), naming=Naming.ADDRESS),
    Ecosystem("GitHub Actions", Order.SEMVER, ("githubactions",), naming=Naming.LOWER),
    Ecosystem("CRAN", Order.CRAN, ("cran",)),
    Ecosystem("ConanCenter", Order.CONAN, ("conan",)),
    _distribution("Debian", Order.DEBIAN, "deb", "debian"),
    _distribution("Ubuntu", Order.DEBIAN, "deb", "ubuntu"),
    Ecosystem("Alpine", Order.ALPINE, ("apk", "alpine"), ("alpine",), needs_release=True),
    _distribution("Alpaquita", Order.ALPINE, "apk", "alpaquita"),
    _distribution("Wolfi", Order.ALPINE, "apk", "wolfi", rolling=True),
    _distribution("Chainguard", Order.ALPINE, "apk", "chainguard", rolling=True),
    _distribution("MinimOS", Order.ALPINE, "apk", "minimos", rolling=True),
    _distribution("Red Hat", Order.RPM, "rpm", "redhat", "rhel"),
    _distribution("AlmaLinux", Order.RPM, "rpm", "almalinux", "alma"),
    _distribution("Rocky Linux", Order.RPM, "rpm", "rocky", "rockylinux", "rocky-linux"),
    _distribution("SUSE", Order.RPM, "rpm", "suse", "sles", "sled", "sle"),
    _distribution(
        "openSUSE", Order.RPM, "rpm", "opensuse", "opensuse-leap", "opensuse.leap",
        "opensuse-tumbleweed", "opensuse.tumbleweed",
    ),
    _distribution("Mageia", Order.RPM, "rpm", "mageia"),
    _distribution("openEuler", Order.RPM, "rpm", "openeuler"),
    _distribution("Photon OS", Order.RPM, "rpm", "photon"),
    _distribution("Azure Linux", Order.RPM, "rpm", "azurelinux", "mariner"),
    # OSV has no word for these.
    _distribution("Fedora", Order.RPM, "rpm", "fedora"),
    _distribution("CentOS", Order.RPM, "rpm", "centos"),
    _distribution("Amazon Linux", Order.RPM, "rpm", "amzn", "amazon"),
    _distribution("Oracle Linux", Order.RPM, "rpm", "oracle", "ol", "oraclelinux"),
    _distribution("Arch Linux", Order.ARCH, "alpm", "arch", rolling=True),
    _distribution("Gentoo", Order.GENTOO, "ebuild", "gentoo", rolling=True),
)  # fmt: skip

_BY_NAME: Final = {one.name: one for one in ECOSYSTEMS}
_BY_TYPE: Final = {kind: one for one in ECOSYSTEMS if not one.namespaces for kind in one.types} | {
    "alpine": _BY_NAME["Alpine"]
}
_BY_NAMESPACE: Final = {
    (kind, namespace): one
    for one in ECOSYSTEMS
    for kind in one.types
    for namespace in one.namespaces
}
