"""Where a registry may lead: never closer to this machine than the registries of the settings."""

from __future__ import annotations

import pytest

from tests.registry import QUICK, Registry, answers
from tidegate.engines.reproduction.ecosystems.connections import (
    Nearness,
    Reach,
    UnreachableAddressError,
    nearness,
)
from tidegate.engines.reproduction.ecosystems.download import Downloader


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("151.101.1.69", Nearness.INTERNET),
        ("2606:4700::6810:1722", Nearness.INTERNET),
        ("10.1.2.3", Nearness.PRIVATE),
        ("172.16.0.1", Nearness.PRIVATE),
        ("192.168.1.1", Nearness.PRIVATE),
        ("100.64.0.1", Nearness.PRIVATE),
        ("fd00::1", Nearness.PRIVATE),
        ("127.0.0.1", Nearness.THIS_MACHINE),
        ("127.8.9.10", Nearness.THIS_MACHINE),
        ("0.0.0.0", Nearness.THIS_MACHINE),
        ("::1", Nearness.THIS_MACHINE),
        ("::", Nearness.THIS_MACHINE),
        ("::ffff:127.0.0.1", Nearness.THIS_MACHINE),
        ("::ffff:10.0.0.1", Nearness.PRIVATE),
        ("2002:7f00:1::", Nearness.THIS_MACHINE),
        ("169.254.169.254", Nearness.SPECIAL),
        ("::ffff:169.254.169.254", Nearness.SPECIAL),
        ("fe80::1%eth0", Nearness.SPECIAL),
        ("224.0.0.1", Nearness.SPECIAL),
        ("ff02::1", Nearness.SPECIAL),
        ("240.0.0.1", Nearness.SPECIAL),
        ("255.255.255.255", Nearness.SPECIAL),
    ],
)
def test_every_address_has_its_nearness(address, expected):
    assert nearness(address) is expected


def test_a_registry_of_the_internet_leads_to_the_internet_only():
    reach = Reach(frozenset({"registry.example"}))
    reach.check("registry.example", "151.101.1.69")
    reach.check("files.example", "151.101.2.69")
    for address in ("10.0.0.1", "127.0.0.1", "169.254.169.254"):
        with pytest.raises(UnreachableAddressError):
            reach.check("files.example", address)


def test_a_mirror_of_a_private_network_leads_to_its_neighbours_but_not_to_this_machine():
    reach = Reach(frozenset({"mirror.corp"}))
    reach.check("mirror.corp", "10.0.0.1")
    reach.check("storage.corp", "10.0.0.2")
    reach.check("files.example", "151.101.2.69")
    for address in ("127.0.0.1", "169.254.169.254"):
        with pytest.raises(UnreachableAddressError):
            reach.check("storage.corp", address)


def test_nothing_leads_to_a_metadata_service_but_settings_that_name_it():
    reach = Reach(frozenset({"localhost", "169.254.0.9"}))
    reach.check("localhost", "127.0.0.1")
    reach.check("169.254.0.9", "169.254.0.9")
    for host in ("other", "localhost"):  # a name of the settings may change its address
        with pytest.raises(UnreachableAddressError):
            reach.check(host, "169.254.169.254")


def test_a_name_that_resolves_to_this_machine_gets_no_request():
    with Registry() as registry:
        registry.answer("/secret", answers.body(b"of this machine"))
        downloader = Downloader(["https://registry.example/"], bounds=QUICK)
        for host in ("localhost", "127.0.0.1"):
            with pytest.raises(UnreachableAddressError, match="nothing was sent"):
                downloader.page(registry.url.replace("127.0.0.1", host) + "/secret", "*/*")
        assert registry.requests == []


@pytest.mark.parametrize("address", ["169.254.169.254", "[::ffff:a9fe:a9fe]", "[fe80::1]"])
def test_a_redirect_to_a_metadata_service_is_not_even_connected_to(registry, address):
    registry.answer("/page", answers.redirect(f"http://{address}/latest/meta-data/"))
    with pytest.raises(UnreachableAddressError):
        Downloader([registry.url], bounds=QUICK).page(f"{registry.url}/page", "*/*")
