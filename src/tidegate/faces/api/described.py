"""What the OpenAPI document says of every route alike: how one signs in, what any may answer.

The routes declare what is theirs. What `guard`, `signed_in` and the framework answer in front of
them holds for all, and is added here.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from django.conf import settings

from tidegate.faces.api import problems
from tidegate.faces.api.problems import Kind

_OF_ALL: Final = (problems.NOT_SIGNED_IN, problems.FOREIGN, problems.FAILED)
_OF_BODIES: Final = (
    problems.NOT_JSON,
    problems.NO_LENGTH,
    problems.TOO_LARGE,
    problems.BAD_TYPE,
    problems.NOT_VALID,
)

_EMPTY: Final[dict[str, Any]] = {
    "description": "An empty object: there is nothing to say, and a body keeps other sites out.",
    "required": True,
    "content": {"application/json": {"schema": {"type": "object"}}},
}


def complete(document: dict[str, Any]) -> None:
    """Add to an OpenAPI document, in place, what holds for every route."""
    # Here, for that module leans on this package's problems.
    from tidegate.faces.web.signed_in import OPEN_IN_API

    document["security"] = [{"token": []}, {"session": []}]
    document["components"]["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API token, `tg_...`; the console makes them under Account.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "A session of the console; it changes something only with a page's"
            " `X-CSRFToken`.",
        },
    }
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            answers = [*_OF_ALL]
            if path in OPEN_IN_API:
                operation["security"] = []
                answers.remove(problems.NOT_SIGNED_IN)
            if method == "post":
                operation.setdefault("requestBody", _EMPTY)
                answers += _OF_BODIES
            elif operation["parameters"]:
                answers += [problems.BAD_QUESTION, problems.NOT_VALID]
            for kind in answers:
                operation["responses"].setdefault(int(kind.status), _answer(kind))
            for status, told in operation["responses"].items():
                if int(status) >= HTTPStatus.BAD_REQUEST:
                    _as_problem(told)


def _answer(kind: Kind) -> dict[str, Any]:
    return {
        "description": kind.title,
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _as_problem(told: dict[str, Any]) -> None:
    """Name the type of a problem's body, which the framework takes for plain JSON."""
    content = told.get("content", {})
    if "application/json" in content:
        content[problems.MEDIA_TYPE] = content.pop("application/json")
