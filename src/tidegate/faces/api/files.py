"""Strangers' bytes as answers: to be kept, never to be shown or run by a browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from typing import Final

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

Piece = Callable[[int], bytes | None]
"""Returns a part of a document by its number, from 0; None after the last."""

_LONGEST_NAME: Final = 150
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


def as_attachment(content: bytes, name: str, media_type: str) -> HttpResponse:
    """Return bytes as a file to be saved."""
    return HttpResponse(content, content_type=media_type, headers=_headers(name))


def streamed(request: HttpRequest, piece: Piece, name: str, *, size: int) -> StreamingHttpResponse:
    """Return a document of any size as a file to be saved, a part at a time."""
    # Django holds the whole of it in memory where the kind of iterator is not the server's own.
    pieces = _later(piece) if isinstance(request, ASGIRequest) else _now(piece)
    return StreamingHttpResponse(
        pieces,
        content_type="application/octet-stream",
        headers={**_headers(name), "Content-Length": str(size)},
    )


def _now(piece: Piece) -> Iterator[bytes]:
    for number in count():
        content = piece(number)
        if content is None:
            return
        yield content


async def _later(piece: Piece) -> AsyncIterator[bytes]:
    for number in count():
        content = await sync_to_async(piece)(number)
        if content is None:
            return
        yield content


def _headers(name: str) -> dict[str, str]:
    plain = re.sub(r"[^\w.+@-]+", "_", name.replace("\\", "/").rpartition("/")[2])
    disposition = content_disposition_header(True, plain[-_LONGEST_NAME:].lstrip(".") or "document")
    return {**_HEADERS, "Content-Disposition": disposition or "attachment"}
