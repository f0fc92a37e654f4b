"""Server-sent events, cut out of a stream as it comes in; nothing is let out in the middle of one.

From: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from __future__ import annotations

import re
from typing import Final

_END: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r|\n\r\n")
_LONGEST_END: Final = 4
_LINES: Final = re.compile("\r\n|\n|\r")


class TooLongError(ValueError):
    """An event has more bytes than are held."""


class Events:
    """Cuts events out of a stream."""

    def __init__(self, most: int) -> None:
        """Make a cutter.

        Args:
            most: bytes of one event.
        """
        self._most = most
        self._rest = bytearray()
        self._looked = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """Take what came in, and return the events that are whole now, each as it was.

        Raises:
            TooLongError: there is no end of one.
        """
        rest = self._rest
        rest += chunk
        found: list[bytes] = []
        start, look = 0, max(0, self._looked - _LONGEST_END)
        while (end := _END.search(rest, look)) is not None:
            found.append(bytes(rest[start : end.end()]))
            start = look = end.end()
        if start:
            del rest[:start]
        self._looked = len(rest)
        if len(rest) > self._most:
            raise TooLongError
        return found

    @property
    def rest(self) -> bytes:
        """What has come in of an event that is not whole."""
        return bytes(self._rest)


def data_of(event: bytes) -> str:
    """Return what an event says; empty for a comment.

    Raises:
        UnicodeDecodeError: it is no text.
    """
    lines = _LINES.split(event.decode("utf-8"))
    said = [line[5:].removeprefix(" ") for line in lines if line.startswith("data:")]
    return "\n".join(said)


def with_data(event: bytes, data: str) -> bytes:
    """Return an event that says something else, with all that it has besides."""
    lines = _LINES.split(event.decode("utf-8"))
    kept = [line for line in lines if line and not line.startswith("data")]
    return ("\n".join([*kept, f"data: {data}"]) + "\n\n").encode()
