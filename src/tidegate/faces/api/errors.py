"""From what was raised to the problem that is answered."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.queries.errors import CursorError, NotHereError, QueryError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.services.refusals import NotPossibleError as PartiesNotPossibleError
from tidegate.faces.api import problems
from tidegate.faces.api.problems import problem
from tidegate.faces.web.refused import note

_log: Final = logging.getLogger(__name__)
_MOST_ERRORS: Final = 20


class ParameterError(Exception):
    """A parameter holds what a form cannot rule out."""

    def __init__(self, parameter: str, reason: str) -> None:
        super().__init__(f"{parameter} {reason}")
        self.parameter = parameter


class ChangedMeanwhileError(Exception):
    """What was read is another one by now; the message says which (RFC 9110, section 13.1.1)."""


class TooLargeError(Exception):
    """A document has more bytes than the desk takes; the message says how many it does."""


def register(api: NinjaAPI) -> None:
    """Let an API answer every exception with a problem."""

    @api.exception_handler(QueryError)
    def _question(request: HttpRequest, error: QueryError) -> HttpResponse:
        note(request, error.__cause__)
        kind = problems.BAD_CURSOR if isinstance(error, CursorError) else problems.BAD_QUESTION
        part = {"parameter": error.parameter, "detail": str(error)}
        return problem(kind, _sentence(error), errors=[part])

    @api.exception_handler(NotHereError)
    @api.exception_handler(NotFoundError)
    def _not_here(request: HttpRequest, error: Exception) -> HttpResponse:
        note(request, error)
        return problem(problems.NOT_HERE, _sentence(error))

    @api.exception_handler(NotPossibleError)
    @api.exception_handler(PartiesNotPossibleError)
    def _not_possible(_request: HttpRequest, error: Exception) -> HttpResponse:
        return problem(problems.NOT_POSSIBLE, _sentence(error))

    @api.exception_handler(ValidationError)
    def _not_valid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
        wrong = [_part(one) for one in error.errors[:_MOST_ERRORS]]
        first = wrong[0]
        place = first.get("parameter") or first.get("pointer") or "the body"
        return problem(problems.NOT_VALID, f"{place}: {first['detail']}.", errors=wrong)

    @api.exception_handler(ParameterError)
    def _parameter(_request: HttpRequest, error: ParameterError) -> HttpResponse:
        part = {"parameter": error.parameter, "detail": str(error)}
        return problem(problems.NOT_VALID, _sentence(error), errors=[part])

    @api.exception_handler(ChangedMeanwhileError)
    def _changed(_request: HttpRequest, error: ChangedMeanwhileError) -> HttpResponse:
        return problem(problems.CHANGED, _sentence(error))

    @api.exception_handler(TooLargeError)
    def _too_large(_request: HttpRequest, error: TooLargeError) -> HttpResponse:
        return problem(problems.TOO_LARGE, _sentence(error))

    @api.exception_handler(UnreadablePostError)
    def _broken_off(_request: HttpRequest, _error: UnreadablePostError) -> HttpResponse:
        return problem(problems.BROKEN_OFF, "Send it again; nothing of it was kept.")

    @api.exception_handler(Http404)
    def _no_route(request: HttpRequest, _error: Http404) -> HttpResponse:
        return problems.no_route(request)

    @api.exception_handler(HttpError)
    def _http(_request: HttpRequest, _error: HttpError) -> HttpResponse:
        # The framework raises it for a body that it cannot parse, and for nothing else here.
        return problem(problems.NOT_JSON, "Send one JSON object, in UTF-8.")

    @api.exception_handler(Exception)
    def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
        _log.error("%s %s failed", request.method, request.path, exc_info=error)
        return problem(
            problems.FAILED,
            "It is not your request's fault; what happened stands in the server's log.",
        )


def _part(error: Mapping[str, Any]) -> dict[str, str]:
    """Return one wrong part: of the body by JSON pointer, of the query by the parameter's name."""
    source, *path = error["loc"]
    detail = str(error["msg"])
    if source == "body":
        inside = [str(step).replace("~", "~0").replace("/", "~1") for step in path[1:]]
        return {"pointer": "#/" + "/".join(inside), "detail": detail}
    return {"parameter": str(path[-1]) if path else str(source), "detail": detail}


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
