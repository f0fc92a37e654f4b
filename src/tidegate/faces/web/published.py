"""What is published, as the plain files that it is: to everybody, without signing in.

Two folders of the installation are served, `public/` (`engines/provider`) and `updates/`
(`engines/updates`). A web server in front may serve them itself; this is for those who have none.
A name leads to a file inside its folder, or to nothing: no link is followed, nothing that begins
with a dot is there, and nothing is redirected. Whoever asks is told nothing about a session, and
none is looked at.

From: CSAF 2.0, 7.1.4, 7.1.6 and 7.1.14 (listings); CSAF 2.1 (CSD04), 7.1.24 and 7.1.25 (any
program, any origin); RFC 9110, 13 (conditions); RFC 9116.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from typing import BinaryIO, Final
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotFound,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.html import escape
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from tidegate.instance.home import home

PUBLIC: Final = "public"
UPDATES: Final = "updates"

_HEADERS: Final = {
    # From: CSAF 2.1, 7.1.25. Nothing here depends on who asks.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}
_SOON: Final = "public, max-age=60"
_ASK: Final = "no-cache"
_FOR_GOOD: Final = "public, max-age=31536000, immutable"

_KINDS: Final = {
    ".json": "application/json",
    ".asc": "application/pgp-signature",
    ".atom": "application/atom+xml; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".zip": "application/zip",
    ".txt": "text/plain; charset=utf-8",
    ".sha256": "text/plain; charset=utf-8",
    ".sha512": "text/plain; charset=utf-8",
    ".diff": "text/plain; charset=utf-8",
}
_OTHER: Final = "application/octet-stream"
_KEYS: Final = "application/pgp-keys"

_FIXED: Final = re.compile(r"[0-9]{1,10}\.[^/]+\.json|([0-9a-f]{64}|[0-9a-f]{128})\.[^/]+")
"""Names of an update repository with consistent snapshots: what bears one never changes."""

_TICKS: Final = 2.0
"""Seconds after which a folder's time of change tells it from any later state."""
_WHOLE: Final = 1 << 20
"""Bytes up to which a file is answered at once."""
_PIECE: Final = 1 << 18


@require_safe
def public_file(request: HttpRequest, folder: str, name: str = "") -> HttpResponseBase:
    """Return a file of the public folder, or what a folder of it holds."""
    return _answer(request, PUBLIC, f"{folder}/{name}", has_listings=True)


@require_safe
def single_file(request: HttpRequest, file: str) -> HttpResponseBase:
    """Return one file that has an address of its own."""
    return _answer(request, PUBLIC, file, has_listings=False)


@require_safe
def update_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return a file of the update repository."""
    return _answer(request, UPDATES, name, has_listings=False)


def _answer(request: HttpRequest, root: str, name: str, *, has_listings: bool) -> HttpResponseBase:
    found = _opened(root, name)
    if found is None:
        return _nothing()
    status = os.fstat(found)
    if stat.S_ISDIR(status.st_mode) and has_listings and name.endswith("/"):
        try:
            return _listing(request, found, name, status)
        finally:
            os.close(found)
    if not stat.S_ISREG(status.st_mode) or name.endswith("/"):
        os.close(found)
        return _nothing()
    headers = {**_HEADERS, **_validators(status), "Cache-Control": _lasting(root, name)}
    unchanged = _unchanged(request, status, headers)
    if unchanged is not None:
        os.close(found)
        return unchanged
    headers["Content-Length"] = str(status.st_size)
    return _content(request, found, status.st_size, _kind(name), headers)


def _opened(root: str, name: str) -> int | None:
    """Open a file or folder by each part of its name, so that none of them can be a link."""
    parts = [part for part in name.split("/") if part]
    own = PurePosixPath(name).parts[:1] == (".well-known",)
    if any(part.startswith(".") or "\0" in part for part in parts[1 if own else 0 :]):
        return None
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        here = os.open(home() / root, flags | os.O_DIRECTORY)
    except OSError:
        return None
    for part in parts:
        try:
            inner = os.open(part, flags, dir_fd=here)
        except (OSError, ValueError):
            return None
        finally:
            os.close(here)
        here = inner
    return here


def _listing(
    request: HttpRequest, folder: int, name: str, status: os.stat_result
) -> HttpResponseBase:
    headers = {**_HEADERS, **_validators(status), "Cache-Control": _SOON}
    unchanged = _unchanged(request, status, headers)
    if unchanged is not None:
        return unchanged
    kept = _Folder(folder, name, status.st_dev, status.st_ino, status.st_mtime_ns)
    # A change within the clock's last tick would not show in the folder's time.
    is_settled = time.time() - status.st_mtime > _TICKS
    page = _page(kept) if is_settled else _page.__wrapped__(kept)
    return HttpResponse(page, content_type="text/html; charset=utf-8", headers=headers)


class _Folder:
    """A folder as it is at a time: equal to itself as long as nothing came to it or left it."""

    def __init__(self, descriptor: int, name: str, *identity: int) -> None:
        self.descriptor = descriptor
        self.name = name
        self._identity = (name, *identity)

    def __hash__(self) -> int:
        return hash(self._identity)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Folder) and self._identity == other._identity


@lru_cache(maxsize=8)
def _page(folder: _Folder) -> bytes:
    """Write a folder's listing: plain links, no script. A year of many documents is long."""
    with os.scandir(folder.descriptor) as entries:
        names = sorted(
            f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name
            for entry in entries
            if not entry.name.startswith(".") and not entry.is_symlink()
        )
    title = escape(f"/{folder.name}")
    links = "".join(f'<li><a href="{quote(name)}">{escape(name)}</a></li>\n' for name in names)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"</head>\n<body><h1>{title}</h1>\n<ul>\n{links}</ul></body></html>\n"
    ).encode()


def _content(
    request: HttpRequest, file: int, size: int, kind: str, headers: dict[str, str]
) -> HttpResponseBase:
    if request.method == "HEAD" or size <= _WHOLE:
        with os.fdopen(file, "rb") as whole:
            content = b"" if request.method == "HEAD" else whole.read(size)
        return HttpResponse(content, content_type=kind, headers=headers)
    # Django holds the whole of it in memory where the kind of iterator is not the server's own.
    whole = os.fdopen(file, "rb")
    pieces = _later(whole) if isinstance(request, ASGIRequest) else _now(whole)
    return StreamingHttpResponse(pieces, content_type=kind, headers=headers)


def _now(file: BinaryIO) -> Iterator[bytes]:
    with file as whole:
        while piece := whole.read(_PIECE):
            yield piece


async def _later(file: BinaryIO) -> AsyncIterator[bytes]:
    with file as whole:
        while piece := await sync_to_async(whole.read)(_PIECE):
            yield piece


def _validators(status: os.stat_result) -> dict[str, str]:
    # Files are replaced and never written into, so their time and size tell one from the next.
    return {
        "ETag": f'"{status.st_mtime_ns:x}-{status.st_ino:x}-{status.st_size:x}"',
        "Last-Modified": http_date(status.st_mtime),
    }


def _unchanged(
    request: HttpRequest, status: os.stat_result, headers: dict[str, str]
) -> HttpResponse | None:
    """Return 304 or 412 if what was asked under a condition is the same, with all the headers."""
    answer = get_conditional_response(
        request, etag=headers["ETag"], last_modified=int(status.st_mtime)
    )
    if answer is not None:
        for header, value in headers.items():
            answer[header] = value
    return answer


def _lasting(root: str, name: str) -> str:
    if root != UPDATES:
        return _SOON
    return _FOR_GOOD if _FIXED.fullmatch(name.rpartition("/")[2]) else _ASK


def _kind(name: str) -> str:
    if name.startswith(".well-known/csaf/openpgp/"):
        return _KEYS
    return _KINDS.get(PurePosixPath(name).suffix, _OTHER)


def _nothing() -> HttpResponse:
    return HttpResponseNotFound(
        "There is no such file.\n",
        content_type="text/plain; charset=utf-8",
        headers={**_HEADERS, "Cache-Control": _SOON},
    )
