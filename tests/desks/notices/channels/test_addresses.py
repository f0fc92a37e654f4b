"""Where a webhook must not lead, in all the ways in which somebody could write it."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.desks.notices.channels.addresses import (
    DestinationError,
    destination_of,
    is_public,
    may_reach,
)

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::a00:1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::808:808", "2002:808:808::1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_no_public_network_is_none(address: str):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_internet_is_one(address: str):
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_what_it_stands_for(address: ipaddress.IPv4Address):
    mapped = ipaddress.IPv6Address((0xFFFF << 32) | int(address))
    translated = ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) | int(address))
    assert is_public(mapped) == is_public(translated) == is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.org/x",
        "//hooks.example.org/x",
        "http://hooks.example.org/x",
        "HTTP://hooks.example.org/x",
        "ftp://hooks.example.org/x",
        "file:///etc/passwd",
        "gopher://hooks.example.org/x",
        "javascript:alert(1)",
        "https:///x",
        "https://",
        "https://user@hooks.example.org/",
        "https://user:word@hooks.example.org/",
        "https://@hooks.example.org/",
        "https://hooks.example.org@127.0.0.1/",
        "https://127.0.0.1#@hooks.example.org/",
        "https://127.0.0.1\\@hooks.example.org/",
        "https://hooks.example.org\\@127.0.0.1/",
        "https://hooks.example.org/#fragment",
        "https://hooks.example.org/#",
        "https://hooks.example.org:0x50/",
        "https://hooks.example.org:99999/",
        "https://hooks.example.org:-1/",
        "https://hooks.example.org /",
        "https://hooks.example.org/a b",
        "https://hooks.example.org/\r\nHost: other",
        "https://hooks.example.org/\n",
        "\thttps://hooks.example.org/",
        "https://hooks.example.org/\x00",
        "https://hööks.example.org/",
        "https://ⓗooks.example.org/",
        "https://１２７.0.0.1/",
        "https://hooks..example.org/",
        "https://.example.org/",
        "https://-hooks.example.org/",
        "https://hooks%2eexample.org/",
        "https://hooks.example.org%00.evil.example/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://017700000001/",
        "https://127.1/",
        "https://127.0.1/",
        "https://127.0.0.01/",
        "https://0/",
        "https://10.0.0.1./",
        "https://0x7f.0x0.0x0.0x1/",
        "https://1.2.3.4.5/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[0:0:0:0:0:ffff:7f00:1]/",
        "https://[::127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://[::1/",
        "https://::1/",
        "https://127.0.0.1/",
        "https://127.0.0.1:8443/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://[fd00:ec2::254]/latest/",
        "https://" + "a" * 64 + ".example.org/",
        "https://" + "a." * 130 + "example.org/",
        "https://hooks.example.org/" + "a" * 2000,
    ],
)
def test_a_hostile_url_is_refused(url: str):
    with pytest.raises(DestinationError):
        destination_of(url)


@given(st.text(max_size=60))
def test_any_text_is_a_destination_or_refused(text: str):
    for url in (text, f"https://{text}", f"https://hooks.example.org/{text}"):
        try:
            found = destination_of(url)
        except DestinationError:
            continue
        assert found.scheme == "https"
        assert found.target.startswith("/")
        assert found.target.isascii()
        assert found.target.isprintable()


@pytest.mark.parametrize(
    ("url", "host", "port", "target", "authority"),
    [
        ("https://Hooks.Example.org", "hooks.example.org", 443, "/", "hooks.example.org"),
        ("https://hooks.example.org./a?b=c", "hooks.example.org", 443, "/a?b=c", None),
        ("https://xn--hks-6qa.example:8443/", "xn--hks-6qa.example", 8443, "/", None),
        ("https://1.1.1.1/x", "1.1.1.1", 443, "/x", "1.1.1.1"),
        ("https://[2606:4700::1111]/", "2606:4700::1111", 443, "/", "[2606:4700::1111]"),
        ("https://host_1.example.org?a", "host_1.example.org", 443, "/?a", None),
    ],
)
def test_a_url_is_read_as_it_is_sent(
    url: str, host: str, port: int, target: str, authority: str | None
):
    found = destination_of(url)
    assert (found.host, found.port, found.target) == (host, port, target)
    if authority:
        assert found.authority == authority


def test_a_host_that_the_owner_allows_may_be_private_and_without_tls():
    hosts = {"hooks.corp.example", "10.0.0.7"}
    assert destination_of("http://hooks.corp.example/", allowed_hosts=hosts).port == 80
    assert destination_of("http://10.0.0.7:8080/", allowed_hosts=hosts).port == 8080
    for url in ("https://10.0.0.8/", "http://other.corp.example/", "http://x.hooks.corp.example/"):
        with pytest.raises(DestinationError):
            destination_of(url, allowed_hosts=hosts)


def test_an_allowed_name_leads_into_a_private_network_but_never_to_a_metadata_service():
    hosts = {"hooks.corp.example", "169.254.169.254"}
    named = destination_of("https://hooks.corp.example/", allowed_hosts=hosts)
    assert may_reach(named, ipaddress.ip_address("10.0.0.7"), hosts)
    assert may_reach(named, ipaddress.ip_address("127.0.0.1"), hosts)
    assert not may_reach(named, ipaddress.ip_address("169.254.169.254"), hosts)
    assert not may_reach(named, ipaddress.ip_address("::ffff:169.254.169.254"), hosts)
    itself = destination_of("https://169.254.169.254/", allowed_hosts=hosts)
    assert may_reach(itself, ipaddress.ip_address("169.254.169.254"), hosts)
