"""`/ledger`: entries that one may read, with their proofs. `faces/web` serves what is public."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from tidegate.desks.findings.queries.errors import CursorError
from tidegate.desks.findings.queries.paging import Page
from tidegate.desks.ledger.queries import entries
from tidegate.faces.api.files import as_attachment
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Form, Problem
from tidegate.faces.api.schemas.ledger import LedgerEntries
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["ledger"])

_LARGEST: Final = (1 << 63) - 1
_DIGITS: Final = 19

Index = Annotated[int, Path(ge=0, le=_LARGEST)]
_LONGEST_KEY: Final = 40


class Asked(Form):
    """What a list of entries is narrowed to."""

    case: str = Field("", max_length=_LONGEST_KEY)
    """Key of the case that they are about."""
    organisation: str = Field("", max_length=_LONGEST_KEY)
    """Key of the organisation that they are about."""
    person: str = Field("", max_length=_LONGEST_KEY)
    """Key of the person who did it."""


@router.get(
    "/entries", response={200: LedgerEntries, 400: Problem}, operation_id="listLedgerEntries"
)
def list_entries(
    request: HttpRequest,
    response: HttpResponse,
    asked: Query[Asked],
    cursor: Cursor,
    limit: Limit,
) -> Any:
    """List entries of the ledger, the newest first, each with its proof."""
    found = entries.list_entries(
        actor_of(request), **asked.model_dump(), before=_before(cursor), limit=limit
    )
    older = None if found.older is None else str(found.older)
    page = Page(found.rows, older, None, "-index")
    return {**listed(request, response, page), "checkpoint": found.checkpoint}


@router.get(
    "/entries/{index}/proof",
    response={404: Problem},
    operation_id="getLedgerProof",
    openapi_extra={
        "responses": {200: {"description": "The proof", "content": {"application/json": {}}}}
    },
)
def get_proof(request: HttpRequest, index: Index) -> HttpResponse:
    """Return all that proves an entry, to be kept and checked offline by `verify_ledger.py`."""
    content = entries.proof_file(actor_of(request), index)
    return as_attachment(content, f"entry-{index}.json", "application/json")


def _before(cursor: str | None) -> int | None:
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdecimal()) or int(cursor[: _DIGITS + 1]) > _LARGEST:
        raise CursorError(
            "this is not a cursor; take one from `next`, or leave it out for the first page"
        )
    return int(cursor)
