"""What OSV and CVE records call a package."""

from __future__ import annotations

import pytest

from tidegate.engines.formats.advisories.package_names import (
    is_semver,
    osv_package,
    version_type,
)
from tidegate.engines.matching.identity import package_of
from tidegate.engines.matching.packages import Package


@pytest.mark.parametrize(
    ("purl", "ecosystem", "name"),
    [
        ("pkg:npm/%40scope/name", "npm", "@scope/name"),
        ("pkg:pypi/My_Package", "PyPI", "my-package"),
        ("pkg:maven/org.example/a", "Maven", "org.example:a"),
        ("pkg:golang/example.org/m/v2", "Go", "example.org/m/v2"),
        ("pkg:cargo/tokio", "crates.io", "tokio"),
        ("pkg:composer/vendor/name", "Packagist", "vendor/name"),
        ("pkg:nuget/Newtonsoft.Json", "NuGet", "Newtonsoft.Json"),
        ("pkg:deb/debian/curl?distro=debian-12.5", "Debian:12", "curl"),
        ("pkg:deb/ubuntu/curl?distro=ubuntu-22.04", "Ubuntu:22.04", "curl"),
        ("pkg:apk/alpine/curl?distro=alpine-3.19", "Alpine:v3.19", "curl"),
    ],
)
def test_a_package_has_the_name_under_which_our_matching_knows_it(
    purl: str, ecosystem: str, name: str
) -> None:
    found = osv_package(purl)

    assert found is not None
    assert (found.ecosystem, found.name) == (ecosystem, name)
    matched = package_of(purl)
    assert isinstance(matched, Package)
    assert (matched.ecosystem, matched.name.lower()) == (ecosystem, name.lower())


@pytest.mark.parametrize("purl", ["pkg:generic/a/b", "pkg:github/a/b", "none", "pkg:deb/curl"])
def test_what_osv_has_no_word_for_has_no_name(purl: str) -> None:
    assert osv_package(purl) is None


def test_the_order_of_versions_has_cve_s_word() -> None:
    assert [version_type(f"pkg:{kind}/a") for kind in ("npm", "pypi", "maven", "rpm", "gem")] == [
        "semver",
        "python",
        "maven",
        "rpm",
        "custom",
    ]


def test_a_letter_or_a_missing_number_is_no_semver() -> None:
    assert [is_semver(each) for each in ("1.2.3", "1.2.3-rc.1+b", "v1.2.3", "1.2", "01.2.3")] == [
        True,
        True,
        False,
        False,
        False,
    ]
