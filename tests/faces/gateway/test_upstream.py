"""Addresses of endpoints: judged when they are connected to, all of them, each time."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from typing import Any

import pytest

from tidegate.desks.notices.channels.addresses import Address
from tidegate.faces.demo.endpoint import ScriptedEndpoint, playing
from tidegate.faces.gateway.limits import Limits
from tidegate.faces.gateway.refusing import RefusedError
from tidegate.faces.gateway.upstream import Upstream


class Names:
    """A resolver that says something else each time."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[Address]:
        self.asked.append(host)
        return [ipaddress.ip_address(one) for one in self.answers.pop(0)]


def ask(
    url: str,
    names: Names | None = None,
    allowed: Any = (),
    times: int = 1,
    own_port: int | None = None,
) -> str:
    """Ask an address; return why not, or the status."""

    async def asking() -> str:
        upstream = Upstream(Limits(connect_seconds=1), allowed, resolve=names)
        said = ""
        try:
            for _ in range(times):
                response = await upstream.ask(
                    url, {"Authorization": "Bearer x"}, b"{}", own_port=own_port
                )
                said = str(response.status)
                response.close()
        except RefusedError as error:
            said = error.words
        finally:
            await upstream.close()
        return said

    return asyncio.run(asking())


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["10.0.0.7"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:10.0.0.7"],
        ["64:ff9b::a00:7"],
        ["fd00::1"],
        ["224.0.0.1"],
        ["0.0.0.0"],
        ["100.64.0.1"],
        ["93.184.215.14", "10.0.0.7"],
        [],
    ],
)
def test_a_name_with_any_address_that_is_not_public_is_not_connected_to(answers):
    names = Names(answers)
    assert "no address on the public internet" in ask("https://models.example/v1", names)
    assert names.asked == ["models.example"]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/v1",
        "https://[::1]/v1",
        "https://[::ffff:127.0.0.1]/v1",
        "https://169.254.169.254/latest",
        "https://10.0.0.7:8443/v1",
    ],
)
def test_a_number_that_is_not_public_is_not_connected_to(url):
    assert "no address on the public internet" in ask(url)


@pytest.mark.parametrize("url", ["https://2130706433/", "https://127.1/", "https://0x7f.1/"])
def test_another_way_to_write_a_number_is_not_connected_to(url):
    assert "401" not in ask(url, Names(["127.0.0.1"], ["127.0.0.1"]))


@pytest.mark.parametrize(
    "url",
    [
        "http://models.example/v1",
        "ftp://models.example/v1",
        "https://user@models.example/v1",
        "https:///v1",
        "models.example",
        "",
    ],
)
def test_what_is_no_address_through_tls_is_not_connected_to(url):
    names = Names(["93.184.215.14"])
    said = ask(url, names)
    assert "address" in said or "TLS" in said
    assert names.asked == []


def test_a_name_that_changes_its_address_wins_nothing():
    # The second connection looks the name up again, and judges again.
    with playing(ScriptedEndpoint()) as (address, _):
        port = address.rpartition(":")[2]
        names = Names(["127.0.0.1"], ["127.0.0.1", "10.0.0.7"], ["169.254.169.254"])
        url = f"http://models.example:{port}/v1/chat/completions"
        allowed = {"models.example"}
        assert ask(url, names, allowed) == "401"
        # An owner that allows a name allows its private addresses, and no link-local one.
        assert ask(url, names, allowed) == "401"
        assert "no address" in ask(url, names, allowed)
        assert names.asked == ["models.example"] * 3


def test_no_proxy_of_the_environment_is_asked(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with playing(ScriptedEndpoint()) as (address, _):
        assert ask(f"{address}/v1/messages", allowed={"127.0.0.1"}) == "401"


def test_what_is_told_of_a_failure_names_no_address():
    said = ask("http://127.0.0.1:1/v1", allowed={"127.0.0.1"})
    assert said == "The endpoint could not be connected to."


def test_a_host_that_is_allowed_at_a_port_is_reached_there_alone():
    with playing(ScriptedEndpoint()) as (address, _):
        port = int(address.rpartition(":")[2])
        url = f"{address}/v1/chat/completions"
        assert ask(url, allowed={f"127.0.0.1:{port}"}) == "401"
        assert "TLS" in ask(url, allowed={f"127.0.0.1:{port + 1}"})
        named = f"https://models.example:{port}/v1"
        names = Names(["127.0.0.1"])
        assert "no address" in ask(named, names, {f"models.example:{port + 1}"})


def test_this_instance_is_not_asked_by_itself_unless_that_is_meant():
    with playing(ScriptedEndpoint()) as (address, _):
        port = int(address.rpartition(":")[2])
        url = f"{address}/v1/chat/completions"
        assert "own" in ask(url, allowed={"127.0.0.1"}, own_port=port)
        assert ask(url, allowed={"127.0.0.1"}, own_port=port + 1) == "401"
        assert ask(url, allowed={"127.0.0.1", f"127.0.0.1:{port}"}, own_port=port) == "401"
