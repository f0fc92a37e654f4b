"""One publication: its revisions, who stands behind each, what waits where; and what is done next.

The page leads through the course of a revision: written, handed in, approved by somebody else, out
at its time, in the update repository. Writing and approving have pages of their own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Label
from tidegate.desks.parties.queries.lists import list_organisations
from tidegate.desks.publications.queries import detail
from tidegate.desks.publications.queries.detail import PublicationPage, RevisionShown
from tidegate.desks.publications.queries.for_pages import names_of
from tidegate.desks.publications.queries.previews import checked
from tidegate.desks.publications.services import approving, drafting, sharing
from tidegate.faces.console.coordination_words import LABELS
from tidegate.faces.console.views.doing import (
    Refusal,
    UnreadableError,
    Work,
    done_at,
    instant_of,
    text_of,
)
from tidegate.faces.console.views.publications.answering import SECTION, above
from tidegate.faces.console.views.publications.course import at_work, legs_of
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_MOST_OFFERED: Final = 200
"""Organisations that a form lists; others are named by their keys."""


@require_GET
@asking
def show(request: HttpRequest, identifier: str) -> HttpResponse:
    """Show one publication."""
    return publication_page(request, identifier)


def publication_page(
    request: HttpRequest, identifier: str, refusal: Refusal | None = None
) -> HttpResponse:
    """Return the page of a publication.

    Raises:
        NotFoundError: there is none of that name, or not for them.
    """
    actor, now = actor_of(request), timezone.now()
    one = detail.publication_page(actor, identifier, at=now)
    working = at_work(one)
    keys = {key for each in one.revisions for key in each.audience}
    newest = one.revisions[0] if one.revisions else None
    return page(
        request,
        "publications/publication",
        SECTION,
        **above(request, now, refusal),
        one=one,
        working=working,
        newest=newest,
        view="publication",
        record=detail.revision_record(actor, one.identifier, at=now) if newest else None,
        legs=legs_of(newest),
        faults=checked(actor, one.identifier, at=now) if working and one.coordinates else (),
        names=names_of(actor, keys, at=now) if keys else {},
        **(_addressing(actor, one, working, refusal) if working and one.coordinates else {}),
    )


@require_POST
@asking
def submit(request: HttpRequest, identifier: str) -> HttpResponse:
    """Hand the draft in for another coordinator's approval."""
    return _done(
        request,
        identifier,
        "submit",
        lambda actor, at: approving.submit(actor, identifier, at=at),
        "submitted",
    )


@require_POST
@asking
def give_back(request: HttpRequest, identifier: str) -> HttpResponse:
    """Give what was handed in back to be written on."""
    return _done(
        request,
        identifier,
        "give-back",
        lambda actor, at: approving.give_back(
            actor, identifier, reason=text_of(request, "reason"), at=at
        ),
        "given-back",
    )


@require_POST
@asking
def call_back(request: HttpRequest, identifier: str) -> HttpResponse:
    """Withdraw the approval of a revision that is not out yet."""
    return _done(
        request,
        identifier,
        "call-back",
        lambda actor, at: approving.call_back(
            actor, identifier, reason=text_of(request, "reason"), at=at
        ),
        "called-back",
    )


@require_POST
@asking
def drop(request: HttpRequest, identifier: str) -> HttpResponse:
    """Leave the revision that is worked on."""
    return _done(
        request,
        identifier,
        "drop",
        lambda actor, at: approving.drop(
            actor, identifier, reason=text_of(request, "reason"), at=at
        ),
        "dropped",
    )


@require_POST
@asking
def schedule(request: HttpRequest, identifier: str) -> HttpResponse:
    """Set when the revision goes out; at once, if nothing is said."""
    return _done(
        request,
        identifier,
        "schedule",
        lambda actor, at: approving.schedule(
            actor, identifier, instant_of(request, "publish_at", "the publication time"), at=at
        ),
        "scheduled",
    )


@require_POST
@asking
def address(request: HttpRequest, identifier: str) -> HttpResponse:
    """Say whom the revision goes to."""

    def work(actor: Actor, at: datetime) -> None:
        named = [str(key) for key in request.POST.getlist("organisation")]
        others = text_of(request, "others").replace(",", " ").split()
        drafting.address(
            actor,
            identifier,
            text_of(request, "tlp"),
            [*named, *others],
            edits=edits_of(request),
            at=at,
        )

    return _done(request, identifier, "address", work, "addressed")


@require_POST
@asking
def share(request: HttpRequest, identifier: str) -> HttpResponse:
    """Show the drafts to the parties of the case."""
    return _done(
        request,
        identifier,
        "share",
        lambda actor, at: sharing.share(actor, identifier, at=at),
        "shared",
    )


@require_POST
@asking
def unshare(request: HttpRequest, identifier: str) -> HttpResponse:
    """Show the drafts to nobody but coordinators."""
    return _done(
        request,
        identifier,
        "unshare",
        lambda actor, at: sharing.unshare(actor, identifier, at=at),
        "unshared",
    )


@require_POST
@asking
def revise(request: HttpRequest, identifier: str) -> HttpResponse:
    """Begin the next revision of what is out."""
    return _done(
        request,
        identifier,
        "revise",
        lambda actor, at: drafting.revise(
            actor, identifier, words=text_of(request, "words"), at=at
        ),
        "revised",
    )


@require_POST
@asking
def withdraw(request: HttpRequest, identifier: str) -> HttpResponse:
    """Begin the revision by which the publication is withdrawn."""
    return _done(
        request,
        identifier,
        "withdraw",
        lambda actor, at: drafting.withdraw(
            actor, identifier, reason=text_of(request, "reason"), at=at
        ),
        "withdrawal",
    )


def edits_of(request: HttpRequest) -> int:
    """Return the count of edits that a form was made from.

    Raises:
        UnreadableError: it is none.
    """
    written = text_of(request, "edits")
    if not written.isascii() or not written.isdecimal() or len(written) > 9:
        raise UnreadableError("the form does not say what it was made from; open the page again")
    return int(written)


def _addressing(
    actor: Actor, one: PublicationPage, working: RevisionShown, refusal: Refusal | None
) -> dict[str, Any]:
    drafts = refusal.written if refusal and refusal.form == "address" else None
    chosen = drafts.getlist("organisation") if drafts else working.audience
    listed = list_organisations(actor)[:_MOST_OFFERED]
    offered = [each.key for each in listed]
    record = detail.revision_record(actor, one.identifier, at=timezone.now())
    label = str(drafts.get("tlp", "")) if drafts else record.label
    return {
        "labels": [(str(each), LABELS[each], str(each) == label) for each in Label],
        "organisations": [(each.key, each.name, each.key in chosen) for each in listed],
        "others": drafts.get("others", "")
        if drafts
        else " ".join(key for key in chosen if key not in offered),
        "draft_label": record.label,
    }


def _done(request: HttpRequest, identifier: str, form: str, work: Work, word: str) -> HttpResponse:
    address = f"/publications/{identifier}"
    return done_at(address, publication_page, request, identifier, form, work, word)
