"""Nobody gets past who is nobody, except to where one signs in.

From the API, a session changes something only with the token against forged requests that the
console's own pages carry. An API token needs no such thing, for no browser sends it by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render

from tidegate.faces.api import problems
from tidegate.faces.web.acting import API, VIA, actor_of_request, shown_secret

SIGN_IN: Final = "/account/login/"

_OPEN: Final = (
    SIGN_IN,
    "/account/logout/",
    "/account/organisation/",
    "/account/provider/",
    "/account/password/reset/",
    "/account/confirm-email/",
    "/account/2fa/authenticate/",
    "/account/2fa/webauthn/login/",
    "/join/",
    "/static/",
    "/ledger/tile/",
    "/feeds/",
    "/.well-known/csaf/",
    "/csaf/",
    "/osv/",
    "/updates/",
    "/advisories/",
)
"""Whatever begins so is open to everybody."""
_OWN_SIGN_IN: Final = (
    "/account/2fa/",
    "/account/password/",
    "/account/reauthenticate/",
    "/account/sessions/",
)
"""What a person signs in with, wherever they have a place. An organisation's provider speaks for
them in that organisation alone, so whoever came through one sees nothing of it."""
_OPEN_ALONE: Final = (
    "/theme",
    "/ledger/checkpoint",
    "/ledger/verify_ledger.py",
    "/health",
    "/figures/",
    "/docket",
    "/docket.ics",
    "/docket.atom",
    "/.well-known/security.txt",
    "/advisories",
)
OPEN_IN_API: Final = ("/api/v1/docket", "/api/v1/decide")
"""What everybody may ask programs' way: public days, and what shipped tables say. Neither reads
anything of who asks, nor changes anything."""
_SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS", "TRACE")


class SignedInMiddleware:
    """Answers only whoever has signed in; stands after the sessions and Django's own sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request, or refuse it."""
        if is_open(request.path):
            return self._get_response(request)
        if request.path.startswith(API):
            return _refused_by_api(request) or self._get_response(request)
        if actor_of_request(request).person is None:
            return _to_sign_in(request)
        if VIA in request.session and request.path.startswith(_OWN_SIGN_IN):
            return render(request, "account/other_way.html", status=HTTPStatus.FORBIDDEN)
        return self._get_response(request)


def is_open(path: str) -> bool:
    """Say whether everybody may ask for an address."""
    return path in _OPEN_ALONE or path in OPEN_IN_API or path.startswith(_OPEN)


def _refused_by_api(request: HttpRequest) -> HttpResponse | None:
    shown = shown_secret(request) is not None
    if actor_of_request(request).person is None:
        if shown:
            return problems.problem(
                problems.NOT_SIGNED_IN,
                "The token is not known, has expired, or was revoked; make another one in the"
                " console under Account, and send it as Authorization: Bearer tg_...",
                headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
            )
        return problems.problem(
            problems.NOT_SIGNED_IN,
            "Send a token as Authorization: Bearer tg_...; the console makes them under Account.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if not shown and request.method not in _SAFE_METHODS and _is_forged(request):
        return problems.problem(
            problems.FOREIGN,
            "A session changes something through the API only with the X-CSRFToken of a page of"
            " the console; programs send a token as Authorization: Bearer tg_...",
        )
    return None


def _is_forged(request: HttpRequest) -> bool:
    check = CsrfViewMiddleware(lambda _: HttpResponse())
    check.process_request(request)
    return check.process_view(request, _nothing, (), {}) is not None


def _nothing(_: HttpRequest) -> HttpResponse:
    """Stand for a view that is not exempt."""
    return HttpResponse()


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    asks = request.method in ("GET", "HEAD")
    back = request.get_full_path() if asks and "HX-Request" not in request.headers else "/"
    address = f"{SIGN_IN}?next={quote(back, safe='/')}" if back != "/" else SIGN_IN
    if "HX-Request" in request.headers:
        # A part of a page is asked for; the whole page has to go.
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
