"""Access that ends while something runs: for clients that read slowly too, and after a kill."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.faces.gateway import house as house_module
from tests.faces.gateway import rows
from tests.faces.gateway.conftest import LIMITS
from tests.faces.gateway.house import open_house
from tests.faces.gateway.speaking import CHAT, chat, post


def ask(
    address: str, secret: str, words: str, *, window: int | None = None, model: str = "the-model"
) -> socket.socket:
    """Ask for a stream by hand, and read nothing; `window` makes the client take in little."""
    to = urlsplit(address)
    plain = socket.socket()
    if window:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    plain.connect((to.hostname, to.port))
    plain.settimeout(15)
    body = json.dumps({**chat(words, stream=True), "model": model}).encode()
    head = (
        f"POST {CHAT} HTTP/1.1\r\nHost: {to.netloc}\r\nAuthorization: Bearer {secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    plain.sendall(head.encode() + body)
    return plain


def read_all(plain: socket.socket) -> tuple[bytes, bool]:
    """Read to the end; say whether the other side closed in order, or reset."""
    found = b""
    try:
        while piece := plain.recv(1 << 16):
            found += piece
    except ConnectionResetError:
        return found, False
    return found, True


def test_a_cut_stream_says_so_and_has_no_end(house, endpoint):
    made = house.do(rows.make, endpoint=endpoint)
    with ask(house.address, made["secret"], "!endless !every 5") as plain:
        assert plain.recv(1 << 16).startswith(b"HTTP/1.1 200")
        house.do(rows.revoke, made["grant"])
        rest, _ = read_all(plain)
    events = rest.split(b"event: error\n")
    assert len(events) == 2
    assert b"has ended" in events[1]
    # A body in chunks ends with an empty one; this one does not.
    assert not rest.endswith(b"0\r\n\r\n")
    assert b"[DONE]" not in rest


def test_what_waits_for_a_slow_client_is_not_sent_after_the_end(house, endpoint):
    made = house.do(rows.make, endpoint=endpoint)
    with ask(house.address, made["secret"], "!endless !every 1", window=4096) as plain:
        time.sleep(0.6)
        house.do(rows.revoke, made["grant"])
        house.eventually(rows.calls, made["grant"], until=lambda calls: calls[-1]["ended_at"])
        rest, is_in_order = read_all(plain)
    # What the client's own machine had already is all that it gets.
    assert not is_in_order
    assert len(rest) < 64 << 10
    assert b"event: error" not in rest


def test_the_plug_cuts_everybody_and_another_engagement_goes_on(house, endpoint):
    made, other = (house.do(rows.make, endpoint=endpoint) for _ in range(2))
    second = house.do(rows.another_grant, made["engagement"])
    streams = [
        ask(house.address, secret, "!endless !every 5")
        for secret in (made["secret"], second["secret"], other["secret"])
    ]
    for plain in streams:
        plain.recv(1 << 16)
    house.do(rows.pull_the_plug, made["engagement"])
    for plain in streams[:2]:
        assert b"event: error" in read_all(plain)[0]
    streams[2].recv(1 << 16)
    assert post(house.address, other["secret"], chat()).status == 200
    for plain in streams:
        plain.close()


def test_streams_of_a_secret_that_was_replaced_are_cut(house, endpoint):
    made = house.do(rows.make, endpoint=endpoint)
    with ask(house.address, made["secret"], "!endless !every 5") as plain:
        plain.recv(1 << 16)
        secret = house.do(rows.take_up_again, made["grant"])
        assert b"event: error" in read_all(plain)[0]
    assert post(house.address, made["secret"], chat()).status == 401
    assert post(house.address, secret, chat()).status == 200


def test_streams_of_an_endpoint_that_has_ended_are_cut_and_others_go_on(house, endpoint):
    names = {"the-model": "openai", "another": "openai"}
    made = house.do(rows.make, endpoint=endpoint, names=names, grant={"endpoints": list(names)})
    streams = [
        ask(house.address, made["secret"], "!endless !every 5", model=model) for model in names
    ]
    for plain in streams:
        plain.recv(1 << 16)
    house.do(rows.end_endpoint, made["engagement"], "the-model")
    assert b"event: error" in read_all(streams[0])[0]
    assert b"event: error" not in streams[1].recv(1 << 16)
    for plain in streams:
        plain.close()


def test_a_killed_gateway_leaves_no_access_and_its_calls_are_settled(
    tmp_path: Path, make_home, endpoint
):
    home = make_home(tmp_path / "home")
    with open_house(home, limits=LIMITS) as first:
        made = first.do(rows.make, endpoint=endpoint)
        with ask(first.address, made["secret"], "!endless !every 20") as plain:
            plain.recv(1 << 16)
            (call,) = first.do(rows.calls, made["grant"])
            # It was on record before anything was let out.
            assert call["outcome"] == "running"
            first.do(rows.revoke, made["grant"])
            assert b"event: error" in read_all(plain)[0]
        other = first.do(rows.another_grant, made["engagement"])
        with ask(first.address, other["secret"], "!endless !every 20") as plain:
            plain.recv(1 << 16)
            first.kill()
            assert b"event: error" not in read_all(plain)[0]
    with open_house(home, limits=LIMITS) as second:
        assert second.do(rows.calls, other["grant"])[0]["outcome"] == "running"
        # While its gateway may be alive, a call is left alone.
        assert second.do(house_module.settle, 60) == 0
        second.do(house_module.forget_gateways)
        assert second.do(house_module.settle, 60) == 1
        assert second.do(house_module.settle, 60) == 0
        (call,) = second.do(rows.calls, other["grant"])
        assert (call["outcome"], call["fault"]) == ("unknown", "gateway")
        # What was ended stays ended, what was not goes on.
        assert post(second.address, made["secret"], chat()).status == 403
        assert post(second.address, other["secret"], chat()).status == 200
        kinds = [kind for kind, _ in second.do(rows.entries, made["engagement"])]
        assert kinds.count("model-called") == 3
        second.eventually(
            rows.entries,
            made["engagement"],
            until=lambda entries: [kind for kind, _ in entries].count("model-answered") == 3,
        )
