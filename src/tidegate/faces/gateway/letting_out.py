"""How an answer is let out: to an ASGI server, whole or as a stream that can be broken off.

A stream that is cut must not look as if it had come to its end. So its last event says what
happened, and then the connection is dropped without an end of the body. Where access has ended and
the client reads so slowly that something still waits to be sent, all of that is dropped, too.
"""

from __future__ import annotations

import asyncio
import fcntl
import socket
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from tidegate.faces.gateway.refusing import Answer
from tidegate.faces.web.door import Send

_AT_ONCE: Final = struct.pack("ii", 1, 0)
"""SO_LINGER: what the kernel has not sent yet is not sent. From: socket(7)."""
_LAST_SECONDS: Final = 5.0
"""In which a client has to take what was sent before the end."""
_UNSENT: Final = 0x894B
"""SIOCOUTQNSD: how much that is. From: linux/sockios.h."""


class Out:
    """Where the answer to one request goes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False
        self.is_over = False

    async def whole(self, answer: Answer) -> None:
        """Send an answer, and end."""
        await self.begin(answer.status, answer.headers)
        await self._body(answer.body, more=False)
        self.is_over = True

    async def begin(self, status: int, headers: Sequence[tuple[str, str]]) -> None:
        """Send a head."""
        self.has_begun = True
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await self._send({"type": "http.response.start", "status": status, "headers": encoded})

    async def piece(self, content: bytes) -> None:
        """Send a piece of a body; waits while the client does not read."""
        await self._body(content, more=True)

    async def end(self) -> None:
        """End a body in order."""
        await self._body(b"", more=False)
        self.is_over = True

    async def break_off(self, last: bytes, *, at_once: bool) -> None:
        """Send one event more, and drop the connection.

        `at_once` drops what waits to be sent, and then the event, too.
        """
        self.is_over = True
        transport = getattr(getattr(self._send, "__self__", None), "transport", None)
        if not isinstance(transport, asyncio.Transport):
            # Another server: it drops a connection whose answer was not ended.
            await self._body(last, more=True)
            return
        if at_once and _waits(transport):
            _forget(transport)
            transport.abort()
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_SECONDS):
                    await self._body(last, more=True)
            transport.close()
            asyncio.get_running_loop().call_later(_LAST_SECONDS, transport.abort)
        # The server hears of it before we return, and does not take it for a mistake of ours.
        for _ in range(3):
            await asyncio.sleep(0)

    async def _body(self, content: bytes, *, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": content, "more_body": more})


def _waits(transport: asyncio.Transport) -> bool:
    """Say whether something was written that has not left this machine."""
    if transport.get_write_buffer_size():
        return True
    plain: Any = transport.get_extra_info("socket")
    if plain is None:
        return False
    try:
        unsent = fcntl.ioctl(plain.fileno(), _UNSENT, bytes(4))
    except OSError:
        # Not a socket that has this.
        return False
    return bool(int.from_bytes(unsent, sys.byteorder))


def _forget(transport: asyncio.Transport) -> None:
    plain: Any = transport.get_extra_info("socket")
    if plain is not None:
        with suppress(OSError):
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
