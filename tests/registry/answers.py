"""What a registry may answer, kind or not: each is a function that is given the exchange.

Nothing here runs for ever: whatever is endless ends when the server does.
"""

from __future__ import annotations

import gzip
import itertools
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

Answer = Callable[["Exchange"], None]
"""Answers one request."""

OCTETS = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that is being answered."""

    path: str
    headers: Mapping[str, str]
    handler: BaseHTTPRequestHandler
    ending: threading.Event
    """Set when the server closes."""

    def send(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        """Answer with a whole body."""
        self.handler.send_response(status)
        for name, value in headers.items():
            self.handler.send_header(name, value)
        self.handler.send_header("Content-Length", str(len(body)))
        self.handler.end_headers()
        if self.handler.command != "HEAD":
            self.write(body)

    def write(self, piece: bytes) -> None:
        """Send some bytes at once."""
        self.handler.wfile.write(piece)
        self.handler.wfile.flush()

    def hang_up(self) -> None:
        """Let nothing else be asked on this connection."""
        self.handler.close_connection = True


def body(content: bytes, content_type: str = OCTETS, **headers: str) -> Answer:
    """Answer with these bytes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.send(200, {"Content-Type": content_type, **named}, content)


def json_body(document: Any) -> Answer:
    """Answer with a JSON document."""
    return body(json.dumps(document).encode(), "application/json")


def status(code: int) -> Answer:
    """Answer with an error."""
    return lambda exchange: exchange.send(code, {"Content-Type": "text/plain"}, b"no\n")


def redirect(to: str, code: int = 302) -> Answer:
    """Send somewhere else."""
    return lambda exchange: exchange.send(code, {"Location": to})


def first(*answers: Answer, then: Answer) -> Answer:
    """Give these answers one after another, and the last one from then on."""
    numbers = itertools.count()

    def answer(exchange: Exchange) -> None:
        number = next(numbers)
        (answers[number] if number < len(answers) else then)(exchange)

    return answer


def only_with(authorization: str, then: Answer) -> Answer:
    """Demand an `Authorization` header."""

    def answer(exchange: Exchange) -> None:
        if exchange.headers.get("Authorization") == authorization:
            then(exchange)
        else:
            exchange.send(401, {"WWW-Authenticate": authorization.partition(" ")[0]})

    return answer


def silence() -> Answer:
    """Take the request and say nothing."""

    def answer(exchange: Exchange) -> None:
        exchange.hang_up()
        exchange.ending.wait()

    return answer


def endless(piece: bytes = b"\0" * 65536, content_type: str = OCTETS) -> Answer:
    """Send a body that has no end, as fast as it is taken."""
    return dripping(piece, 0, content_type)


def dripping(piece: bytes = b" ", seconds: float = 0.05, content_type: str = OCTETS) -> Answer:
    """Send a body that has no end, a piece at a time, never silent for longer than a moment."""

    def answer(exchange: Exchange) -> None:
        exchange.hang_up()
        exchange.write(
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: %b\r\n\r\n"
            % content_type.encode()
        )
        while not exchange.ending.wait(seconds):
            exchange.write(piece)

    return answer


def dripping_headers(seconds: float = 0.05) -> Answer:
    """Never come to the end of the headers."""

    def answer(exchange: Exchange) -> None:
        exchange.hang_up()
        exchange.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not exchange.ending.wait(seconds):
            exchange.write(b"x")

    return answer


def endless_trailers(content: bytes = b"") -> Answer:
    """Send a chunked body whose trailers never end."""

    def answer(exchange: Exchange) -> None:
        exchange.hang_up()
        exchange.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        if content:
            exchange.write(b"%x\r\n%b\r\n" % (len(content), content))
        exchange.write(b"0\r\n")
        while not exchange.ending.wait(0.001):
            exchange.write(b"X-More: of it\r\n" * 64)

    return answer


def broken_off(content: bytes, after: int) -> Answer:
    """Promise all of the bytes and hang up after some of them."""

    def answer(exchange: Exchange) -> None:
        exchange.hang_up()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n"
        exchange.write(head.encode() + content[:after])

    return answer


def compressed_bomb(mebibytes: int = 512, content_type: str = "application/json") -> Answer:
    """Send a small gzip that decompresses to very many spaces."""
    bomb = gzip.compress(b" " * (1 << 20)) * mebibytes
    return body(bomb, content_type, Content_Encoding="gzip")


def slowly(seconds: float, then: Answer) -> Answer:
    """Think for a while, then answer."""

    def answer(exchange: Exchange) -> None:
        exchange.ending.wait(seconds)
        then(exchange)

    return answer
