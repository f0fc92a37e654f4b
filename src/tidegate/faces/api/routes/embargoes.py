"""`/cases/{key}/embargo` and `/release`: until when a case is kept secret, and who says so."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from tidegate.desks.cases.queries.case_page import get_terms
from tidegate.desks.cases.services import embargoes, releasing
from tidegate.faces.api.routes.coordination import state_of
from tidegate.faces.api.schemas.common import Problem, ReasonGiven
from tidegate.faces.api.schemas.coordination import (
    Accepting,
    ApprovalState,
    Approved,
    Approving,
    ApprovingMerger,
    CoordinationState,
    Declining,
    Proposed,
    Proposing,
    Terms,
    Withdrawing,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["embargoes"])

_CHANGED: Final[Any] = {200: CoordinationState, 404: Problem, 409: Problem, 422: Problem}
_APPROVED: Final[Any] = {200: ApprovalState, 404: Problem, 409: Problem, 422: Problem}


@router.get("/{key}/embargo", response={200: Terms, 404: Problem}, operation_id="getTerms")
def get(request: HttpRequest, key: str) -> Any:
    """Return under which terms a case is kept secret, also for whoever is invited to it."""
    return get_terms(actor_of(request), key, at=timezone.now())


@router.post(
    "/{key}/embargo",
    response={201: Proposed, 404: Problem, 409: Problem, 422: Problem},
    operation_id="proposeTerms",
)
def propose(request: HttpRequest, key: str, wanted: Proposing) -> Any:
    """Propose until when a case is kept secret: at first, in answer to a proposal, or anew."""
    terms = embargoes.propose(
        actor_of(request), key, wanted.ends_at, words=wanted.words, at=timezone.now()
    )
    fields = {name: getattr(terms, name) for name in Proposed.model_fields if name != "number"}
    return Status(201, {"number": terms.pk, **fields})


@router.post("/{key}/embargo/accept", response=_CHANGED, operation_id="acceptTerms")
def accept(request: HttpRequest, key: str, how: Accepting) -> Any:
    """Put the proposed terms in force, in place of those that were; for coordinators."""
    return state_of(
        embargoes.accept(
            actor_of(request),
            key,
            knowing_what_it_reveals=how.knowing_what_it_reveals,
            at=timezone.now(),
        )
    )


@router.post("/{key}/embargo/refuse", response=_CHANGED, operation_id="refuseTerms")
def refuse(request: HttpRequest, key: str, why: Declining) -> Any:
    """Refuse the proposed terms: those in force stand; for coordinators."""
    return state_of(embargoes.refuse(actor_of(request), key, reason=why.reason, at=timezone.now()))


@router.post("/{key}/embargo/approve", response=_APPROVED, operation_id="approveTerms")
def approve_terms(request: HttpRequest, key: str, why: ReasonGiven) -> Any:
    """Approve proposed terms that end earlier than those in force; it takes two coordinators."""
    return releasing.approve_terms(actor_of(request), key, reason=why.reason, at=timezone.now())


@router.post(
    "/{key}/release/approve",
    response={200: Approved, 404: Problem, 409: Problem, 422: Problem},
    operation_id="approveRelease",
)
def approve_release(request: HttpRequest, key: str, why: Approving) -> Any:
    """Approve that the embargo ends now; the second of two different coordinators ends it."""
    ended = releasing.approve_release(
        actor_of(request),
        key,
        reason=why.reason,
        knowing_what_it_reveals=why.knowing_what_it_reveals,
        at=timezone.now(),
    )
    return {"ended": ended}


@router.post("/{key}/release/approve-merge", response=_APPROVED, operation_id="approveMerge")
def approve_merge(request: HttpRequest, key: str, why: ApprovingMerger) -> Any:
    """Approve that a case is merged with one whose embargo ends earlier; it takes two."""
    return releasing.approve_merge(
        actor_of(request), key, why.other, reason=why.reason, at=timezone.now()
    )


@router.post("/{key}/release/withdraw", response=_APPROVED, operation_id="withdrawApproval")
def withdraw(request: HttpRequest, key: str, which: Withdrawing) -> Any:
    """Withdraw the own approval, while nothing was done by it."""
    return releasing.withdraw(actor_of(request), key, purpose=which.purpose, at=timezone.now())
