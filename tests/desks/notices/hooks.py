"""A server on loopback that webhooks are sent to, and that answers as a test wants it to."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

TAKEN: Final = b"HTTP/1.1 204 No Content\r\n\r\n"

Answer = bytes | Iterator[bytes] | None
"""What it says; piece by piece where it is an iterator; nothing, and no end, where it is None."""


@dataclass
class Hook:
    """What came in, and what is answered."""

    port: int = 0
    answer: Answer = TAKEN
    answers: list[bytes] = field(default_factory=list)
    """Answers to the first requests, before `answer`."""
    received: list[bytes] = field(default_factory=list)
    """Whole requests, as bytes."""
    connections: int = 0

    def headers(self, number: int = -1) -> dict[str, str]:
        head = self.received[number].partition(b"\r\n\r\n")[0].decode("ascii")
        pairs = (line.split(": ", 1) for line in head.split("\r\n")[1:])
        return {name.lower(): value for name, value in pairs}

    def body(self, number: int = -1) -> bytes:
        return self.received[number].partition(b"\r\n\r\n")[2]


@contextmanager
def hook(tls: ssl.SSLContext | None = None, answer: Answer = TAKEN) -> Iterator[Hook]:
    """Run a server on 127.0.0.1 until the end of the block."""
    listening = socket.create_server(("127.0.0.1", 0))
    made = Hook(listening.getsockname()[1], answer)
    done = threading.Event()

    def serve() -> None:
        while True:
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            made.connections += 1
            threading.Thread(target=converse, args=(peer,), daemon=True).start()

    def converse(peer: socket.socket) -> None:
        with peer, suppress(OSError):
            speaking = tls.wrap_socket(peer, server_side=True) if tls else peer
            with speaking:
                made.received.append(_request(speaking))
                said = made.answers.pop(0) if made.answers else made.answer
                if said is None:
                    done.wait(30)
                    return
                for piece in [said] if isinstance(said, bytes) else said:
                    speaking.sendall(piece)
                    if done.is_set():
                        return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield made
    finally:
        done.set()
        # Closing alone would leave it open for as long as the thread waits there.
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def _request(speaking: socket.socket) -> bytes:
    read = b""
    while b"\r\n\r\n" not in read:
        read += _some(speaking)
    head = read.partition(b"\r\n\r\n")[0].lower()
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(read) - len(head) - 4 < length:
        read += _some(speaking)
    return read


def _some(speaking: socket.socket) -> bytes:
    some = speaking.recv(4096)
    if not some:
        raise OSError("it was broken off")
    return some
