"""What every page tells the browser to refuse: foreign code, foreign hosts, frames, copies.

Pages show text of strangers about flaws that are not public. So nothing is loaded from anywhere
but here, no script or style stands inside of a page, and no page is kept in a cache.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_SOURCES: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

POLICY: Final = "; ".join(f"{kind} {sources}" for kind, sources in _SOURCES.items())
"""Content Security Policy Level 3. From: https://www.w3.org/TR/CSP3/."""

_POWERS: Final = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)
_OWN_POWERS: Final = ("publickey-credentials-create", "publickey-credentials-get")
"""Passkeys: for our own pages, and for no frame in them."""

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": ", ".join(
        [*(f"{power}=()" for power in _POWERS), *(f"{power}=(self)" for power in _OWN_POWERS)]
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def content_security(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Return the middleware that sets `HEADERS`, where an answer has not set its own."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return answered
