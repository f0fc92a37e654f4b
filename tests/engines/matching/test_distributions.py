"""Releases of distributions have many names among producers and feeds, and come to one."""

from __future__ import annotations

import pytest

from tidegate.engines.matching.distributions import (
    ReleaseError,
    distribution_named,
    ecosystem_of_release,
    ecosystems_of_advisory,
    names_source,
)
from tidegate.engines.matching.ecosystems import ecosystem_named


@pytest.mark.parametrize(
    ("family", "said", "word"),
    [
        ("Debian", "debian-11.6", "Debian:11"),
        ("Debian", "bookworm", "Debian:12"),
        ("Debian", "trixie/sid", "Debian:13"),
        ("Debian", "debian-sid", "Debian:sid"),
        ("Debian", "ubuntu-24.04", "Ubuntu:24.04"),
        ("Ubuntu", "jammy", "Ubuntu:22.04"),
        ("Ubuntu", "20.04.6", "Ubuntu:20.04"),
        ("Alpine", "3.16.2", "Alpine:v3.16"),
        ("Alpine", "v3.19", "Alpine:v3.19"),
        ("Red Hat", "rhel-8.5", "Red Hat:enterprise_linux:8"),
        ("Red Hat", "redhat-9", "Red Hat:enterprise_linux:9"),
        ("CentOS", "centos-9", "CentOS:9"),
        ("AlmaLinux", "almalinux-9.4", "AlmaLinux:9"),
        ("Rocky Linux", "rocky-8.7", "Rocky Linux:8"),
        ("SUSE", "sles-15.4", "SUSE:Linux Enterprise 15 SP4"),
        ("SUSE", "SUSE Linux Enterprise Server 15 SP5", "SUSE:Linux Enterprise 15 SP5"),
        ("SUSE", "sles-12", "SUSE:Linux Enterprise 12"),
        ("openSUSE", "opensuse-leap-15.3", "openSUSE:Leap 15.3"),
        ("openSUSE", "opensuse-tumbleweed-20240101", "openSUSE:Tumbleweed"),
        ("openEuler", "openEuler-24.03 (LTS-SP1)", "openEuler:24.03-LTS-SP1"),
        ("Photon OS", "photon-4.0", "Photon OS:4.0"),
        ("Wolfi", "wolfi-20230201", "Wolfi"),
    ],
)  # fmt: skip
def test_what_producers_say_comes_to_one_word(family, said, word):
    known = ecosystem_named(family)
    assert known is not None
    assert ecosystem_of_release(known, said) == word


@pytest.mark.parametrize(
    ("family", "said", "is_told"),
    [
        ("Debian", "", False),
        ("Debian", "debian", False),
        ("Debian", "testing", True),
        ("Alpine", "alpine-3.17_alpha20220715", True),
        ("Alpine", "edge", True),
        ("Debian", "rhel-8", False),
        ("openEuler", "openeuler-23.09", True),
    ],
)
def test_what_is_no_release_is_said_so(family, said, is_told):
    known = ecosystem_named(family)
    assert known is not None
    with pytest.raises(ReleaseError) as refused:
        ecosystem_of_release(known, said)
    assert refused.value.is_told is is_told


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("npm", ("npm",)),
        ("Maven:https://maven.google.com", ("Maven",)),
        ("Debian:12", ("Debian:12",)),
        ("Alpine:v3.19", ("Alpine:v3.19",)),
        ("Ubuntu:22.04:LTS", ("Ubuntu:22.04",)),
        ("Ubuntu:23.10", ("Ubuntu:23.10",)),
        ("Ubuntu:Pro:18.04:LTS", ("Ubuntu:Pro:18.04", "Ubuntu:18.04")),
        ("Ubuntu:Pro:FIPS:20.04:LTS", ("Ubuntu:Pro:FIPS:20.04",)),
        ("Red Hat:enterprise_linux:8::baseos", ("Red Hat:enterprise_linux:8",)),
        ("Red Hat:rhel_eus:8.6::appstream", ("Red Hat:rhel_eus:8.6",)),
        ("SUSE:Linux Enterprise Module for Basesystem 15 SP4", ("SUSE:Linux Enterprise 15 SP4",)),
        ("SUSE:Linux Enterprise Module for Python 3 15 SP6", ("SUSE:Linux Enterprise 15 SP6",)),
        ("SUSE:Linux Enterprise Server 15 SP1-LTSS", ("SUSE:Linux Enterprise 15 SP1",)),
        ("SUSE:Linux Enterprise Micro 5.3", ("SUSE:Linux Enterprise Micro 5.3",)),
        ("openSUSE:Leap 15.6", ("openSUSE:Leap 15.6",)),
        ("Debian", ()),
        ("Android", ()),
    ],
)  # fmt: skip
def test_what_feeds_say_comes_to_the_same_words(said, words):
    assert ecosystems_of_advisory(said) == words


def test_who_names_sources_and_who_does_not():
    assert names_source("Debian:12")
    assert names_source("Rocky Linux:8")
    assert not names_source("Red Hat:enterprise_linux:8")
    assert not names_source("npm")


def test_a_distribution_is_known_by_its_beginning():
    assert distribution_named("opensuse-leap-15.3") is ecosystem_named("openSUSE")
    assert distribution_named("olive-1") is None
