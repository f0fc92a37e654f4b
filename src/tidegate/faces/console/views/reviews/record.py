"""The ledger of an engagement: its entries with their proofs, as far as they are theirs to read."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from tidegate.desks.ledger.queries.entries import list_entries, proof_file
from tidegate.desks.ledger.queries.heads import log_key
from tidegate.desks.reviews.queries.engagements import engagement_page
from tidegate.faces.console.views import lists
from tidegate.faces.console.views.ledger import LARGEST_INDEX, before_of, line_of
from tidegate.faces.console.views.reviews import shown
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show the entries, the newest first."""
    actor, now = actor_of(request), timezone.now()
    one = engagement_page(actor, key, at=now)
    found = list_entries(actor, engagement=one.key, before=before_of(request), limit=lists.LIMIT)
    address = f"/reviews/{one.key}/record"
    return page(
        request,
        "reviews/record",
        "reviews",
        **shown.above(request, one, now, "record"),
        lines=[line_of(address, entry) for entry in found.rows],
        next=lists.turned(request, None if found.older is None else str(found.older)),
        log_key=str(log_key()),
    )


@require_GET
@asking
def save_proof(request: HttpRequest, key: str, index: int) -> HttpResponse:
    """Hand out the proof of one of the engagement's entries as a file."""
    if index >= LARGEST_INDEX:
        raise Http404
    actor = actor_of(request)
    one = engagement_page(actor, key, at=timezone.now())
    found = list_entries(actor, engagement=one.key, before=index + 1, limit=1).rows
    if [entry.index for entry in found] != [index]:
        raise Http404
    return HttpResponse(
        proof_file(actor, index),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="entry-{index}.json"'},
    )
