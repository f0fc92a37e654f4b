"""What is approved, exactly: the record, whom it goes to, when, and the digest of the three.

Whoever approves reads here what changes from what is out, and the whole of it beneath.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.publications.queries import detail, differences
from tidegate.desks.publications.queries.for_pages import names_of, revealed
from tidegate.desks.publications.queries.previews import checked, previews
from tidegate.desks.publications.services import approving as services
from tidegate.faces.console.views.doing import Refusal, done, text_of
from tidegate.faces.console.views.publications.answering import SECTION, above
from tidegate.faces.console.views.publications.course import at_work
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of


@require_http_methods(["GET", "HEAD", "POST"])
@asking
def approve(request: HttpRequest, identifier: str) -> HttpResponse:
    """Show what is approved; or approve it."""
    if request.method != "POST":
        return approve_page(request, identifier)
    return done(
        request,
        "approve",
        lambda actor, at: services.approve(
            actor,
            identifier,
            digest=text_of(request, "digest"),
            words=text_of(request, "words"),
            knowing_what_it_reveals=text_of(request, "knowing") == "yes",
            at=at,
        ),
        then=f"/publications/{identifier}?done=approved",
        again=lambda refusal: approve_page(request, identifier, refusal),
    )


def approve_page(
    request: HttpRequest, identifier: str, refusal: Refusal | None = None
) -> HttpResponse:
    """Return the page on which a revision is approved.

    Raises:
        NotFoundError: there is no such publication, or not for them to coordinate.
    """
    actor, now = actor_of(request), timezone.now()
    one = detail.publication_page(actor, identifier, at=now)
    if not one.coordinates:
        raise NotFoundError("publication", identifier)
    working = at_work(one)
    if working is None:
        return page(
            request,
            "publications/nothing_at_work",
            SECTION,
            **above(request, now, refusal),
            one=one,
            working=None,
            view="approve",
        )
    before = working.number - 1
    return page(
        request,
        "publications/approve",
        SECTION,
        **above(request, now, refusal),
        one=one,
        working=working,
        view="approve",
        record=detail.revision_record(actor, one.identifier, at=now),
        changes=differences.between(actor, one.identifier, before, working.number, at=now)
        if before
        else None,
        names=names_of(actor, working.audience, at=now),
        faults=checked(actor, one.identifier, at=now),
        previews=previews(actor, one.identifier, at=now),
        reveals=revealed(actor, one.identifier, at=now),
        may_approve="approve" in one.possible,
    )
