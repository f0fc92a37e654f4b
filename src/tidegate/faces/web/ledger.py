"""What is public of the ledger, for everybody and without signing in: checkpoint and tiles.

It shows commitments: of each entry its time and a salted digest, never a text, nor of what kind it
is. Laid out as C2SP tlog-tiles says, so that any client of such logs can follow this one.

From: https://c2sp.org/tlog-tiles.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import URLPattern, path
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from tidegate.desks.ledger.queries.heads import published_note
from tidegate.desks.ledger.queries.tiles import tile_file
from tidegate.engines.transparency import verify_ledger

_PUBLIC: Final = {
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
_FOR_GOOD: Final = {**_PUBLIC, "Cache-Control": "public, max-age=31536000, immutable"}
"""A tile never changes, full or not: a partial one has its width in its name."""
_FOR_SECONDS: Final = {**_PUBLIC, "Cache-Control": "public, max-age=5"}


@require_safe
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """Return the newest published checkpoint, with the cosignatures that it has."""
    note = published_note()
    return _text(note, _FOR_SECONDS) if note else _nothing("No entry has been appended yet.")


@require_safe
@gzip_page
def tile(_request: HttpRequest, name: str) -> HttpResponse:
    """Return a tile of hashes, or a bundle of entries."""
    content = tile_file(name)
    if content is None:
        return _nothing("There is no such tile; the checkpoint says how large the log is.")
    return HttpResponse(content, content_type="application/octet-stream", headers=_FOR_GOOD)


@require_safe
def verifier(_request: HttpRequest) -> HttpResponse:
    """Return the verifier that is one file; who distrusts us takes it from the source instead."""
    content = Path(verify_ledger.__file__).read_text()
    name = 'attachment; filename="verify_ledger.py"'
    return _text(content, {**_FOR_SECONDS, "Content-Disposition": name})


def _text(content: str, headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(content, content_type="text/plain; charset=utf-8", headers=headers)


def _nothing(why: str) -> HttpResponse:
    kind = "text/plain; charset=utf-8"
    return HttpResponseNotFound(f"{why}\n", content_type=kind, headers=_FOR_SECONDS)


urlpatterns: Final[list[URLPattern]] = [
    path("checkpoint", checkpoint),
    path("tile/<path:name>", tile),
    path("verify_ledger.py", verifier),
]
