"""A client of the API, as a program on this machine is one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.faces.signing_in import signed_in

PREFIX = "/api/v1"


class Api:
    """Asks the API; answers are JSON where they say so."""

    def __init__(self) -> None:
        client = Client(SERVER_NAME="localhost", raise_request_exception=False)
        self.client: Client = signed_in(client)

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(PREFIX + path, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send(path, json.dumps({} if body is None else body).encode(), **headers)

    def send(
        self, path: str, raw: bytes, media_type: str = "application/json", **headers: str
    ) -> Any:
        return self.client.post(PREFIX + path, raw, content_type=media_type, headers=headers)


@pytest.fixture
def api(db: None) -> Api:
    return Api()


def problem(response: Any, status: int, word: str) -> dict[str, Any]:
    """Return a problem, after a look at its form (RFC 9457)."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = json.loads(response.content)
    assert told["type"] == f"urn:tidegate:problem:{word}"
    assert told["status"] == status
    assert told["title"]
    assert len(told["detail"]) > 20
    return told
