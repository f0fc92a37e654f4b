"""Each order holds what its own source says, by examples made by hand after that source."""

from itertools import pairwise

import pytest

from tidegate.engines.matching.versions import Order, UnparsableVersionError, compare, version_key

ASCENDING = {
    # PEP 440, "Summary of permitted suffixes and relative ordering", "Local version identifiers"
    Order.PYPI: [
        ("1.dev0 1.0.dev456 1.0a1 1.0a2.dev456 1.0a12.dev456 1.0a12 1.0b1.dev456 1.0b2"
        " 1.0b2.post345.dev456 1.0b2.post345 1.0rc1.dev456 1.0rc1 1.0 1.0+abc.5 1.0+abc.7 1.0+5"
        " 1.0.post456.dev34 1.0.post456 1.0.15 1.1.dev1 1.44 1.300 1.70000 2!0.1"),
    ],
    # SemVer 2.0, section 11
    Order.SEMVER: [
        ("1.0.0-0 1.0.0-9 1.0.0-10 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta"
        " 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 2.0.0 2.1.0 2.1.1 2.1.255 2.1.300 2.1.65580"),
    ],
    # Go modules' pseudo-versions, and Go's vulnerability database for the toolchain
    Order.GO: [
        ("v0.0.0-20191109021931-daa7c04131f5 v0.0.0-20201109021931-daa7c04131f5 v0.1.0"
        " v1.2.4-0.20191109021931-daa7c04131f5 v1.2.4 v2.0.0+incompatible"),
        "go1.21beta1 go1.21rc2 1.21.0-rc.3 go1.21 go1.21.3",
    ],
    # Debian policy 5.6.12, deb-version(7)
    Order.DEBIAN: [
        "~~ ~~a ~ 0 a",
        ("1.0~beta1~svn1245 1.0~beta1 1.0 1.0-1~bpo12+1 1.0-1 1.0-1+b1 1.0-1+deb12u1 1.0-1.1 1.0a"
        " 1.0+dfsg 1.0-1-1 1.0.1 1.1 1:0"),
    ],
    # rpm-version(7)
    Order.RPM: [
        "1.0~rc1-1 1.0~rc1^git1-1 1.0-1 1.0^20240101-1 1.0^20240101^git1-1 1.0a-1 1.0.1-1 1:0.1-1",
        "1 1-1.el9 1-1.el9_1.2 1-2 1-10",
        "1.fc3 1.3",
    ],
    # apk-tools, test/version.data and version.c
    Order.ALPINE: [
        ("1.0_alpha 1.0_alpha2 1.0_alpha10 1.0_beta 1.0_pre 1.0_rc1 1.0 1.0-r0 1.0-r1 1.0-r10"
        " 1.0~ab12 1.0_cvs 1.0_svn 1.0_git20240101 1.0_hg 1.0_p 1.0_p1-r1 1.0a 1.0b 1.0.0"),
        "1.00 1.01 1.1 1.2 1.10",
    ],
    # Maven's POM reference, "Version Order Specification", and the tests of ComparableVersion
    Order.MAVEN: [
        ("1-alpha 1-alpha2 1-alpha-10 1-beta-2 1-m3 1-rc 1-cr2 1-SNAPSHOT 1 1-ga2 1-sp 1-sp2 1-abc"
        " 1-def 1-1-snapshot 1-1 1-2 1.0.1 1.1 2"),
        "1.ga-alpha 1 1.ga.5 1-sp",
        "1-foo 1.foo.0.1 1-foo.5 1-1",
        "1.0.RC2 1.0-RC3 1.0.1",
    ],
    # NuGet documentation, "Package versioning"
    Order.NUGET: [
        ("1.0.1-aaa 1.0.1-alpha.2 1.0.1-alpha.10 1.0.1-beta 1.0.1-open 1.0.1-rc 1.0.1-rc.1 1.0.1"
        " 1.0.1.1-a 1.0.1.1 1.0.2"),
    ],
    # Gem::Version, and Gem's tests
    Order.RUBYGEMS: [
        ("1.0.a.b 1.0.a.0.b 1.0.a.0.0.b 1.0.a 1.0.a1 1.0.a.2 1.0.b1 1-1 1.0 1.0.0.1 1.0.1.pre 1.0.1"
        " 1.1 1.8.2 1.8.10"),
        "1.0-alpha 1.0-beta 1.0",
    ],
    # composer/semver and PHP's manual of version_compare
    Order.PACKAGIST: [
        ("1.0-dev 1.0-alpha-dev 1.0-alpha 1.0-a2-dev 1.0a2 1.0-beta1 1.0-beta1.1 1.0-RC1 1.0 1.0-p1"
        " 1.0.1 1.0.x-dev 1.1 1.x-dev 2.0 2020-01-01 2020.01.01 20200101"),
    ],
    Order.CRAN: ["0.9 0.75 1.0 1.0.0 1.0-1 1.1"],
    Order.ARCH: ["1.0a 1.0beta 1.0 1.0.1 1:0.1"],
    Order.GENTOO: ["1.0_alpha 1.0_rc1 1.0 1.0-r1 1.0_p1 1.0a 1.1"],
    Order.CONAN: ["1.0-pre 1.0 1.2 1.10"],
}  # fmt: skip
EQUAL = {
    Order.PYPI: ["1.0 1 1.0.0 v1.0 0!1", "1.0a1 1.0-alpha.1 1.0.0A1", "1.0-1 1.0.post1", "1+A 1+a"],
    Order.SEMVER: ["1.0.0 v1.0.0 =1.0.0 1.0.0+build 1.0.0+other 1.0 1", "1.0.0-a 1.0.0-a+b"],
    Order.GO: ["v1.2.0 1.2.0 v1.2.0+incompatible", "go1.21rc2 1.21.0-rc.2", "go1.21 1.21.0"],
    Order.DEBIAN: ["1 0:1 1-0 00:01-00", "1.a 1.a0", "1.0-1a 1.0-1a0"],
    Order.RPM: ["1.0 0:1.0 1_0 1.00 1..0", "1-1.el9 1-1el9 1-1_el_9", "1a1 1.a.1"],
    Order.ALPINE: ["1.2-r1 1.2-r01 01.2-r1"],
    Order.MAVEN: [
        "1 1.0 1.0.0 1-0 1.ga 1-final 1-RELEASE 1. 1- 1-ga0",
        "1-rc1 1rc1 1-RC-1 1.cr1 1.0.0-rc01",
        "1-a 1.a 1a 1-0.a",
        "1a1 1-alpha-1 1.0alpha1",
    ],
    Order.NUGET: ["1.0 1 1.0.0 1.0.0.0 1.00 1.0+sha", "1.0-BETA 1.0.0-beta"],
    Order.RUBYGEMS: ["1 1.0 1.0.0", "1.0.a 1.a 1.0.a.0", "1.a2 1.a.2", "1-1 1.pre.1"],
    Order.PACKAGIST: [
        "1.0 1 v1.0.0 V1.0.0.0 1.0+build 1.0-stable 1.0@dev",
        "1.0-beta2 1.0b2 1.0.0.beta.2 1.0-BETA-2",
        "1.x-dev 1.*-dev",
        "2020-01-01 2020:01:01",
    ],
    Order.CRAN: ["0.1-0 0.01.0 0.1.0"],
    Order.ARCH: ["1.0 0:1.0"],
    Order.CONAN: ["1.0 1.0.0"],
}
NO_VERSIONS = {
    Order.PYPI: ["2004d", "1.0-test1", "0.2.0-n653", "trunk", "1.0+", "1..0"],
    Order.SEMVER: ["1.2.3.4", "latest", "1.2.x", "^1.2.3", "1.0.0-", "1.0.0-a..b"],
    Order.GO: ["(devel)", "go1.x"],
    Order.DEBIAN: ["1-", "a:1", "1:", "1 0", "1_0"],
    Order.RPM: ["-1", "1:", "1 0"],
    Order.ALPINE: ["1-r", "6.6.2p1", "1.2A", "a", ".1", "1_blah", "1-1", "1-r1_p1", "1a.1"],
    Order.MAVEN: ["1 0", "${project.version}\n", "1" * 257],
    Order.NUGET: ["1.0.0.0.0", "1.0-", "v1.0"],
    Order.RUBYGEMS: ["1beta", "1.2.3-x86_64", "a", "1..2", "1_0"],
    Order.PACKAGIST: ["dev-main", "1.2.3.4.5", "1.0.post1", "१.०", "1" * 25],
    Order.CRAN: ["1.0a", "1.", "-1"],
    Order.ARCH: ["1 0"],
    Order.GENTOO: ["1.0-1", "foo"],
    Order.CONAN: ["1 0"],
}


@pytest.mark.parametrize("order", Order)
def test_versions_stand_in_the_order_of_their_source(order):
    for versions in ASCENDING[order]:
        for one, other in pairwise(versions.split()):
            assert compare(order, one, other) == -1, (one, other)
            assert compare(order, other, one) == 1, (one, other)


@pytest.mark.parametrize("order", EQUAL)
def test_what_the_ecosystem_holds_to_be_equal_is_equal(order):
    for versions in EQUAL[order]:
        first, *others = versions.split()
        for other in others:
            assert compare(order, first, other) == 0, (first, other)


@pytest.mark.parametrize("order", NO_VERSIONS)
def test_what_is_no_version_has_no_place(order):
    for version in ["", " ", "\x00", "1.0\x00", "1.0\n2", *NO_VERSIONS[order]]:
        with pytest.raises(UnparsableVersionError):
            compare(order, version, version)


def test_a_non_numeric_epoch_is_part_of_an_rpm_version():
    assert compare(Order.RPM, "a:1", "a.1") == 0
    assert compare(Order.RPM, "a:2", "a1:1") == 1  # as text, a.2 against a1.1; there is no epoch
    assert compare(Order.RPM, "b:1", "1:0") == -1


def test_most_keys_are_short():
    assert len(version_key(Order.SEMVER, "4.17.21")) == 4
    assert len(version_key(Order.PYPI, "2.31.0")) == 5
    assert len(version_key(Order.MAVEN, "2.17.1")) == 4
    assert len(version_key(Order.DEBIAN, "1:2.36-9+deb12u4")) < 25
