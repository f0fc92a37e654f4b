"""`/inbox` and `/board`: what waits for whoever asks, and cases by state and age."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import urlencode
from ninja import Query, Router
from pydantic import Field

from tidegate.desks.access.words import Label
from tidegate.desks.cases.queries import board, inbox
from tidegate.faces.api.schemas.common import Form, Problem
from tidegate.faces.api.schemas.given import WITHOUT_NUL
from tidegate.faces.api.schemas.waiting import Board, Column, Inbox
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["inbox and board"])

_DEFAULT_CARDS: Final = 25
_DEEPEST: Final = 10_000

Most = Annotated[
    int, Query(_DEFAULT_CARDS, ge=1, le=board.MOST, description="Cards of one column.")
]
After = Annotated[
    int, Query(0, ge=0, le=_DEEPEST, description="How many cards come before; see `next`.")
]


class Asked(Form):
    """What the board is narrowed to."""

    text: str = Field("", max_length=200, pattern=WITHOUT_NUL)
    """Part of a case's title or package, or its key."""
    tlp: str = Field("", description=f"One of {', '.join(Label)}.")
    severity: str = Field("", description=f"One of {', '.join(board.SEVERITIES)}.")
    due: str = Field("", description=f"How near the next date is: one of {', '.join(board.DUE)}.")


@router.get("/inbox", response={200: Inbox}, operation_id="getInbox")
def get_inbox(request: HttpRequest) -> Any:
    """Return what waits for whoever asks; what is due first comes first."""
    return {"rows": inbox.inbox(actor_of(request), at=timezone.now())}


@router.get("/board", response={200: Board, 400: Problem, 422: Problem}, operation_id="getBoard")
def get_board(request: HttpRequest, asked: Query[Asked], limit: Most) -> Any:
    """Return the cases that whoever asks reads, by where their coordination is."""
    narrowed = board.BoardFilter(**asked.model_dump())
    columns = board.board(actor_of(request), narrowed, at=timezone.now(), most=limit)
    return {"columns": [_shown(request.path, one, narrowed, 0, limit) for one in columns]}


@router.get(
    "/board/{column}", response={200: Column, 400: Problem, 422: Problem}, operation_id="getColumn"
)
def get_column(
    request: HttpRequest, column: str, asked: Query[Asked], limit: Most, after: After
) -> Any:
    """Return one column of the board, from a card on."""
    narrowed = board.BoardFilter(**asked.model_dump())
    found = board.column(
        actor_of(request), column, narrowed, at=timezone.now(), most=limit, after=after
    )
    return _shown(request.path.rpartition("/")[0], found, narrowed, after, limit)


def _shown(
    path: str, column: board.Column, narrowed: board.BoardFilter, after: int, limit: int
) -> dict[str, Any]:
    shown = after + len(column.cards)
    goes_on = column.more and shown <= _DEEPEST
    asked = {name: word for name, word in asdict(narrowed).items() if word}
    query = urlencode({**asked, "limit": limit, "after": shown})
    return {
        "name": column.name,
        "count": column.count,
        "cards": column.cards,
        "next": f"{path}/{column.name}?{query}" if goes_on else None,
    }
