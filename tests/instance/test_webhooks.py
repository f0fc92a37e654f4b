"""Which hosts webhooks may reach inside is said plainly, or not at all."""

from __future__ import annotations

import pytest

from tidegate.instance.webhooks import WebhookHostsError, webhook_hosts


def named(text: str) -> frozenset[str]:
    return webhook_hosts({"TIDEGATE_WEBHOOK_HOSTS": text})


def test_without_a_word_nothing_inside_is_reached():
    assert webhook_hosts({}) == named("") == named(" , ") == frozenset()


def test_names_and_addresses_are_read_as_a_url_writes_them():
    assert named("Hooks.Corp.Example., 10.0.0.7,[FD00::7]") == {
        "hooks.corp.example",
        "10.0.0.7",
        "fd00::7",
    }


@pytest.mark.parametrize(
    "text", ["https://hooks.example", "hooks.example:8080", "10.0.0.0/8", "*.example", "a b", "h/x"]
)
def test_what_is_no_host_is_named(text: str):
    with pytest.raises(WebhookHostsError, match="TIDEGATE_WEBHOOK_HOSTS"):
        named(text)
