"""Which hosts of models may be reached inside is said by a setting of its own."""

from __future__ import annotations

import pytest

from tidegate.instance.endpoints import EndpointHostsError, endpoint_hosts, is_allowed
from tidegate.instance.home import HomeError
from tidegate.instance.webhooks import webhook_hosts


def test_without_a_word_nothing_inside_is_reached():
    assert endpoint_hosts({}) == endpoint_hosts({"TIDEGATE_ENDPOINT_HOSTS": " , "}) == frozenset()


def test_what_webhooks_may_reach_the_gateway_may_not():
    environment = {"TIDEGATE_WEBHOOK_HOSTS": "10.0.0.7", "TIDEGATE_ENDPOINT_HOSTS": "10.0.0.8"}
    assert endpoint_hosts(environment) == {"10.0.0.8"}
    assert webhook_hosts(environment) == {"10.0.0.7"}


def test_what_is_no_host_is_named_with_its_setting():
    with pytest.raises(EndpointHostsError, match="TIDEGATE_ENDPOINT_HOSTS") as refused:
        endpoint_hosts({"TIDEGATE_ENDPOINT_HOSTS": "https://models.example"})
    assert isinstance(refused.value, HomeError)


def test_a_host_may_be_named_at_one_port():
    said = " Models.Corp.example:8000,[fd00::7]:443,10.0.0.7:80,fd00::8"
    named = endpoint_hosts({"TIDEGATE_ENDPOINT_HOSTS": said})
    assert named == {"models.corp.example:8000", "[fd00::7]:443", "10.0.0.7:80", "fd00::8"}
    for wrong in ("models:0", "models:65536", "models:", ":80", "models:80:90", "models:8x"):
        with pytest.raises(EndpointHostsError, match="TIDEGATE_ENDPOINT_HOSTS"):
            endpoint_hosts({"TIDEGATE_ENDPOINT_HOSTS": wrong})
    assert is_allowed(named, "fd00::7", 443)
    assert not is_allowed(named, "fd00::7", 444)
    assert is_allowed(named, "fd00::8", 9)
    assert not is_allowed(named, "fd00::8", 9, own_port=9)
