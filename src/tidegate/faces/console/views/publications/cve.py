"""What is published of a case: its publication, its CVE identifier; and all identifiers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.cases.queries.headings import heading_of
from tidegate.desks.cases.queries.permitted import permitted_in
from tidegate.desks.publications.queries.cve import list_cve_ids
from tidegate.desks.publications.queries.fixes import fixes_of
from tidegate.desks.publications.queries.for_pages import cve_of_case
from tidegate.desks.publications.queries.lists import list_publications
from tidegate.desks.publications.services import cve_ids, drafting
from tidegate.faces.console.places import reads_every_case
from tidegate.faces.console.views import coordination
from tidegate.faces.console.views.doing import Refusal, Work, done, text_of
from tidegate.faces.console.views.publications.answering import SECTION, above
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of


@require_GET
@asking
def of_case(request: HttpRequest, key: str) -> HttpResponse:
    """Show what is published of a case, or going to be."""
    return case_page(request, key)


def case_page(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of a case's publication.

    Raises:
        NotFoundError: there is no such case, or not for them to read.
    """
    actor, now = actor_of(request), timezone.now()
    fixes = fixes_of(actor, key, at=now)
    permitted = permitted_in(actor, key, at=now)
    heading = heading_of(actor, key, at=now)
    found = list_publications(actor, case=heading.row.key, at=now)
    publication = next(iter(found), None)
    return page(
        request,
        "publications/case",
        "cases",
        **{
            **coordination.above(request, actor, heading, permitted, now),
            **above(request, now, refusal),
        },
        publication=publication,
        can_begin=permitted.coordinate and (publication is None or not publication.revision),
        cve=cve_of_case(actor, heading.row.key, at=now),
        inside=reads_every_case(actor),
        fixes=[
            (one, trial) for one in fixes if one.withdrawn_at is None for trial in one.trials[:1]
        ],
    )


@require_POST
@asking
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """Begin the publication of a case."""
    made: list[str] = []
    return done(
        request,
        "begin",
        lambda actor, at: made.append(drafting.begin(actor, key, at=at).identifier),
        then=lambda: f"/publications/{made[0]}/edit?done=begun",
        again=lambda refusal: case_page(request, key, refusal),
    )


@require_POST
@asking
def reserve(request: HttpRequest, key: str) -> HttpResponse:
    """Have a CVE identifier reserved for a case."""
    return _done(
        request,
        key,
        "reserve",
        lambda actor, at: cve_ids.reserve(actor, key, at=at),
        "reserving",
    )


@require_POST
@asking
def assign(request: HttpRequest, key: str) -> HttpResponse:
    """Note the CVE identifier that a vendor's CNA has given."""
    return _done(
        request,
        key,
        "assign",
        lambda actor, at: cve_ids.assign(
            actor, key, text_of(request, "number"), cna=text_of(request, "cna"), at=at
        ),
        "assigned",
    )


@require_POST
@asking
def take_back(request: HttpRequest, key: str) -> HttpResponse:
    """Take back that one is reserved, while none is known."""
    return _done(
        request,
        key,
        "take-back",
        lambda actor, at: cve_ids.take_back(actor, key, at=at),
        "not-reserving",
    )


@require_GET
@asking
def index(request: HttpRequest) -> HttpResponse:
    """Show the CVE identifiers of this instance's cases."""
    return cve_page(request)


def cve_page(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of the CVE identifiers.

    Raises:
        NotFoundError: they are not theirs to see.
    """
    actor, now = actor_of(request), timezone.now()
    if not reads_every_case(actor):
        raise NotFoundError("page")
    found = list_cve_ids(actor, at=now)
    return page(
        request,
        "publications/cve",
        SECTION,
        **above(request, now, refusal),
        rows=found.rows,
        cna=found.cna,
    )


@require_POST
@asking
def reject(request: HttpRequest, number: str) -> HttpResponse:
    """Have an identifier of ours rejected."""
    return done(
        request,
        "reject",
        lambda actor, at: cve_ids.reject(actor, number, reason=text_of(request, "reason"), at=at),
        then="/cve?done=rejecting",
        again=lambda refusal: cve_page(request, refusal),
    )


def _done(request: HttpRequest, key: str, form: str, work: Work, word: str) -> HttpResponse:
    return done(
        request,
        form,
        work,
        then=f"/cases/{key}/publication?done={word}",
        again=lambda refusal: case_page(request, key, refusal),
    )
