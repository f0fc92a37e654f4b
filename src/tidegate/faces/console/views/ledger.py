"""The ledger of a case: its entries with their proofs, and how anybody can check them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tidegate.desks.findings.queries.cases import get_case
from tidegate.desks.findings.queries.errors import CursorError
from tidegate.desks.ledger.queries.entries import EntryRow, list_entries, proof_file
from tidegate.desks.ledger.queries.heads import log_key
from tidegate.faces.console.views import lists
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_LONGEST: Final = 200
LARGEST_INDEX: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Line:
    """An entry, as the page shows it."""

    index: int
    at: datetime
    actor: str
    what: str
    says: tuple[tuple[str, str], ...]
    proof: str
    """Where its proof is to be had."""


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show the entries of a case, the newest first."""
    actor = actor_of(request)
    row = get_case(actor, key).row
    found = list_entries(actor, case=row.key, before=before_of(request), limit=lists.LIMIT)
    return page(
        request,
        "ledger",
        "cases",
        row=row,
        lines=[line_of(f"/cases/{row.key}/ledger", entry) for entry in found.rows],
        next=lists.turned(request, None if found.older is None else str(found.older)),
        log_key=str(log_key()),
    )


@require_GET
@asking
def save_proof(request: HttpRequest, key: str, index: int) -> HttpResponse:
    """Hand out the proof of one of the case's entries as a file."""
    if index > LARGEST_INDEX:
        raise Http404
    actor = actor_of(request)
    row = get_case(actor, key).row
    return HttpResponse(
        proof_file(actor, index, case=row.key),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="entry-{index}.json"'},
    )


def before_of(request: HttpRequest) -> int | None:
    """Return the number before which a page of entries goes on; None for the newest ones.

    Raises:
        CursorError: the address holds no such number.
    """
    said = request.GET.get("after", "")
    if not said:
        return None
    if not (said.isascii() and said.isdecimal()) or int(said[:20]) > LARGEST_INDEX:
        raise CursorError("this is not a place in the list; leave it out for the newest entries")
    return int(said)


def line_of(address: str, entry: EntryRow) -> Line:
    """Return an entry as a page shows it; `address` is that of the page."""
    return Line(
        index=entry.index,
        at=entry.at,
        actor=entry.actor,
        what=_spelled(entry.kind),
        says=tuple(_told(entry.said.items())),
        proof=f"{address}/{entry.index}/proof",
    )


def _told(said: Iterable[tuple[str, object]]) -> Iterable[tuple[str, str]]:
    for name, told in said:
        if told in ("", None, [], {}):
            continue
        text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
        yield _spelled(name), text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _spelled(word: str) -> str:
    return word.replace("-", " ").replace("_", " ").capitalize()
