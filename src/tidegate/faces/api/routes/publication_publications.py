"""`/publications`: what is published of cases, and whom it is for."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from tidegate.desks.publications.queries.detail import publication_page
from tidegate.desks.publications.queries.distribution import distribution_state
from tidegate.desks.publications.queries.lists import STATES, PublicationRow, list_publications
from tidegate.desks.publications.services import drafting, sharing
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.routes.publication_answers import changed, severity_of, state
from tidegate.faces.api.routes.whole import whole
from tidegate.faces.api.schemas.common import Form, Problem, ReasonGiven
from tidegate.faces.api.schemas.publication_changes import (
    AddressingPublication,
    BeginningPublication,
    RevisingPublication,
)
from tidegate.faces.api.schemas.publication_publications import (
    Distribution,
    Publication,
    PublicationBegun,
    Publications,
    PublicationState,
    RevisionChanged,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["publications"])

_CHANGED: Final[Any] = {200: RevisionChanged, 404: Problem, 409: Problem, 422: Problem}
_BEGUN: Final[Any] = {201: RevisionChanged, 404: Problem, 409: Problem, 422: Problem}
_SHARED: Final[Any] = {200: PublicationState, 404: Problem, 409: Problem, 422: Problem}


class Asked(Form):
    """What a list of publications is narrowed to."""

    state: str = Field("", description=f"One of {', '.join(STATES)}.")
    case: str = Field("", max_length=40)
    """Key of a case; for those who read its drafts."""
    text: str = Field("", max_length=300)
    """Part of a title, a package or a name; or a CVE identifier."""


@router.get("", response={200: Publications, 400: Problem}, operation_id="listPublications")
def index(
    request: HttpRequest, response: HttpResponse, asked: Query[Asked], cursor: Cursor, limit: Limit
) -> Any:
    """List publications: those that are worked on first, then what changed last.

    Drafts are listed for coordinators, and for the parties of a case that they were shown to.
    """
    rows = list_publications(actor_of(request), **asked.model_dump(), at=timezone.now())
    page = cut(rows, lambda row: row.identifier, cursor, limit, sort="-modified")
    told = listed(request, response, page)
    return {**told, "rows": [_listed(row) for row in told["rows"]]}


@router.post(
    "",
    response={201: PublicationBegun, 404: Problem, 409: Problem, 422: Problem},
    operation_id="beginPublication",
)
def begin(request: HttpRequest, response: HttpResponse, wanted: BeginningPublication) -> Any:
    """Begin the publication of a case: its first record is made of what the desks know."""
    row = drafting.begin(actor_of(request), wanted.case, at=timezone.now())
    response["Location"] = f"{request.path}/{row.identifier}"
    first = row.revisions.exclude(state="dropped").get()
    return Status(
        201,
        {**state(row), "revision": first.number, "edits": first.edits, "digest": first.digest},
    )


@router.get("/distribution", response={200: Distribution}, operation_id="getDistribution")
def get_distribution(request: HttpRequest) -> Any:
    """Return what of that which is out has reached the update repository, what waits, and why."""
    return distribution_state(actor_of(request), at=timezone.now())


@router.get("/{key}", response={200: Publication, 404: Problem}, operation_id="getPublication")
def get(request: HttpRequest, key: str) -> Any:
    """Return a publication: its revisions, who wrote and approved each, what became of it."""
    page = publication_page(actor_of(request), key, at=timezone.now())
    return {**whole(page), "possible": sorted(page.possible)}


@router.post("/{key}/audience", response=_CHANGED, operation_id="addressPublication")
def address(request: HttpRequest, key: str, wanted: AddressingPublication) -> Any:
    """Say under which label it goes out, and to which organisations; the revision's alone."""
    row = drafting.address(
        actor_of(request),
        key,
        wanted.tlp,
        wanted.organisations,
        edits=wanted.edits,
        at=timezone.now(),
    )
    return changed(row)


@router.post("/{key}/share", response=_SHARED, operation_id="shareDrafts")
def share(request: HttpRequest, key: str) -> Any:
    """Show the drafts to those parties of the case who may read it, and what is edited later."""
    return state(sharing.share(actor_of(request), key, at=timezone.now()))


@router.post("/{key}/unshare", response=_SHARED, operation_id="unshareDrafts")
def unshare(request: HttpRequest, key: str) -> Any:
    """Show the drafts to nobody but coordinators any more."""
    return state(sharing.unshare(actor_of(request), key, at=timezone.now()))


@router.post("/{key}/revise", response=_BEGUN, operation_id="revisePublication")
def revise(request: HttpRequest, key: str, wanted: RevisingPublication) -> Any:
    """Begin a correction of what is out: the next revision, from the one before."""
    row = drafting.revise(actor_of(request), key, words=wanted.words, at=timezone.now())
    return Status(201, changed(row))


@router.post("/{key}/withdraw", response=_BEGUN, operation_id="withdrawPublication")
def withdraw(request: HttpRequest, key: str, why: ReasonGiven) -> Any:
    """Begin the revision by which it is withdrawn; it goes the way of every other one."""
    row = drafting.withdraw(actor_of(request), key, reason=why.reason, at=timezone.now())
    return Status(201, changed(row))


def _listed(row: PublicationRow) -> dict[str, Any]:
    return {**whole(row), "severity": severity_of(row.severity)}
