"""Debian's status file: what is installed, and of which source package."""

from __future__ import annotations

from tests.engines.formats.inventories.inventory_samples import read, words

STATUS = b"""Package: libc6
Status: install ok installed
Architecture: amd64
Source: glibc
Version: 2.36-9+deb12u4
Description: C library
 Package: hidden in a continuation

Package: bash
Status: hold ok installed
Version: 5.2.15-2+b2
Source: bash (5.2.15-2)
Architecture: amd64

Package: gone
Status: deinstall ok config-files
Version: 1

Package: perl-base
Status: install ok half-configured
Version: 5.36.0-7
Source: perl

Package: odd
Status: what
Version: 1:2~rc1
"""


def test_what_is_installed_is_told_with_its_source_and_what_was_removed_is_not():
    inventory = read(STATUS, "status", distribution="debian-12")
    assert [one[1:3] + one[4:] for one in inventory.components] == [
        ("libc6", "2.36-9+deb12u4", "glibc", "2.36-9+deb12u4", "debian-12"),
        ("bash", "5.2.15-2+b2", "bash", "5.2.15-2", "debian-12"),
        ("perl-base", "5.36.0-7", "perl", "5.36.0-7", "debian-12"),
        ("odd", "1:2~rc1", "odd", "1:2~rc1", "debian-12"),
    ]
    assert [one.place for one in inventory.components] == ["line 1", "line 9", "line 19", "line 24"]
    assert inventory.components[0].purl == (
        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12"
    )
    assert "line 24: 'odd' has no status that is known" in words(inventory)


def test_without_the_release_that_is_said_and_nothing_is_guessed():
    inventory = read(STATUS, "status")
    assert inventory.components[0].purl == "pkg:deb/libc6@2.36-9%2Bdeb12u4?arch=amd64"
    assert {one.distribution for one in inventory.components} == {""}
    assert "give the distribution, such as debian-12" in words(inventory)
