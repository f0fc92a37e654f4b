"""However a producer writes a component, it comes to the coordinate that advisories speak of."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.formats.inventories.components import Component
from tidegate.engines.matching.identity import MAX_PURL, package_of, place
from tidegate.engines.matching.packages import Coordinate, Package, Reason, Unplaced
from tidegate.engines.matching.versions import Order, version_key


def component(purl: str, **more) -> Component:
    return Component(purl, more.pop("name", ""), more.pop("version", ""), "here", **more)


def placed(purl: str, **more) -> tuple[str, str, str]:
    found = place(component(purl, **more))
    assert isinstance(found, Coordinate), found
    return found.package.ecosystem, found.package.name, found.version


@pytest.mark.parametrize(
    ("purl", "ecosystem", "name", "version"),
    [
        ("pkg:npm/%40babel/traverse@7.23.2", "npm", "@babel/traverse", "7.23.2"),
        ("pkg:pypi/Flask_Login@0.6.2", "PyPI", "flask-login", "0.6.2"),
        ("pkg:maven/org.apache/commons@1.0", "Maven", "org.apache:commons", "1.0"),
        ("pkg:golang/github.com/gin-gonic/gin@v1.9.0", "Go", "github.com/gin-gonic/gin", "v1.9.0"),
        ("pkg:cargo/time@0.1.40", "crates.io", "time", "0.1.40"),
        ("pkg:composer/twig/twig@3.0", "Packagist", "twig/twig", "3.0"),
        # Syft and Trivy of one package: the epoch is a qualifier here, and in the version there.
        (
            ("pkg:rpm/rhel/openssl-libs@1.1.1k-7.el8_6?arch=x86_64&epoch=1&distro=rhel-8.6"
             "&upstream=openssl-1.1.1k-7.el8_6.src.rpm"),
            "Red Hat:enterprise_linux:8", "openssl-libs", "1:1.1.1k-7.el8_6",
        ),
        (
            "pkg:rpm/redhat/openssl-libs@1:1.1.1k-7.el8_6?arch=x86_64&distro=redhat-8.6",
            "Red Hat:enterprise_linux:8", "openssl-libs", "1:1.1.1k-7.el8_6",
        ),
        (
            "pkg:deb/debian/libc-bin@2.31-13+deb11u3?arch=amd64&upstream=glibc&distro=debian-11",
            "Debian:11", "glibc", "2.31-13+deb11u3",
        ),
        (
            "pkg:deb/debian/g%2B%2B@4:10.2.1-1?upstream=gcc-defaults%401.190&distro=debian-11.6",
            "Debian:11", "gcc-defaults", "1.190",
        ),
        (
            "pkg:alpine/nghttp2-libs@1.47.0-r0?arch=x86_64&upstream=nghttp2&distro=alpine-3.16.2",
            "Alpine:v3.16", "nghttp2", "1.47.0-r0",
        ),
        (
            ("pkg:rpm/sles/libkeyutils1@1.6.3-5.6.1?distro=sles-15.4"
             "&upstream=keyutils-1.6.3-5.6.1.src.rpm"),
            "SUSE:Linux Enterprise 15 SP4", "keyutils", "1.6.3-5.6.1",
        ),
        (
            ("pkg:rpm/rocky/krb5-libs@1:1.18.2-22.el8_7?distro=rocky-8.7"
             "&upstream=krb5-1.18.2-22.el8_7.src.rpm"),
            "Rocky Linux:8", "krb5", "1:1.18.2-22.el8_7",
        ),
        ("pkg:rpm/alma/p11-kit-trust@0.23.22-1.el8?distro=alma-8.7", "AlmaLinux:8",
         "p11-kit-trust", "0.23.22-1.el8"),
        ("pkg:rpm/centos/bash@4.2.46-35.el7_9?distro=centos-7.9.2009", "Red Hat:enterprise_linux:7",
         "bash", "4.2.46-35.el7_9"),
    ],
)  # fmt: skip
def test_a_component_comes_to_the_coordinate_of_its_advisories(purl, ecosystem, name, version):
    assert placed(purl) == (ecosystem, name, version)


def test_the_key_is_that_of_the_version():
    found = place(component("pkg:deb/debian/curl@7.88.1-10?distro=debian-12&upstream=curl"))
    assert found == Coordinate(
        Package("Debian:12", "curl"), "7.88.1-10", version_key(Order.DEBIAN, "7.88.1-10")
    )


def test_the_source_that_a_document_tells_beside_the_package_url_counts():
    found = placed(
        "pkg:apk/alpine/libcrypto1.1@1.1.1d-r2?distro=3.10.4",
        source_name="openssl",
        source_version="1.1.1d-r2",
    )
    assert found == ("Alpine:v3.10", "openssl", "1.1.1d-r2")


def test_a_debian_source_has_an_epoch_of_its_own_or_none():
    """An epoch too many would be newer than every fix."""
    purl = "pkg:deb/ubuntu/bsdutils@1:2.34-0.1?upstream=util-linux%402.34-0.1&distro=ubuntu-20.04"
    assert placed(purl) == ("Ubuntu:20.04", "util-linux", "2.34-0.1")


def test_the_release_that_a_document_tells_stands_in_where_the_package_url_has_none():
    assert placed("pkg:apk/alpine/musl@1.2.3-r0", source_name="musl", distribution="alpine-3.19.1")[
        0
    ] == ("Alpine:v3.19")
    assert placed("pkg:deb/curl@7.88.1-10", source_name="curl", distribution="debian-12")[0] == (
        "Debian:12"
    )


def test_a_binary_package_of_an_unknown_source_is_in_doubt():
    found = place(component("pkg:deb/ubuntu/libssl3@3.0.2-0ubuntu1?distro=ubuntu-22.04"))
    assert isinstance(found, Coordinate)
    assert found.package == Package("Ubuntu:22.04", "libssl3")
    assert found.doubt is Reason.SOURCE_NOT_TOLD


@pytest.mark.parametrize(
    "purl",
    ["pkg:npm/left-pad@1.3.0", "pkg:rpm/redhat/bash@5.1-1?distro=rhel-9.0"],
)
def test_where_advisories_name_what_is_installed_there_is_no_doubt(purl):
    found = place(component(purl))
    assert isinstance(found, Coordinate)
    assert found.doubt is None


def test_a_debian_backport_is_asked_for_in_the_newer_suite_as_what_it_was():
    assert placed(
        "pkg:deb/debian/libsystemd0@251.3-1~bpo11+1?distro=debian-11&upstream=systemd"
    ) == ("Debian:12", "systemd", "251.3-1")


def test_what_came_through_ubuntu_pro_is_asked_for_there():
    purl = "pkg:deb/ubuntu/libxml2@2.9.4-6.1+esm2?distro=ubuntu-18.04&upstream=libxml2"
    assert placed(purl)[0] == "Ubuntu:Pro:18.04"


@pytest.mark.parametrize(
    ("purl", "reason", "package"),
    [
        ("", Reason.NO_PURL, None),
        ("npm/left-pad", Reason.BAD_PURL, None),
        ("pkg:npm/" + "a" * MAX_PURL, Reason.BAD_PURL, None),
        ("pkg:generic/node@12.22.11", Reason.NOT_COVERED, None),
        ("pkg:rpm/photonic/bash@1", Reason.NOT_COVERED, None),
        ("pkg:alpm/arch/pacman@6.0.1-1", Reason.NOT_COVERED, None),
        ("pkg:deb/curl@7.88.1-10", Reason.NO_RELEASE, None),
        ("pkg:deb/debian/curl@7.88.1-10", Reason.NO_RELEASE, Package("Debian", "curl")),
        (
            "pkg:apk/alpine/musl@1-r0?distro=alpine-edge",
            Reason.NOT_COVERED,
            Package("Alpine", "musl"),
        ),
        ("pkg:deb/debian/curl@1?distro=alpine-3.19", Reason.NO_RELEASE, Package("Debian", "curl")),
        ("pkg:npm/left-pad", Reason.NO_VERSION, Package("npm", "left-pad")),
        ("pkg:npm/kibana@kibana", Reason.UNPARSABLE_VERSION, Package("npm", "kibana")),
    ],
)
def test_what_has_no_place_says_why(purl, reason, package):
    found = place(component(purl))
    assert isinstance(found, Unplaced)
    assert (found.reason, found.package) == (reason, package)
    assert found.words


def test_long_texts_are_not_remembered_and_not_searched():
    found = place(component("pkg:deb/debian/a?distro=debian-12", version="~bpo11+1" * 100_000))
    assert isinstance(found, Unplaced)
    assert found.reason is Reason.UNPARSABLE_VERSION


def test_a_version_that_only_the_document_tells_counts():
    assert placed("pkg:npm/left-pad", version="1.3.0") == ("npm", "left-pad", "1.3.0")


def test_a_package_needs_no_version():
    assert package_of("pkg:maven/org.apache/commons") == Package("Maven", "org.apache:commons")


PARTS = st.text("abAB01%@/?#&=.:~+- é\x00\ud800", max_size=12)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["npm", "deb", "rpm", "apk", "alpine", "golang", "pypi", "maven", ""]),
    PARTS,
    PARTS,
    PARTS,
    PARTS,
)
def test_no_text_breaks_it(kind, name, version, distro, source):
    made = f"pkg:{kind}/debian/{name}@{version}?distro={distro}&upstream={source}"
    found = place(component(made, source_name=source, source_version=version, distribution=distro))
    assert isinstance(found, Coordinate) or found.words
