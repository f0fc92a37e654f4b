"""What is foreign or too large is refused before anything of it is read or worked on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from tests.faces.signing_in import cookie_of
from tidegate.faces.web.acting import has_signed_in
from tidegate.faces.web.door import LARGEST_DOCUMENT, LARGEST_INVENTORY, LARGEST_MESSAGE, Door

HOST = "127.0.0.1:8750"
OWN = f"http://{HOST}"
FOLLOWED = {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}
MOST = 2 << 20


@dataclass
class Inner:
    """Reads a body whole, as Django does, and answers 200."""

    asked: int = 0
    read: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            self.read += len(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@dataclass
class Asking:
    """Asks a door, and remembers what was read of a body."""

    inner: Inner = field(default_factory=Inner)
    taken: int = 0
    somebody: bool = True

    def __call__(
        self,
        address: str,
        *,
        method: str = "GET",
        body: Iterable[bytes] = (),
        headers: dict[str, str] | None = None,
        raw: Iterable[tuple[bytes, bytes]] = (),
        largest_document: int = LARGEST_DOCUMENT,
    ) -> tuple[int, dict[str, str], bytes]:
        path, _, query = address.partition("?")
        named = {"Host": HOST, **(headers or {})}
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": path,
            "query_string": query.encode(),
            "headers": [*((k.lower().encode(), v.encode()) for k, v in named.items()), *raw],
        }
        parts = iter(body)
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            part = next(parts, None)
            self.taken += len(part or b"")
            return {"type": "http.request", "body": part or b"", "more_body": part is not None}

        async def send(message: Any) -> None:
            sent.append(message)

        door = Door(
            self.inner, largest_document=largest_document, is_somebody=lambda _: self.somebody
        )
        async_to_sync(door.__call__)(scope, receive, send)
        start, last = sent
        found = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        return start["status"], found, last["body"]


@pytest.fixture
def ask() -> Asking:
    return Asking()


@pytest.mark.parametrize("address", ["/findings?text=minimist", "/api/v1/findings?text=x", "/"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {**FOLLOWED, "Sec-Fetch-Dest": "iframe"},
        {**FOLLOWED, "Sec-Fetch-Site": "anything"},
        {**FOLLOWED, "Origin": "https://stranger.example"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": ""},
        {"Origin": "null"},
        {"Origin": "https://127.0.0.1:8750"},
    ],
)
def test_another_site_asks_nothing_and_learns_nothing_from_the_time(
    ask: Asking, address: str, headers: dict[str, str]
) -> None:
    status, _, _ = ask(address, headers=headers)
    assert status == 403
    assert ask.inner.asked == 0


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_from_another_site_is_followed_to_a_page_and_not_to_a_question(
    ask: Asking, site: str
) -> None:
    headers = {**FOLLOWED, "Sec-Fetch-Site": site}
    assert ask("/findings/F-AAAAA-AAAAA", headers=headers)[0] == 200
    assert ask("/findings?text=minimist", headers=headers)[0] == 403
    assert ask("/intake", method="POST", headers=headers)[0] == 403
    assert ask("/", method="HEAD", headers=headers)[0] == 403
    assert ask.inner.asked == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": OWN},
        {"Host": "localhost:8750", "Origin": "http://localhost:8750"},
        {"Host": "[::1]:8750", "Origin": "http://[::1]:8750"},
        {"Host": "127.0.0.1"},
    ],
)
def test_programs_and_our_own_pages_are_answered(ask: Asking, headers: dict[str, str]) -> None:
    assert ask("/findings?text=minimist", headers=headers)[0] == 200
    assert ask("/intake", method="POST", headers=headers)[0] == 200


@pytest.mark.parametrize(
    "host", ["", "stranger.example", "127.0.0.1.stranger.example:8750", "0.0.0.0:8750", "a@[::1]"]
)
def test_a_name_that_is_made_to_point_here_is_refused(ask: Asking, host: str) -> None:
    assert ask("/", headers={"Host": host})[0] == 403
    assert ask.inner.asked == 0


def test_a_header_that_is_sent_twice_is_not_the_better_of_the_two(ask: Asking) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert ask("/", headers=headers, raw=[(b"sec-fetch-site", b"none")])[0] == 403
    assert ask("/", raw=[(b"host", b"stranger.example")])[0] == 403


def test_programs_are_told_a_problem_and_people_a_line_of_text(ask: Asking) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    _, headers, body = ask("/api/v1/findings", headers=foreign)
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["type"] == "urn:tidegate:problem:foreign-page"
    _, headers, body = ask("/findings", headers=foreign)
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert headers["content-length"] == str(len(body))
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert b"address bar" in body


@pytest.mark.parametrize("address", ["/intake", "/api/v1/deliveries"])
def test_nothing_is_read_of_a_document_that_another_site_sends(ask: Asking, address: str) -> None:
    body = (b"x" * (1 << 16) for _ in range(100))
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://stranger.example"}
    assert ask(address, method="POST", body=body, headers=headers)[0] == 403
    assert ask.taken == 0


@pytest.mark.parametrize(
    ("method", "address", "most"),
    [
        ("POST", "/intake", LARGEST_DOCUMENT),
        ("POST", "/api/v1/deliveries", LARGEST_DOCUMENT),
        ("GET", "/api/v1/deliveries", MOST),
        ("POST", "/api/v1/receipts/verify", MOST),
        ("POST", "/findings/F-AAAAA-AAAAA/again", MOST),
        ("PUT", "/intake", MOST),
        ("POST", "/intake/", MOST),
        ("POST", "/cases/C-AAAAA-AAAAA/messages", LARGEST_MESSAGE),
        ("POST", "/cases/C-AAAAA-AAAAA/messages/x", MOST),
        ("POST", "/api/v1/inventories", LARGEST_INVENTORY),
        ("POST", "/api/v1/adoption/reports", LARGEST_INVENTORY),
        ("POST", "/api/v1/statements", LARGEST_INVENTORY),
        ("POST", "/api/v1/assets/import", LARGEST_INVENTORY),
        ("POST", "/api/v1/assets", MOST),
        ("POST", "/api/v1/decide", MOST),
    ],
)
def test_a_body_that_says_it_is_too_large_is_not_read(
    ask: Asking, method: str, address: str, most: int
) -> None:
    told = {"Content-Length": str(most)}
    assert ask(address, method=method, headers=told)[0] == 200
    told = {"Content-Length": str(most + 1)}
    status, _, body = ask(address, method=method, body=[b"x"], headers=told)
    assert status == 413
    assert str(most).encode() in body
    assert (ask.inner.asked, ask.taken) == (1, 0)


@pytest.mark.parametrize("length", [{}, {"Content-Length": "12"}, {"Content-Length": "1_0"}])
@pytest.mark.parametrize(("address", "most"), [("/intake", 3000), ("/theme", MOST)])
def test_a_body_is_counted_while_it_comes_in(
    ask: Asking, address: str, most: int, length: dict[str, str]
) -> None:
    whole = [b"x" * (most // 2), b"x" * (most - most // 2)]
    status, _, _ = ask(address, method="POST", body=whole, headers=length, largest_document=3000)
    assert (status, ask.inner.read) == (200, most)
    more = [*whole, b"x", b"never read"]
    status, _, _ = ask(address, method="POST", body=more, headers=length, largest_document=3000)
    assert status == 413
    assert ask.taken == 2 * most + 1


@pytest.mark.parametrize("address", ["/intake", "/api/v1/deliveries", "/cases/C-1/messages"])
def test_nothing_large_is_read_of_somebody_who_has_not_signed_in(ask: Asking, address: str) -> None:
    ask.somebody = False
    status, _, body = ask(address, method="POST", headers={"Content-Length": str(MOST + 1)})
    assert (status, ask.inner.asked, ask.taken) == (401, 0, 0)
    assert b"ign in" in body
    unsaid = [b"x" * MOST, b"x", b"never read"]
    assert ask(address, method="POST", body=unsaid)[0] == 401
    assert ask.taken == MOST + 1


@pytest.mark.django_db(transaction=True)
def test_a_session_and_a_token_are_somebody_and_what_is_neither_is_nobody() -> None:
    name, value = cookie_of()["name"], cookie_of()["value"]
    scope = {"type": "http", "method": "POST", "path": "/intake", "query_string": b""}
    for cookie, somebody in ((f"{name}={value}", True), (f"{name}=forged", False), ("", False)):
        assert has_signed_in({**scope, "headers": [(b"cookie", cookie.encode())]}) is somebody
    shown = [(b"authorization", b"Bearer tg_nobody")]
    assert not has_signed_in({**scope, "path": "/api/v1/deliveries", "headers": shown})
