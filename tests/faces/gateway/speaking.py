"""Speaking to the gateway by hand: what no well-kept client would send, byte by byte."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

CHAT = "/gateway/v1/chat/completions"
RESPONSES = "/gateway/v1/responses"
MESSAGES = "/gateway/v1/messages"


@dataclass(frozen=True)
class Said:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    body: bytes
    is_whole: bool = True
    """Whether the body came to its end, by HTTP."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def words(self) -> str:
        """What an error says."""
        return str(self.json["error"]["message"])


def chat(words: str = "Hello", **more: Any) -> dict[str, Any]:
    """Return a request for a chat."""
    return {"model": "the-model", "messages": [{"role": "user", "content": words}], **more}


def post(
    address: str,
    secret: str,
    body: Any,
    *,
    path: str = CHAT,
    headers: Mapping[str, str] | None = None,
) -> Said:
    """Post a body, with a grant's secret and more headers; read all that comes."""
    head = {"Authorization": f"Bearer {secret}"} if secret else {}
    head |= headers or {}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head.setdefault("Content-Type", "application/json")
    pieces: list[bytes] = []
    is_whole = True
    with (
        httpx2.Client(timeout=20, trust_env=False) as client,
        client.stream("POST", address + path, content=content, headers=head) as answer,
    ):
        try:
            pieces.extend(answer.iter_raw())
        except httpx2.HTTPError:
            is_whole = False
    found = {name.lower(): value for name, value in answer.headers.items()}
    return Said(answer.status_code, found, b"".join(pieces), is_whole)


def raw(address: str, lines: Sequence[str], body: bytes = b"") -> Said:
    """Send a head line by line, and a body; read until the other side closes, or is done."""
    to = urlsplit(address)
    assert to.hostname is not None
    with socket.create_connection((to.hostname, to.port or 80), timeout=10) as plain:
        head = "\r\n".join([*lines, f"Host: {to.netloc}", "Connection: close"])
        plain.sendall(head.encode("latin-1") + b"\r\n\r\n" + body)
        answer = b""
        while piece := plain.recv(1 << 16):
            answer += piece
    top, _, rest = answer.partition(b"\r\n\r\n")
    first, *others = top.decode("latin-1").split("\r\n")
    pairs = [line.split(": ", 1) for line in others]
    return Said(int(first.split()[1]), {name.lower(): value for name, value in pairs}, rest)
