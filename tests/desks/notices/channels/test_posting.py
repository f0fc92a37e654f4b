"""A webhook is sent to the address that was judged, and to no other; its answer is hardly read."""

from __future__ import annotations

import ipaddress
import itertools
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.desks.notices.hooks import TAKEN, Hook, hook
from tests.registry.certificates import certify
from tidegate.desks.notices.channels import posting
from tidegate.desks.notices.channels.addresses import Address, Destination, destination_of
from tidegate.desks.notices.channels.posting import Answer, Outcome, Post, post_all

HOST = "hooks.corp.example"
ALLOWED = {HOST, "127.0.0.1"}


class Names:
    """A resolver whose answers change as a test wants it."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = itertools.chain(answers, itertools.repeat(answers[-1]))
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        self.asked.append(host)
        found = next(self._answers)
        if not found:
            raise OSError("no such name")
        return [ipaddress.ip_address(one) for one in found]


def post(
    url: str,
    *,
    names: Names | None = None,
    allowed: set[str] = ALLOWED,
    trust: ssl.SSLContext | None = None,
    seconds: float = 5.0,
) -> Answer:
    (answer,) = post_all(
        [Post(destination_of(url, allowed_hosts=allowed), {"webhook-id": "S-1"}, b"{}")],
        allowed_hosts=allowed,
        seconds=seconds,
        resolve=names or Names(["127.0.0.1"]),
        trust=trust,
    )
    return answer


@pytest.fixture
def taking() -> Iterator[Hook]:
    with hook() as made:
        yield made


def test_what_is_sent_is_a_plain_request_with_the_name_as_its_host(taking: Hook):
    assert post(f"http://{HOST}:{taking.port}/in?a=b").outcome is Outcome.TAKEN
    assert taking.received[0].startswith(b"POST /in?a=b HTTP/1.1\r\n")
    headers = taking.headers()
    assert headers["host"] == f"{HOST}:{taking.port}"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == "S-1"
    assert taking.body() == b"{}"


def test_a_name_is_looked_up_once_so_that_it_cannot_change_in_between(taking: Hook):
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    assert post(f"http://{HOST}:{taking.port}/", names=names).outcome is Outcome.TAKEN
    assert names.asked == [HOST]


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::ffff:127.0.0.1"],
        ["::1"],
        ["8.8.8.8", "127.0.0.1"],
        ["127.0.0.1", "8.8.8.8"],
        ["2606:4700::1111", "fd00::1"],
        ["64:ff9b::7f00:1"],
        [],
    ],
)
def test_a_name_with_any_private_address_is_not_connected_to(
    taking: Hook, addresses: list[str], monkeypatch: pytest.MonkeyPatch
):
    connected: list[object] = []
    monkeypatch.setattr(posting, "_connected", lambda *of: connected.append(of))
    names = Names(addresses)
    url = f"https://rebinding.example:{taking.port}/"
    answer = post(url, names=names, allowed=set())
    assert answer == Answer(Outcome.NO_ADDRESS)
    assert connected == []
    assert names.asked == ["rebinding.example"]


def test_no_name_and_a_private_name_are_told_apart_by_nothing():
    unknown = post("https://unknown.example/", names=Names([]), allowed=set())
    inside = post("https://database.example/", names=Names(["10.0.0.9"]), allowed=set())
    assert unknown == inside


def test_a_destination_that_slipped_in_by_another_way_is_judged_again(taking: Hook):
    """The row was written when the host was allowed, or by hand."""
    slipped = Destination("http", "127.0.0.1", taking.port, "/")
    (answer,) = post_all([Post(slipped, {}, b"{}")], allowed_hosts=set(), seconds=5)
    assert answer.outcome is Outcome.NO_ADDRESS
    assert taking.connections == 0


def test_a_redirect_is_not_followed(taking: Hook):
    with hook() as inside:
        where = f"http://127.0.0.1:{inside.port}/secret"
        for status in (b"301", b"302", b"303", b"307", b"308"):
            taking.answer = (
                b"HTTP/1.1 " + status + b" There\r\nLocation: " + where.encode() + b"\r\n\r\n"
            )
            answer = post(f"http://{HOST}:{taking.port}/")
            assert answer == Answer(Outcome.REDIRECTED, int(status))
        assert inside.connections == 0


def test_nothing_of_an_answer_but_its_status_is_told(taking: Hook):
    taking.answer = (
        b"HTTP/1.1 500 s3cret-reason\r\nX-Key: s3cret\r\nContent-Length: 6\r\n\r\ns3cret"
    )
    answer = post(f"http://{HOST}:{taking.port}/")
    assert answer == Answer(Outcome.REFUSED, 500)
    assert "s3cret" not in f"{answer} {answer.words}"


def test_an_endless_head_is_read_to_a_bound(taking: Hook):
    sent = [0]

    def endless() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n"
        while True:
            sent[0] += 1024
            yield b"X-A: " + b"a" * 1017 + b"\r\n"

    taking.answer = endless()
    assert post(f"http://{HOST}:{taking.port}/").outcome is Outcome.UNREADABLE


def test_endless_interim_answers_are_read_to_a_bound(taking: Hook):
    taking.answer = itertools.repeat(b"HTTP/1.1 102 Processing\r\n\r\n" * 20)
    assert post(f"http://{HOST}:{taking.port}/").outcome is Outcome.UNREADABLE


def test_an_endless_body_is_not_read(taking: Hook):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n"
    taking.answer = itertools.chain([head], itertools.repeat(b"a" * 65536))
    assert post(f"http://{HOST}:{taking.port}/").outcome is Outcome.TAKEN


def test_one_that_says_nothing_or_a_little_at_a_time_ends_in_time(taking: Hook):
    taking.answer = None
    assert post(f"http://{HOST}:{taking.port}/", seconds=0.3).outcome is Outcome.SLOW

    def dripping() -> Iterator[bytes]:
        for sign in b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 1000:
            yield bytes([sign])
            time.sleep(0.05)

    taking.answer = dripping()
    assert post(f"http://{HOST}:{taking.port}/", seconds=0.3).outcome is Outcome.SLOW


def test_a_server_that_does_not_begin_tls_ends_in_time(taking: Hook):
    assert post(f"https://{HOST}:{taking.port}/", seconds=0.3).outcome is Outcome.SLOW


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (b"", Outcome.UNREACHABLE),
        (b"HTTP/1.1 200", Outcome.UNREACHABLE),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Outcome.UNREADABLE),
        (b"HTTP/1.1 410 Gone\r\n\r\n", Outcome.GONE),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", Outcome.REFUSED),
        (b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", Outcome.TAKEN),
        (b"HTTP/1.0 200 OK\r\n\r\n", Outcome.TAKEN),
    ],
)
def test_each_answer_has_its_word(taking: Hook, said: bytes, outcome: Outcome):
    taking.answer = said
    assert post(f"http://{HOST}:{taking.port}/").outcome is outcome


def test_a_port_where_nobody_listens_is_unreachable():
    with hook() as closed:
        port = closed.port
    assert post(f"http://{HOST}:{port}/").outcome is Outcome.UNREACHABLE


def test_of_several_addresses_the_next_is_tried(taking: Hook):
    names = Names(["127.0.0.3", "127.0.0.1"])
    assert post(f"http://{HOST}:{taking.port}/", names=names).outcome is Outcome.TAKEN


def test_the_certificate_has_to_be_of_the_name_and_of_somebody_who_is_trusted(tmp_path: Path):
    path, served = certify("127.0.0.1", tmp_path)
    trust = ssl.create_default_context(cafile=str(path))
    with hook(served) as secure:
        asked: list[str | None] = []
        served.sni_callback = lambda _, name, __: asked.append(name)
        by_number = f"https://127.0.0.1:{secure.port}/"
        assert post(by_number, trust=trust).outcome is Outcome.TAKEN
        assert post(by_number).outcome is Outcome.UNTRUSTED
        # The address is the certificate's, and the name is not: it is the name that counts.
        by_name = f"https://{HOST}:{secure.port}/"
        assert post(by_name, trust=trust).outcome is Outcome.UNTRUSTED
        assert asked[-1] == HOST
        assert len(secure.received) == 1


def test_one_that_hangs_keeps_no_other_waiting(taking: Hook):
    with hook(answer=None) as hanging:
        urls = [f"http://{HOST}:{port}/" for port in (hanging.port, taking.port, hanging.port)]
        posts = [Post(destination_of(url, allowed_hosts=ALLOWED), {}, b"{}") for url in urls]
        answers = post_all(posts, allowed_hosts=ALLOWED, seconds=1.5, resolve=Names(["127.0.0.1"]))
    assert [one.outcome for one in answers] == [Outcome.SLOW, Outcome.TAKEN, Outcome.SLOW]


def test_the_systems_own_resolver_is_asked_where_none_is_handed_in(
    taking: Hook, monkeypatch: pytest.MonkeyPatch
):
    url = f"http://localhost:{taking.port}/"
    posts = [Post(destination_of(url, allowed_hosts={"localhost"}), {}, b"{}")]
    (answer,) = post_all(posts, allowed_hosts={"localhost"}, seconds=5)
    assert answer.outcome is Outcome.TAKEN

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    (answer,) = post_all(posts, allowed_hosts={"localhost"}, seconds=5)
    assert answer.outcome is Outcome.NO_ADDRESS


def test_nothing_to_send_is_no_work():
    assert post_all([], allowed_hosts=set(), seconds=1) == []


def test_no_proxy_is_asked(taking: Hook, monkeypatch: pytest.MonkeyPatch):
    with hook() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert post(f"http://{HOST}:{taking.port}/").outcome is Outcome.TAKEN
        assert proxy.connections == 0
    assert TAKEN.startswith(b"HTTP/1.1 204")
