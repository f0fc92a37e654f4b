"""An endpoint's answer on its way through: read, counted, marked, and held to what it says it is.

What comes in and what goes out are digested apart: where answers are marked, the two differ. An
answer that holds the endpoint's credential ends there: an endpoint may say what it was asked with.
Nothing of an event is let out before all of it is here and was understood. Pure.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from tidegate.faces.gateway.events import Events, TooLongError, data_of, with_data
from tidegate.faces.gateway.limits import Limits
from tidegate.faces.gateway.meters import Meter, compact
from tidegate.faces.gateway.refusing import RefusedError, endpoint_failed

_DONE: Final = "[DONE]"
_SECRET_FROM: Final = 12
"""Signs of a credential; what is shorter (`none`, `EMPTY`) is no secret, and found in any text."""


class Reading:
    """One answer with status 200."""

    def __init__(self, meter: Meter, limits: Limits, credential: str = "") -> None:
        """Make a reader.

        Args:
            meter: of the protocol; it marks the answer, if that is to be.
            limits: how much is read.
            credential: of the endpoint, which nobody else is to see.
        """
        self._meter = meter
        self._credential = credential if len(credential) >= _SECRET_FROM else ""
        meter.listens_for = self._credential
        self._limits = limits
        self._events = Events(limits.held)
        self._received = hashlib.sha256()
        self._delivered = hashlib.sha256()
        self._bytes_in = 0
        self.bytes_out = 0

    @property
    def received_sha256(self) -> str:
        """Digest of what the endpoint sent so far."""
        return self._received.hexdigest() if self._bytes_in else ""

    @property
    def delivered_sha256(self) -> str:
        """Digest of what was let out so far."""
        return self._delivered.hexdigest() if self.bytes_out else ""

    def feed(self, chunk: bytes) -> bytes:
        """Take a piece of a stream, and return what is let out of it; empty for nothing yet.

        Raises:
            RefusedError: it is not what it says it is, or has no end.
        """
        self._take(chunk, self._limits.answer)
        try:
            events = self._events.feed(chunk)
        except TooLongError as error:
            raise endpoint_failed("The endpoint sends an event without an end.") from error
        return b"".join([self._passed(one) for one in events])

    def finish(self) -> bytes:
        """Return what is left at the end of a stream.

        Raises:
            RefusedError: it ended before its last event.
        """
        last = self.feed(b"\n\n") if self._events.rest.strip() else b""
        if not self._meter.is_over and not self._meter.has_failed:
            raise endpoint_failed("The endpoint ended its answer before the last event.")
        return last

    def hold(self, chunk: bytes) -> None:
        """Take a piece of an answer that is held as a whole.

        Raises:
            RefusedError: it is too long.
        """
        self._take(chunk, self._limits.held)

    def whole(self, content: bytes) -> bytes:
        """Return what is let out of an answer that was held.

        Raises:
            RefusedError: it is not JSON, or holds the credential.
        """
        said = _object(content)
        self._require_silent(content, said)
        changed = self._meter.whole(said)
        self._meter.done()
        return compact(said).encode() if changed else content

    def let_out(self, piece: bytes) -> None:
        """Take note that a piece is let out."""
        self._delivered.update(piece)
        self.bytes_out += len(piece)

    def _take(self, chunk: bytes, most: int) -> None:
        self._received.update(chunk)
        self._bytes_in += len(chunk)
        if self._bytes_in > most:
            raise endpoint_failed(f"The endpoint sends more than {most:,} bytes, and goes on.")

    def _passed(self, one: bytes) -> bytes:
        try:
            data = data_of(one)
        except UnicodeDecodeError as error:
            raise _not_a_stream() from error
        if not data or data == _DONE:
            # A comment keeps the connection alive.
            self._require_silent(one)
            if data:
                self._meter.done()
            return one
        said = _object(data)
        self._require_silent(one, said)
        changed = self._meter.event(said)
        if self._meter.has_leaked:
            raise _tells_its_credential()
        if changed is None:
            return b""
        return with_data(one, compact(said)) if changed else one

    def _require_silent(self, raw: bytes, said: Any = None) -> None:
        """Refuse what has the credential in it, however JSON writes it."""
        secret = self._credential
        if not secret:
            return
        is_told = secret.encode() in raw
        if not is_told and b"\\" in raw and said is not None:
            is_told = compact(secret)[1:-1] in compact(said)
        if is_told:
            raise _tells_its_credential()


def _tells_its_credential() -> RefusedError:
    return endpoint_failed("The endpoint tells of its own credential; that is not passed on.")


def _object(content: bytes | str) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _not_a_stream() from error
    if not isinstance(said, dict):
        raise _not_a_stream()
    return said


def _not_a_stream() -> RefusedError:
    return endpoint_failed("The endpoint answers with what is not JSON where that is expected.")
