"""The board of those who coordinate: cases by where their coordination is, the oldest first."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Label
from tidegate.desks.cases.queries.board import (
    DUE,
    MOST,
    SEVERITIES,
    BoardFilter,
    board,
    column,
)
from tidegate.faces.console.places import reads_every_case
from tidegate.faces.console.views import lists
from tidegate.faces.console.views.doing import time_zone
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

NAMES: Final = {
    "uncoordinated": "Not coordinated",
    "none": "No embargo",
    "proposed": "Proposed",
    "active": "In force",
    "revise": "In revision",
    "exited": "Ended",
    "closed": "Closed",
}
_CARDS: Final = 15
"""Of each column, while all of them are shown."""
_CHIPS: Final = {"text": "Search", "tlp": "Label", "severity": "Severity", "due": "Due"}
_DUE: Final = {"overdue": "overdue", "day": "within a day", "week": "within seven days"}


@require_GET
@asking
def show(request: HttpRequest) -> HttpResponse:
    """Show the board, or one of its columns whole."""
    if address := lists.cleaned(request):
        return HttpResponseRedirect(address)
    actor, now = actor_of(request), timezone.now()
    if not reads_every_case(actor):
        raise NotFoundError("page")
    asked = lists.filter_of(request, BoardFilter)
    only = request.GET.get("column", "")
    columns = (
        (column(actor, only, asked, at=now, most=MOST),)
        if only
        else board(actor, asked, at=now, most=_CARDS)
    )
    return page(
        request,
        "board",
        "board",
        now=now,
        zone=time_zone(request),
        columns=[(NAMES[one.name], one, _address(request, one.name)) for one in columns],
        only=NAMES.get(only, ""),
        asked=asked,
        chips=lists.chips(request, _CHIPS),
        kept=lists.kept(request, ("column",)),
        whole=_address(request, ""),
        labels=[label.value for label in Label],
        severities=SEVERITIES,
        dues=[(word, _DUE[word]) for word in DUE],
        shown=_CARDS,
    )


def _address(request: HttpRequest, name: str) -> str:
    kept = {word: said for word, said in request.GET.items() if word != "column"}
    query = urlencode({**kept, "column": name} if name else kept)
    return f"/board?{query}" if query else "/board"
