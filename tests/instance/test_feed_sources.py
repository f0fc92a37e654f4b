"""Feeds come from the public internet, or from the mirrors that the owner names."""

from __future__ import annotations

import pytest

from tidegate.instance.feed_sources import FeedHostsError, feed_hosts, route_to


def test_the_named_hosts_are_allowed_and_no_others():
    assert feed_hosts({}) == frozenset()
    named = {"TIDEGATE_FEED_HOSTS": "mirror.corp.example, 10.0.0.7"}
    assert feed_hosts(named) == {"mirror.corp.example", "10.0.0.7"}
    with pytest.raises(FeedHostsError, match="TIDEGATE_FEED_HOSTS"):
        feed_hosts({"TIDEGATE_FEED_HOSTS": "https://mirror.corp.example/feeds"})


def test_the_way_out_is_the_environments(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "mirror.corp.example")
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/own.pem")
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    out = route_to("https://www.cisa.gov/kev.json")
    assert (out.proxies["https"], out.verify) == ("http://proxy.example:3128", "/etc/own.pem")
    assert route_to("https://mirror.corp.example/kev.json").proxies == {}
