"""What is asked of every request before a route sees it: where it comes from, and in which form.

There are no accounts and no cookies yet, so a request counts because it reaches this machine's own
address. A page of a stranger that is open in a browser here reaches it, too. It is kept out twice:
a browser says where a request comes from (`Sec-Fetch-Site`, `Origin`), and it sends no body of the
types that are accepted here to another site without asking first, which is never granted. A name
of a stranger that is made to point here (DNS rebinding) is refused by its `Host`, which Django
checks against `ALLOWED_HOSTS`.

From: https://www.w3.org/TR/fetch-metadata/ and https://fetch.spec.whatwg.org/#origin-header
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from tidegate.faces.api import problems
from tidegate.faces.api.problems import problem

DOCUMENT_TYPES: Final = (
    "application/octet-stream",
    "application/json",
    "application/x-ndjson",
    "application/sarif+json",
    "application/gzip",
    "application/zstd",
)
"""What a delivery's body may be called; what it is, is told by its first bytes."""

_JSON: Final = ("application/json",)
_READING: Final = ("GET", "HEAD", "OPTIONS")
_OWN_SITE: Final = ("same-origin", "none")


def guarded(view: Callable[..., Any], *, document: bool = False) -> Callable[..., Any]:
    """Return a view that is asked only what passes; `document` for the one that takes any size."""
    if iscoroutinefunction(view):

        @wraps(view)
        async def answer_later(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
            refused = refusal(request, document=document)
            return refused or _plain(request, await view(request, *args, **more))

        return answer_later

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
        refused = refusal(request, document=document)
        return refused or _plain(request, view(request, *args, **more))

    return answer


def refusal(request: HttpRequest, *, document: bool = False) -> HttpResponse | None:
    """Return why a request is not let through; None if it is."""
    if _is_foreign(request):
        return problem(
            problems.FOREIGN,
            "A page of another site may not use this API; use a program, or the console.",
        )
    if request.method != "POST":
        # Nothing else carries a body here; the route says so by itself.
        return None
    return _wrong_form(request, document=document)


def _is_foreign(request: HttpRequest) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in _OWN_SITE:
        # Following a link from elsewhere shows a page and tells the elsewhere nothing.
        followed = request.headers.get("Sec-Fetch-Mode") == "navigate"
        return not (followed and request.method in _READING)
    origin = request.headers.get("Origin")
    return origin is not None and origin != f"{request.scheme}://{request.get_host()}"


def _wrong_form(request: HttpRequest, *, document: bool) -> HttpResponse | None:
    accepted = DOCUMENT_TYPES if document else _JSON
    media_type = request.content_type or ""
    if media_type not in accepted:
        said = media_type[:60] or "nothing in particular"
        return problem(
            problems.BAD_TYPE,
            f"The body is sent as {said}; send it as {' or '.join(accepted)}.",
            headers={"Accept-Post": ", ".join(accepted)},
        )
    if document:
        return None
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal():
        return problem(problems.NO_LENGTH, "Say in Content-Length how many bytes the body has.")
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if most is not None and int(length[:20]) > most:
        return problem(
            problems.TOO_LARGE,
            f"The body has {length[:20]} bytes; send at most {most}."
            " Documents of any size go to POST /deliveries.",
        )
    return None


def _plain(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return a response as it is, unless it is the framework's own for a wrong method."""
    if response.status_code == problems.NO_METHOD.status:
        allowed = response.headers.get("Allow", "")
        return problem(
            problems.NO_METHOD,
            f"{request.method} is not possible here; use {allowed}.",
            headers={"Allow": allowed},
        )
    return response
