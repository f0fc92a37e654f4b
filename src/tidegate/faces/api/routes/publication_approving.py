"""`/publications/{key}/…`: handed in, approved by somebody else, called back, dropped, timed."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from tidegate.desks.publications.queries.authors import authors_of
from tidegate.desks.publications.queries.detail import (
    PublicationPage,
    publication_page,
    revision_of,
)
from tidegate.desks.publications.queries.differences import between
from tidegate.desks.publications.queries.for_pages import revealed
from tidegate.desks.publications.queries.previews import checked
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.services import approving
from tidegate.desks.publications.states.revisions import RevisionState
from tidegate.faces.api.routes.publication_answers import changed
from tidegate.faces.api.schemas.common import Problem, ReasonGiven
from tidegate.faces.api.schemas.publication_changes import ApprovingRevision, SchedulingRevision
from tidegate.faces.api.schemas.publication_publications import RevisionChanged, ToApprove
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["publications"])

_CHANGED: Final[Any] = {200: RevisionChanged, 404: Problem, 409: Problem, 422: Problem}


@router.get(
    "/{key}/approval",
    response={200: ToApprove, 404: Problem, 409: Problem},
    operation_id="getApproval",
)
def get_approval(request: HttpRequest, key: str) -> Any:
    """Return exactly what an approval is for: digest, differences, audience, time, what it reveals.

    For coordinators; the digest is handed back to `POST /publications/{key}/approve`.
    """
    actor, now = actor_of(request), timezone.now()
    reveals = revealed(actor, key, at=now)
    row = revision_of(actor, key, at=now)
    out = _out(publication_page(actor, key, at=now), row.number)
    return {
        "identifier": row.publication.identifier,
        "revision": row.number,
        "state": row.state,
        "digest": row.digest,
        "authors": [one.name for one in authors_of(row)],
        "tlp": record_of(row).label,
        "audience": row.audience,
        "publish_at": row.publish_at,
        "since": out,
        "differences": between(actor, key, out, row.number, at=now) if out else [],
        "faults": checked(actor, key, at=now),
        "reveals": reveals,
    }


@router.post("/{key}/submit", response=_CHANGED, operation_id="submitRevision")
def submit(request: HttpRequest, key: str) -> Any:
    """Hand in the revision that is worked on, for another coordinator's approval."""
    return changed(approving.submit(actor_of(request), key, at=timezone.now()))


@router.post("/{key}/give-back", response=_CHANGED, operation_id="giveRevisionBack")
def give_back(request: HttpRequest, key: str, why: ReasonGiven) -> Any:
    """Give a revision that was handed in back to be written on."""
    row = approving.give_back(actor_of(request), key, reason=why.reason, at=timezone.now())
    return changed(row)


@router.post("/{key}/approve", response=_CHANGED, operation_id="approveRevision")
def approve(request: HttpRequest, key: str, wanted: ApprovingRevision) -> Any:
    """Approve that a revision goes out as it was read, by its digest; never one's own work."""
    row = approving.approve(actor_of(request), key, **wanted.model_dump(), at=timezone.now())
    return changed(row)


@router.post("/{key}/call-back", response=_CHANGED, operation_id="callRevisionBack")
def call_back(request: HttpRequest, key: str, why: ReasonGiven) -> Any:
    """Withdraw the approval of a revision before it is out."""
    row = approving.call_back(actor_of(request), key, reason=why.reason, at=timezone.now())
    return changed(row)


@router.post("/{key}/drop", response=_CHANGED, operation_id="dropRevision")
def drop(request: HttpRequest, key: str, why: ReasonGiven) -> Any:
    """Leave a revision that is worked on; what is out stays as it is."""
    row = approving.drop(actor_of(request), key, reason=why.reason, at=timezone.now())
    return changed(row)


@router.post("/{key}/schedule", response=_CHANGED, operation_id="scheduleRevision")
def schedule(request: HttpRequest, key: str, wanted: SchedulingRevision) -> Any:
    """Set when a revision goes out; one that is approved has to be approved anew."""
    row = approving.schedule(actor_of(request), key, wanted.publish_at, at=timezone.now())
    return changed(row)


def _out(page: PublicationPage, number: int) -> int:
    """Return the number of the newest revision that is out before one; 0 for none."""
    published = (one.number for one in page.revisions if one.state == RevisionState.PUBLISHED)
    return max((one for one in published if one < number), default=0)
