"""A setting names hosts plainly, or it is refused with its own name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.instance.allowed_hosts import AllowedHostsError, allowed_hosts


def named(text: str) -> frozenset[str]:
    return allowed_hosts("THE_HOSTS", text, such_as="a.example")


def test_names_and_addresses_are_read_as_a_url_writes_them():
    assert named("A.Corp.Example., 10.0.0.7,[FD00:0::7]") == {
        "a.corp.example",
        "10.0.0.7",
        "fd00::7",
    }


@pytest.mark.parametrize("text", ["https://a.example", "a.example:80", "10.0.0.0/8", "*", "a..b"])
def test_the_error_names_the_setting_and_an_example(text: str):
    with pytest.raises(AllowedHostsError, match=r"THE_HOSTS names .*a\.example"):
        named(text)


@given(st.text(alphabet="aB0.-_ ,[]:/*%", max_size=20))
def test_no_text_names_a_wildcard_a_network_or_a_part_of_a_url(text: str):
    try:
        hosts = named(text)
    except AllowedHostsError:
        return
    assert not any(set(host) & set("*/ ,[]%") for host in hosts)
