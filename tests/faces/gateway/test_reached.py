"""How the gateway is reached: by its name, through TLS, and by whom a named proxy says."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import Mapping
from typing import Any

import pytest

from tidegate.faces.gateway import application
from tidegate.faces.gateway.application import Gateway, mounted
from tidegate.faces.gateway.calling import Incoming
from tidegate.instance.reach import Reach

PROXIED = Reach("https://gate.example.org", proxies=(ipaddress.ip_network("10.0.0.5/32"),))


def scope(**more: Any) -> dict[str, Any]:
    headers = {"host": "127.0.0.1:8750", **more.pop("headers", {})}
    return {
        "type": "http",
        "method": "GET",
        "path": "/gateway/v1/models",
        "raw_path": more.get("path", "/gateway/v1/models").encode(),
        "query_string": b"",
        "scheme": "http",
        "client": ("127.0.0.1", 5000),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        **more,
    }


def asked(gateway: Any, asked: Mapping[str, Any]) -> list[Any]:
    sent: list[Any] = []

    async def run() -> None:
        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.disconnect"}

        await gateway(asked, receive, send)

    asyncio.run(run())
    return sent


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[Incoming]:
    """Return what comes through to be answered; nothing is."""
    found: list[Incoming] = []

    async def call(parts: Any, incoming: Incoming, send: Any) -> None:
        found.append(incoming)

    monkeypatch.setattr(application, "call", call)
    monkeypatch.setattr(Gateway, "_ready", lambda self: None)
    settings.ALLOWED_HOSTS = ["127.0.0.1", "gate.example.org"]
    return found


def test_whoever_comes_by_the_proxy_is_who_it_says(seen):
    headers = {
        "host": "gate.example.org",
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-proto": "https",
    }
    gateway = Gateway(reach=PROXIED, allowed_hosts=())
    asked(gateway, scope(client=("10.0.0.5", 1), headers=headers))
    (incoming,) = seen
    assert incoming.address == "203.0.113.7"
    assert incoming.is_proxied
    # What a proof is for is the address that people know.
    assert incoming.url == "https://gate.example.org/gateway/v1/models"


def test_whoever_comes_past_the_proxy_is_not_answered(seen):
    headers = {"host": "gate.example.org", "x-forwarded-for": "203.0.113.7"}
    gateway = Gateway(reach=PROXIED, allowed_hosts=())
    assert asked(gateway, scope(client=("10.0.0.6", 1), headers=headers))[0]["status"] == 403
    assert seen == []


def test_nobody_is_a_proxy_where_none_is_named(seen):
    asked(Gateway(reach=Reach(), allowed_hosts=()), scope(headers={"x-forwarded-for": "1.2.3.4"}))
    assert not seen[0].is_proxied
    assert seen[0].address == "127.0.0.1"


def test_an_address_of_four_bytes_is_the_same_in_the_other_form(seen):
    gateway = Gateway(reach=Reach(), allowed_hosts=())
    asked(gateway, scope(client=("::ffff:198.51.100.7", 1)))
    assert seen[0].address == "198.51.100.7"


@pytest.mark.parametrize(
    ("reach", "more", "status"),
    [
        (Reach(), {"headers": {"host": "elsewhere.example"}}, 421),
        (Reach("https://gate.example.org"), {"headers": {"host": "gate.example.org"}}, 400),
        (Reach(), {"method": "POST"}, 404),
        (Reach(), {"path": "/gateway/v1/files"}, 404),
        (Reach(), {"raw_path": b"/gateway/v1/%6dodels"}, 404),
    ],
)
def test_what_is_asked_otherwise_is_not_answered(seen, reach, more, status):
    sent = asked(Gateway(reach=reach, allowed_hosts=()), scope(**more))
    assert sent[0]["status"] == status
    assert json.loads(sent[1]["body"])["error"]["message"]
    assert seen == []


def test_what_is_not_under_the_gateways_path_is_somebody_elses():
    answered: list[str] = []

    def answering(name: str) -> Any:
        async def answer(scope: Any, receive: Any, send: Any) -> None:
            answered.append(name)

        return answer

    both = mounted(answering("inner"), answering("gateway"))
    for path in ("/gateway/v1/models", "/gateway", "/gatewayx/", "/", "/GATEWAY/v1/models"):
        asked(both, scope(path=path))
    asked(both, {"type": "lifespan"})
    assert answered == ["gateway", "inner", "inner", "inner", "inner", "gateway"]
