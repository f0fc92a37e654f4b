"""What is refused before anything of a request is read: foreign pages, and bodies beyond a bound.

Django keeps a request's body whole, in a file, before it asks any of our code. So this stands
around it, and judges by the head of a request alone; a body of unsaid length is counted while it
comes in. Whoever has not signed in fills no disk: what is large is taken from somebody only.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpResponse

from tidegate.faces.api import problems
from tidegate.faces.console.headers import HEADERS
from tidegate.faces.web.acting import has_signed_in
from tidegate.faces.web.foreign import (
    is_for_everybody,
    is_foreign,
    is_own_host,
    tells_nothing,
)

LARGEST_DOCUMENT: Final = 8 << 30
"""Bytes of a document that is handed in; as many as one may have once it is unpacked."""

LARGEST_MESSAGE: Final = 52 << 20
"""Bytes of a message with all its attachments, of a document that is weighed or reported in an
engagement, and of the form around them."""

LARGEST_INVENTORY: Final = 64 << 20
"""Bytes of an inventory, as it comes, and of what else operators hand in as a document."""

_DOCUMENTS: Final = ("/api/v1/deliveries", "/intake")
_INVENTORIES: Final = (
    "/api/v1/inventories",
    "/api/v1/statements",
    "/api/v1/assets/import",
    "/api/v1/adoption/reports",
)
_MESSAGES: Final = re.compile(r"/cases/[^/]{1,20}/messages|/reviews/[^/]{1,20}/(evidence|reports)")
"""With what is attached to them."""
_DIGITS: Final = 20

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]
"""Takes a scope, `Receive` and `Send`. From: https://asgi.readthedocs.io/en/latest/specs/www.html."""


class Door:
    """An ASGI application that lets another one see only what passes."""

    def __init__(
        self,
        inner: Application,
        *,
        largest_document: int = LARGEST_DOCUMENT,
        is_somebody: Callable[[Mapping[str, Any]], bool] = has_signed_in,
    ) -> None:
        self._inner = inner
        self._largest_document = largest_document
        self._is_somebody = is_somebody

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request, or have it answered."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        headers = _headers(scope)
        if refused := _refused(scope, headers):
            await _answer(refused, send)
            return
        most, usual = self._most(scope), settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        beyond = _too_large(scope, most)
        if most > usual and not await sync_to_async(self._is_somebody)(scope):
            most, beyond = usual, _not_signed_in(scope, usual)
        said = headers.get("content-length", "")
        if said.isascii() and said.isdecimal() and int(said[:_DIGITS]) > most:
            await _answer(beyond, send)
            return
        body = _Counted(receive, most)
        await self._inner(scope, body.receive, send)
        if body.passed:
            await _answer(beyond, send)

    def _most(self, scope: Mapping[str, Any]) -> int:
        if scope["method"] == "POST" and scope["path"] in _DOCUMENTS:
            return self._largest_document
        if scope["method"] == "POST" and _MESSAGES.fullmatch(scope["path"]):
            return LARGEST_MESSAGE
        if scope["method"] == "POST" and scope["path"] in _INVENTORIES:
            return LARGEST_INVENTORY
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0


class _Counted:
    """A request's body that breaks off where it passes a bound."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most
        self.passed = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left >= 0:
            return message
        self.passed = True
        # Django takes it that the client has gone: it drops what it has, and answers nothing.
        return {"type": "http.disconnect"}


def _headers(scope: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").lower()
        # One that is sent twice is none that is known, rather than the better of the two.
        found[name] = ",".join([*([found[name]] if name in found else []), value.decode("latin-1")])
    return found


def _refused(scope: Mapping[str, Any], headers: Mapping[str, str]) -> HttpResponse | None:
    host = headers.get("host", "")
    if settings.REACH.is_secure and scope["scheme"] != "https":
        return _refusal(
            scope,
            problems.NOT_SECURE,
            f"Ask {settings.REACH.address} instead; a proxy in front has to say"
            " X-Forwarded-Proto: https.",
        )
    if not is_own_host(host):
        names = ", ".join(settings.ALLOWED_HOSTS)
        return _refusal(
            scope,
            problems.FOREIGN,
            f"The address names another machine; ask for one of {names}.",
        )
    if is_for_everybody(scope["path"], scope["method"]):
        return None
    if is_foreign(
        headers,
        method=scope["method"],
        origin=f"{scope['scheme']}://{host}",
        query=bool(scope["query_string"]) and not tells_nothing(scope["path"]),
    ):
        return _refusal(
            scope,
            problems.FOREIGN,
            "A page of another site may not ask this. To open a link from elsewhere, copy its"
            " address into the browser's address bar; programs are answered.",
        )
    return None


def _too_large(scope: Mapping[str, Any], most: int) -> HttpResponse:
    return _refusal(
        scope,
        problems.TOO_LARGE,
        f"The body has more than {most} bytes; send no more."
        f" Documents of up to {LARGEST_DOCUMENT} bytes go to POST /api/v1/deliveries.",
    )


def _not_signed_in(scope: Mapping[str, Any], most: int) -> HttpResponse:
    return _refusal(
        scope,
        problems.NOT_SIGNED_IN,
        f"Bodies of more than {most} bytes are taken from those who have signed in alone; sign in,"
        " or send a token.",
    )


def _refusal(scope: Mapping[str, Any], kind: problems.Kind, detail: str) -> HttpResponse:
    """Return the answer: a problem for programs, a line of text for people."""
    if scope["path"].startswith("/api/"):
        return problems.problem(kind, detail, headers=HEADERS)
    return HttpResponse(
        f"{kind.title}. {detail}\n",
        status=int(kind.status),
        content_type="text/plain; charset=utf-8",
        headers=dict(HEADERS),
    )


async def _answer(response: HttpResponse, send: Send) -> None:
    headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in response.items()]
    headers.append((b"Content-Length", str(len(response.content)).encode("ascii")))
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})
