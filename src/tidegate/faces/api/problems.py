"""Every error as RFC 9457 `application/problem+json`: what is wrong, where, and what to do.

The `type` is a URN that stays; `detail` is for people. Nothing of this machine's inside is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse

MEDIA_TYPE: Final = "application/problem+json"
_URN: Final = "urn:tidegate:problem:"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of error: the word of its type, its status and its title."""

    word: str
    status: HTTPStatus
    title: str


NOT_VALID: Final = Kind("not-valid", HTTPStatus.UNPROCESSABLE_ENTITY, "The request is not valid")
BAD_QUESTION: Final = Kind("bad-question", HTTPStatus.BAD_REQUEST, "The question is not valid")
BAD_CURSOR: Final = Kind("bad-cursor", HTTPStatus.BAD_REQUEST, "The cursor is not valid")
NOT_JSON: Final = Kind("not-json", HTTPStatus.BAD_REQUEST, "The body is not JSON")
NOT_SIGNED_IN: Final = Kind("not-signed-in", HTTPStatus.UNAUTHORIZED, "Sign in first")
NOT_SECURE: Final = Kind("not-secure", HTTPStatus.FORBIDDEN, "The request could be read on its way")
FOREIGN: Final = Kind("foreign-page", HTTPStatus.FORBIDDEN, "The request comes from another site")
NOT_HERE: Final = Kind("not-here", HTTPStatus.NOT_FOUND, "There is no such thing here")
NO_ROUTE: Final = Kind("no-route", HTTPStatus.NOT_FOUND, "There is no such address")
NO_METHOD: Final = Kind("no-method", HTTPStatus.METHOD_NOT_ALLOWED, "The method is not allowed")
NOT_POSSIBLE: Final = Kind("not-possible", HTTPStatus.CONFLICT, "It cannot be done now")
CHANGED: Final = Kind("changed", HTTPStatus.PRECONDITION_FAILED, "It was changed meanwhile")
NO_LENGTH: Final = Kind("no-length", HTTPStatus.LENGTH_REQUIRED, "The length is missing")
TOO_LARGE: Final = Kind("too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large")
BAD_TYPE: Final = Kind(
    "bad-type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The content type is not supported"
)
BROKEN_OFF: Final = Kind("broken-off", HTTPStatus.BAD_REQUEST, "The body did not arrive whole")
TOO_MANY: Final = Kind("too-many", HTTPStatus.SERVICE_UNAVAILABLE, "There are too many streams")
FAILED: Final = Kind("failed", HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here")

KINDS: Final = (
    NOT_VALID,
    BAD_QUESTION,
    BAD_CURSOR,
    NOT_JSON,
    NOT_SIGNED_IN,
    NOT_SECURE,
    FOREIGN,
    NOT_HERE,
    NO_ROUTE,
    NO_METHOD,
    NOT_POSSIBLE,
    CHANGED,
    NO_LENGTH,
    TOO_LARGE,
    BAD_TYPE,
    BROKEN_OFF,
    TOO_MANY,
    FAILED,
)


def problem(
    kind: Kind,
    detail: str,
    *,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return the answer for an error; `errors` names wrong parts by `pointer` or `parameter`."""
    said: dict[str, Any] = {
        "type": f"{_URN}{kind.word}",
        "title": kind.title,
        "status": int(kind.status),
        "detail": detail,
    }
    if errors:
        said["errors"] = list(errors)
    return JsonResponse(
        said, status=int(kind.status), content_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def no_route(request: HttpRequest) -> HttpResponse:
    """Answer what no route of the API does; a view, for the addresses below `/api/`."""
    return problem(
        NO_ROUTE,
        f"There is nothing at {request.path[:200]}; /api/v1/openapi.json lists the routes.",
    )
