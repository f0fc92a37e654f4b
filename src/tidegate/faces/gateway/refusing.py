"""Saying no: in the shape of the protocol that was asked in, with whose fault it is in a header.

What an endpoint says of its own faults is passed on as it is. What is worded here is the gateway's,
or a refusal; `Tidegate-Fault` tells them apart.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from tidegate.desks.reviews.queries.usable import Reason, Unusable

FAULT: Final = "Tidegate-Fault"
CALL: Final = "Tidegate-Call"
UNKNOWN_KEY: Final = "unknown-key"


class Fault(StrEnum):
    """Whose it is."""

    GATEWAY = "gateway"
    GRANT = "grant"
    """The grant does not let this through."""
    ENDPOINT = "endpoint"
    CLIENT = "client"
    """What was sent cannot be passed on."""


class Dialect(StrEnum):
    """How a client words requests and reads errors."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of the gateway's own."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class RefusedError(Exception):
    """A request is not passed on, or not any more."""

    def __init__(
        self,
        words: str,
        *,
        status: int,
        fault: Fault,
        code: str,
        reason: Reason | None = None,
        seconds: int = 0,
        is_on_record: bool = False,
    ) -> None:
        super().__init__(words)
        self.words = words
        self.status = status
        self.fault = fault
        self.code = code
        self.reason = reason
        """For the record, if it is one that is kept."""
        self.seconds = seconds
        self.is_on_record = is_on_record
        self.body: bytes | None = None
        """What an endpoint has said of it, to be passed on in place of our words."""
        self.passes: tuple[tuple[str, str], ...] = ()
        """Headers of the endpoint's that go with it."""


def refused(unusable: Unusable, *, is_on_record: bool = False) -> RefusedError:
    """Return the error for a grant that may not be used."""
    is_waiting = unusable.reason is Reason.RATE
    known = _STATUS.get(unusable.reason, HTTPStatus.FORBIDDEN)
    return RefusedError(
        unusable.words,
        status=known,
        fault=_FAULT.get(unusable.reason, Fault.GRANT),
        code=str(unusable.reason),
        reason=unusable.reason,
        seconds=unusable.seconds if is_waiting else 0,
        is_on_record=is_on_record,
    )


def malformed(words: str, reason: Reason = Reason.HEAD, status: int = 400) -> RefusedError:
    """Return the error for a request that cannot be passed on as it is."""
    return RefusedError(words, status=status, fault=Fault.CLIENT, code=str(reason), reason=reason)


def unknown_key() -> RefusedError:
    """Return the one answer to whatever is no grant's secret."""
    return RefusedError(
        "This is not the key of a grant. Use the key that you took up with your grant (tg-grant-…),"
        " in the place of an API key.",
        status=HTTPStatus.UNAUTHORIZED,
        fault=Fault.GRANT,
        code=UNKNOWN_KEY,
    )


def endpoint_failed(words: str, *, status: int = HTTPStatus.BAD_GATEWAY) -> RefusedError:
    """Return the error for an endpoint whose answer cannot be passed on."""
    return RefusedError(words, status=status, fault=Fault.ENDPOINT, code="endpoint")


def gateway_failed(words: str) -> RefusedError:
    """Return the error for something that went wrong here."""
    return RefusedError(
        words, status=HTTPStatus.SERVICE_UNAVAILABLE, fault=Fault.GATEWAY, code="gateway"
    )


def answer(error: RefusedError, dialect: Dialect, call: str = "") -> Answer:
    """Return a refusal as it is sent."""
    body = json.dumps(document(error, dialect)).encode()
    headers = [("Content-Type", "application/json"), (FAULT, str(error.fault))]
    if call:
        headers.append((CALL, call))
    if error.seconds:
        headers.append(("Retry-After", str(error.seconds)))
    elif error.fault in (Fault.GRANT, Fault.CLIENT):
        # Both clients try again by themselves; it would be refused again.
        headers.append(("x-should-retry", "false"))
    headers.append(("Content-Length", str(len(body))))
    return Answer(int(error.status), tuple(headers), body)


def document(error: RefusedError, dialect: Dialect) -> dict[str, Any]:
    """Return what a client of a protocol reads as an error."""
    if dialect is Dialect.ANTHROPIC:
        kind = _ANTHROPIC.get(int(error.status), "api_error")
        return {"type": "error", "error": {"type": kind, "message": error.words}}
    kind = _OPENAI.get(int(error.status), "api_error")
    return {"error": {"message": error.words, "type": kind, "param": None, "code": error.code}}


def event(error: RefusedError, dialect: Dialect) -> bytes:
    """Return the event that a running stream ends with, where it may not go on."""
    said = json.dumps(document(error, dialect))
    return f"event: error\ndata: {said}\n\n".encode()


_STATUS: Final = {
    Reason.RATE: HTTPStatus.TOO_MANY_REQUESTS,
    Reason.MODEL: HTTPStatus.NOT_FOUND,
    Reason.CLOCK: HTTPStatus.SERVICE_UNAVAILABLE,
    Reason.PROOF: HTTPStatus.UNAUTHORIZED,
    # Not 409: both clients take that for something that passes.
    Reason.REPLAYED: HTTPStatus.UNPROCESSABLE_ENTITY,
}
_FAULT: Final = {Reason.CLOCK: Fault.GATEWAY}
# From: https://docs.anthropic.com/en/api/errors
_ANTHROPIC: Final = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    415: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
}
# From: https://platform.openai.com/docs/guides/error-codes
_OPENAI: Final = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "invalid_request_error",
    413: "invalid_request_error",
    415: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
}
