"""The documents of an advisory as files: each format, the signed bundle, the files of its fixes.

They are handed out to the byte as they went out. What is everybody's may be read by any program at
any origin, and says nothing about whoever asks. A browser shows it as text, and runs nothing of it.

From: CSAF 2.1, 7.1.25 (any origin); RFC 9110, 8.8.3 (entity tags); the media types of CycloneDX at
IANA.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.http import HttpResponse

from tidegate.desks.access.actors import Actor
from tidegate.desks.publications.queries import advisories, public
from tidegate.desks.publications.queries.records import FIX
from tidegate.faces.console.views.doing import SAVED_HEADERS

_JSON: Final = "application/json"
_TYPES: Final = {"cdx": "application/vnd.cyclonedx+json"}
_TEXT: Final = "text/plain; charset=utf-8"

_HARMLESS: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}
_EVERYBODYS: Final = {
    **_HARMLESS,
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=60",
}
_THEIRS: Final = {**SAVED_HEADERS, **_HARMLESS}

_Content = Callable[[], tuple[bytes, str]]


def document(actor: Actor, identifier: str, word: str, *, at: datetime) -> HttpResponse:
    """Return a document in a format, or the signed bundle.

    Raises:
        NotFoundError: there is no such advisory that is out, or not for them, or no such document.
    """
    return _file(
        actor,
        lambda: public.public_document(identifier, word, at=at),
        lambda: advisories.advisory_document(actor, identifier, word, at=at),
        _TYPES.get(word, _JSON),
    )


def fix_file(actor: Actor, identifier: str, name: str, *, at: datetime) -> HttpResponse:
    """Return a file of a fix. It raises what `document` raises."""
    return _file(
        actor,
        lambda: public.public_fix_file(identifier, name, at=at),
        lambda: advisories.advisory_document(actor, identifier, f"{FIX}{name}", at=at),
        _JSON if name.endswith(".json") else _TEXT,
    )


def _file(actor: Actor, for_all: _Content, for_them: _Content, kind: str) -> HttpResponse:
    is_inside = actor.person is not None
    content, sha256 = for_them() if is_inside else for_all()
    headers = _THEIRS if is_inside else _EVERYBODYS
    return HttpResponse(
        content,
        content_type=kind,
        headers={**headers, "ETag": f'"{sha256}"', "Vary": "Cookie"},
    )
