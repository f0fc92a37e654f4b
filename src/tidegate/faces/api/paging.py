"""Pages as answers: where the list goes on, in the body and in the `Link` header (RFC 8288)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from ninja import Query

from tidegate.desks.findings.queries.paging import MOST_ROWS, Page

DEFAULT_ROWS: Final = 50

Limit = Annotated[
    int, Query(DEFAULT_ROWS, ge=1, le=MOST_ROWS, description="Rows on a page.", examples=[50])
]
Cursor = Annotated[
    str | None,
    Query(
        None,
        max_length=6000,
        description="Where the page begins; taken from a page's `next` or `previous`.",
    ),
]


def listed(
    request: HttpRequest, response: HttpResponse, page: Page[Any], *, name: str = "cursor"
) -> dict[str, Any]:
    """Return a page as its form has it, and set the `Link` header; `name` is the parameter's."""
    said = part(request, page, name=name)
    links = [f'<{said["next"]}>; rel="next"'] if said["next"] else []
    links += [f'<{said["previous"]}>; rel="prev"'] if said["previous"] else []
    if links:
        response["Link"] = ", ".join(links)
    return said


def part(request: HttpRequest, page: Page[Any], *, name: str, path: str = "") -> dict[str, Any]:
    """Return a page that is part of a larger answer; `path` where it is not the request's own."""
    return {
        "rows": page.rows,
        "next": _address(request, page.next, name, path),
        "previous": _address(request, page.previous, name, path),
        "sort": page.sort,
        "note": page.note,
    }


def _address(request: HttpRequest, cursor: str | None, name: str, path: str) -> str | None:
    if cursor is None:
        return None
    asked = {} if path else {key: request.GET[key] for key in request.GET if key != name}
    return f"{path or request.path}?{urlencode({**asked, name: cursor})}"
