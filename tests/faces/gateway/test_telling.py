"""An endpoint that tells of its own credential: nobody else gets to see it, however it is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web

from tests.faces.gateway import rows
from tests.faces.gateway.speaking import chat, post
from tidegate.desks.reviews.states.grants import Operation
from tidegate.faces.demo.endpoint import ScriptedEndpoint, playing
from tidegate.faces.gateway.limits import Limits
from tidegate.faces.gateway.meters import METERS
from tidegate.faces.gateway.reading import Reading
from tidegate.faces.gateway.refusing import RefusedError

SECRET = "sk-scripted-endpoint"
ESCAPED = "".join(f"\\u{ord(sign):04x}" for sign in SECRET)


def reading(operation: Operation = Operation.CHAT, secret: str = SECRET) -> Reading:
    return Reading(METERS[operation](), Limits(), secret)


def delta(piece: str, name: str = "content") -> bytes:
    said = {"choices": [{"index": 0, "delta": {name: piece}}]}
    return f"data: {json.dumps(said)}\n\n".encode()


@pytest.mark.parametrize(
    "content",
    [
        f'{{"echo": "Bearer {SECRET}"}}',
        f'{{"echo": "Bearer {ESCAPED}"}}',
        f'{{"{SECRET}": 1}}',
        f'{{"choices": [{{"message": {{"content": "it is {SECRET}!"}}}}]}}',
    ],
)
def test_a_whole_answer_with_it_is_not_passed_on(content):
    with pytest.raises(RefusedError, match="credential"):
        reading().whole(content.encode())
    assert reading(secret="sk-another-credential").whole(content.encode()) == content.encode()


def test_a_credential_with_signs_that_json_escapes_is_found():
    secret = 'sk-"with-a-quote"-\\-in-it'
    with pytest.raises(RefusedError, match="credential"):
        reading(secret=secret).whole(json.dumps({"echo": secret}).encode())


@pytest.mark.parametrize(
    "event",
    [
        delta(f"Bearer {SECRET}"),
        f'data: {{"echo": "{ESCAPED}"}}\n\n'.encode(),
        f": {SECRET}\n\n".encode(),
        f"id: {SECRET}\ndata: [DONE]\n\n".encode(),
    ],
)
def test_an_event_with_it_is_not_passed_on(event):
    read = reading()
    assert read.feed(delta("Hello"))
    with pytest.raises(RefusedError, match="credential"):
        read.feed(event)


@pytest.mark.parametrize("name", ["content", "reasoning_content"])
def test_it_is_not_told_piece_by_piece(name):
    read = reading()
    pieces = [f"It is {SECRET[:3]}", *SECRET[3:]]
    for piece in pieces[:-1]:
        assert read.feed(delta(piece, name))
    with pytest.raises(RefusedError, match="credential"):
        read.feed(delta(pieces[-1], name))


def test_what_is_no_secret_is_found_in_no_text():
    read = reading(secret="none")
    assert read.feed(delta("There are none"))


class Telling(ScriptedEndpoint):
    """An endpoint that says what it was asked with."""

    how = "header"

    def application(self) -> web.Application:
        """Return the application with its one route."""
        made = web.Application()
        made.router.add_post("/v1/chat/completions", self._tell)
        return made

    async def _tell(self, request: web.Request) -> web.StreamResponse:
        told = request.headers["Authorization"]
        if self.how == "type":
            return web.Response(text="{}", content_type=f"text/{told.partition(' ')[2]}")
        headers = {"x-request-id": told, "request-id": "good"} if self.how == "header" else {}
        document: dict[str, Any] = {"id": "one", "error": {"message": "no"}}
        if self.how == "body":
            document["error"]["message"] = told
        status = 400 if self.how == "body" else 200
        body = json.dumps(document).replace("sk-", "\\u0073k-").encode()
        return web.Response(
            body=body, status=status, headers=headers, content_type="application/json"
        )


@pytest.mark.parametrize(("how", "status"), [("header", 200), ("body", 400), ("type", 502)])
def test_it_passes_in_no_header_and_in_no_fault(house, how, status):
    endpoint = Telling()
    endpoint.how = how
    with playing(endpoint) as (address, _):
        made = house.do(rows.make, endpoint=address)
        said = post(house.address, made["secret"], chat())
    assert said.status == status
    everything = f"{said.headers} {json.loads(said.body)}"
    assert "scripted-endpoint" not in everything
    if how == "header":
        assert said.headers["request-id"] == "good"
    else:
        assert said.headers["tidegate-fault"] == "endpoint"
