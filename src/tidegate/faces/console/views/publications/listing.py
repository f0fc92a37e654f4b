"""Publications as a list, by where they are; and what of them waits to be distributed."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from tidegate.desks.publications.queries.distribution import distribution_state
from tidegate.desks.publications.queries.lists import list_publications
from tidegate.faces.console.places import reads_every_case
from tidegate.faces.console.publication_words import LISTED
from tidegate.faces.console.views.publications.answering import SECTION, above
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_LONGEST_TEXT: Final = 200
_WAITING: Final = 20
"""Promises that are shown."""


@require_GET
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show the publications that whoever asks may know of."""
    actor, now = actor_of(request), timezone.now()
    state = request.GET.get("state", "")
    text = request.GET.get("text", "").strip()[:_LONGEST_TEXT]
    inside = reads_every_case(actor)
    kept = distribution_state(actor, at=now) if inside else None
    return page(
        request,
        "publications/list",
        SECTION,
        **above(request, now),
        rows=list_publications(actor, state=state, text=text, at=now),
        state=state,
        text=text,
        states=tuple(LISTED.items()),
        inside=inside,
        distribution=kept,
        waiting=kept.waiting[:_WAITING] if kept else (),
        arrived=kept.done[:5] if kept else (),
    )
