"""What is asked of every request before a route sees it: where it comes from, and in which form.

Who asks is settled before (`faces/web/signed_in.py`). A browser shows a session's cookie by itself,
also for a page of a stranger that is open in it. Such a page is kept out twice: a browser
says where a request comes from (`faces/web/foreign.py`), and it sends no body of the types that are
accepted here to another site without asking first, which is never granted: `text/plain`, what forms
send, and a body of no type are accepted nowhere. A name of a stranger
that is made to point here (DNS rebinding) is refused by its `Host`, which Django checks against
`ALLOWED_HOSTS`. What listens asks the same of every address before a body is read
(`faces/web/door.py`); here it holds whatever the API is served by.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Final

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from tidegate.faces.api import problems
from tidegate.faces.api.problems import problem
from tidegate.faces.web.foreign import is_foreign

DOCUMENT_TYPES: Final = (
    "application/octet-stream",
    "application/json",
    "application/x-ndjson",
    "application/sarif+json",
    "application/gzip",
    "application/zstd",
)
"""What a delivery's body may be called; what it is, is told by its first bytes."""

INVENTORY_TYPES: Final = (
    *DOCUMENT_TYPES,
    "application/vnd.cyclonedx+json",
    "application/vnd.cyclonedx+xml",
    "application/spdx+json",
    "application/ld+json",
    "application/xml",
    "application/toml",
    "application/x-bzip2",
    "application/x-xz",
    "text/spdx",
)
"""What an inventory's body may be called; what it is, is told by its content."""

STATEMENT_TYPES: Final = (
    "application/json",
    "application/octet-stream",
    "application/vnd.openvex+json",
    "application/vnd.cyclonedx+json",
    "application/csaf+json",
)
"""What a document with VEX statements may be called."""

SHEET_TYPES: Final = ("text/csv", "application/octet-stream")
"""What a sheet of assets may be called."""

DIFF_TYPES: Final = ("text/x-diff", "text/x-patch", "application/octet-stream")
"""What a diff that is offered as a fix may be called."""

REPORT_TYPES: Final = ("application/json",)
"""What an operator's report on adoption may be called; it may be larger than a form."""

_JSON: Final = ("application/json",)


def guarded(view: Callable[..., Any], *, document: Sequence[str] = ()) -> Callable[..., Any]:
    """Return a view that is asked only what passes.

    `document` says what the body of one that takes documents may be called.
    """
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


def refusal(request: HttpRequest, *, document: Sequence[str] = ()) -> HttpResponse | None:
    """Return why a request is not let through; None if it is."""
    if is_foreign(
        request.headers,
        method=request.method or "",
        origin=f"{request.scheme}://{request.get_host()}",
        query=bool(request.META.get("QUERY_STRING")),
    ):
        return problem(
            problems.FOREIGN,
            "A page of another site may not use this API; use a program, or the console.",
        )
    if no_text := _no_text(request):
        return no_text
    if request.method != "POST":
        # Nothing else carries a body here; the route says so by itself.
        return None
    return _wrong_form(request, document=document)


def _no_text(request: HttpRequest) -> HttpResponse | None:
    """Refuse an address that holds NUL: nothing is named so, and PostgreSQL takes it in no text."""
    if "\0" in request.path:
        return problems.no_route(request)
    for name, values in request.GET.lists():
        if "\0" in name or any("\0" in value for value in values):
            kind = problems.BAD_CURSOR if "cursor" in name else problems.BAD_QUESTION
            wrong = "holds NUL, which is no sign of a text; leave it out"
            return problem(
                kind,
                f"The parameter {name[:40]!r} {wrong}.",
                errors=[{"parameter": name[:40], "detail": wrong}],
            )
    return None


def _wrong_form(request: HttpRequest, *, document: Sequence[str]) -> HttpResponse | None:
    accepted = document or _JSON
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
            " Documents go to POST /deliveries.",
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
