"""What was said in a call, as it is kept where the terms ask for it: lines of JSON, within a bound.

The first line says which call it is, the second one holds the request as its client sent it, and
then comes the answer as it was let out: an object for each event, or one for the whole.
"""

from __future__ import annotations

import json
from typing import Any

from tidegate.faces.gateway.events import Events


class Keeping:
    """Gathers the content of one call."""

    def __init__(self, head: dict[str, Any], request: bytes, most: int) -> None:
        """Begin with what is known before the answer.

        Args:
            head: which call it is.
            request: JSON, as it came in.
            most: bytes that are kept.
        """
        self._head = head
        self._most = most
        self._request = request[:most]
        self._answer = bytearray()
        self.is_whole = len(request) <= most

    def add(self, piece: bytes) -> None:
        """Take a piece of the answer that was let out."""
        room = self._most - len(self._request) - len(self._answer)
        self._answer += piece[:room]
        self.is_whole &= len(piece) <= room

    def content(self, *, streams: bool) -> bytes:
        """Return all of it as lines of JSON; what a bound has cut is a line of text."""
        request = self._request.decode("utf-8", "replace")
        lines = [self._head, {"request": _read(request)}]
        if streams:
            cutter = Events(self._most + 1)
            events = [one.decode("utf-8", "replace") for one in cutter.feed(bytes(self._answer))]
            if cutter.rest:
                events.append(cutter.rest.decode("utf-8", "replace"))
            lines += [{"event": event} for event in events]
        elif self._answer:
            lines.append({"answer": _read(self._answer.decode("utf-8", "replace"))})
        return "".join(f"{json.dumps(line)}\n" for line in lines).encode()


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
