"""The calls of an engagement, one by one, with their digests; and what is kept of each."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.keys import as_written
from tidegate.desks.reviews.frameworks.framework import Action
from tidegate.desks.reviews.queries.calls import list_calls
from tidegate.desks.reviews.queries.engagements import engagement_page
from tidegate.desks.reviews.queries.grants import list_grants
from tidegate.desks.reviews.services import two_persons
from tidegate.desks.reviews.services.transcripts import hand_out
from tidegate.faces.console.views.doing import SAVED_HEADERS, Refusal, done, text_of
from tidegate.faces.console.views.lists import LIMIT
from tidegate.faces.console.views.reviews import shown
from tidegate.faces.console.views.reviews.answering import handed
from tidegate.faces.console.views.reviews.shown import open_requests
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show the calls, the newest first."""
    return calls(request, key)


def calls(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of an engagement's calls.

    Raises:
        NotFoundError: there is no such engagement, grant or call, or not for them.
    """
    actor, now = actor_of(request), timezone.now()
    one = engagement_page(actor, key, at=now)
    grant, before = as_written_of(request, "grant"), as_written_of(request, "after")
    found = list_calls(actor, key, grant=grant, before=before, limit=LIMIT + 1)
    rows = found[:LIMIT]
    kept = {"grant": grant} if grant else {}
    older = urlencode({**kept, "after": rows[-1].key}) if len(found) > LIMIT else ""
    wanted = [row for row in open_requests(actor, one, now) if row.is_own]
    return page(
        request,
        "reviews/calls",
        "reviews",
        **shown.above(request, one, now, "calls", refusal),
        calls=rows,
        next=f"{request.path}?{older}" if older else "",
        grant=grant,
        grants=list_grants(actor, engagement=one.key, at=now),
        asked_for={row.subject: row for row in wanted if row.action == Action.READ_TRANSCRIPTS},
    )


def as_written_of(request: HttpRequest, name: str) -> str:
    """Return the key that an address names; empty without one."""
    said = request.GET.get(name, "").strip()
    return as_written(said) if said else ""


@require_POST
@asking
def save_transcript(request: HttpRequest, key: str, call: str) -> HttpResponse:
    """Hand out what is kept of a call, as an age file; that it was had is on record."""
    return handed(
        request,
        f"transcript-{call}",
        lambda: hand_out(actor_of(request), call, at=timezone.now()),
        headers={
            **SAVED_HEADERS,
            "Content-Disposition": content_disposition_header(True, f"{as_written(call)}.age")
            or "attachment",
        },
        again=lambda refusal: calls(request, key, refusal),
    )


@require_POST
@asking
def ask_for_transcript(request: HttpRequest, key: str, call: str) -> HttpResponse:
    """Ask a second person to agree that a transcript is read."""

    def work(actor: Actor, at: datetime) -> None:
        reason = text_of(request, "reason")
        two_persons.ask(actor, key, Action.READ_TRANSCRIPTS, as_written(call), reason, at=at)

    return done(
        request,
        f"transcript-{call}",
        work,
        then=f"/reviews/{key}/calls?done=two-asked",
        again=lambda refusal: calls(request, key, refusal),
    )
