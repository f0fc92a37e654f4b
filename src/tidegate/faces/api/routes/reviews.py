"""`/reviews`: engagements, from the first word to the last, and the releases of their models."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from tidegate.desks.reviews.queries.engagements import engagement_page
from tidegate.desks.reviews.queries.home import Waiting, my_engagements
from tidegate.desks.reviews.services import closing, opening, releasing, withdrawing
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.reviews import (
    ChangingEngagement,
    Engagement,
    Engagements,
    EngagementState,
    ModelReleaseState,
    OpeningEngagement,
    ReleasingModel,
    WaitingEngagements,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["reviews"])

_CHANGED: Final[Any] = {200: EngagementState, 404: Problem, 409: Problem, 422: Problem}


@router.get("", response={200: Engagements, 400: Problem}, operation_id="listEngagements")
def index(request: HttpRequest, response: HttpResponse, cursor: Cursor, limit: Limit) -> Any:
    """List the engagements that whoever asks has to do with; to everybody else there are none."""
    home = my_engagements(actor_of(request), at=timezone.now())
    rows = {row.key: row for row in (*home.as_developer, *home.as_reviewer, *home.as_partner)}
    page = cut(list(rows.values()), lambda row: row.key, cursor, limit, sort="-since")
    return listed(request, response, page)


@router.get(
    "/waiting", response={200: WaitingEngagements, 400: Problem}, operation_id="listWaitingReviews"
)
def waiting(request: HttpRequest, response: HttpResponse, cursor: Cursor, limit: Limit) -> Any:
    """List what waits for whoever asks: terms to sign, grants to issue or to take up, and more."""
    rows = my_engagements(actor_of(request), at=timezone.now()).waiting
    return listed(request, response, cut(rows, _waiting, cursor, limit, sort="due"))


@router.post(
    "",
    response={201: EngagementState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="openEngagement",
)
def open_(request: HttpRequest, response: HttpResponse, wanted: OpeningEngagement) -> Any:
    """Open an engagement as a draft: nobody outside of the developer's organisation is told."""
    row = opening.open_engagement(
        actor_of(request),
        wanted.organisation,
        asks=wanted.asks,
        model=wanted.model,
        version=wanted.version,
        build=wanted.build,
        reach=wanted.reach,
        planned_release_at=wanted.planned_release_at,
        framework=wanted.framework,
        at=timezone.now(),
    )
    response["Location"] = f"{request.path}/{row.key}"
    return Status(201, row)


@router.get("/{key}", response={200: Engagement, 404: Problem}, operation_id="getEngagement")
def get(request: HttpRequest, key: str) -> Any:
    """Return an engagement: how far it has come, its window, its parties, its releases.

    Whoever may only see that there is one is told whose it is, and what is theirs in it.
    """
    return engagement_page(actor_of(request), key, at=timezone.now())


@router.post("/{key}/change", response=_CHANGED, operation_id="changeEngagement")
def change(request: HttpRequest, key: str, wanted: ChangingEngagement) -> Any:
    """Say anew what the model is, or when its release is planned; for the developer."""
    said = {name: getattr(wanted, name) for name in wanted.model_fields_set}
    return opening.change(actor_of(request), key, **said, at=timezone.now())


@router.post("/{key}/propose", response=_CHANGED, operation_id="proposeEngagement")
def propose(request: HttpRequest, key: str) -> Any:
    """Show an engagement to the parties whom the developer asks; they are told now."""
    return opening.propose(actor_of(request), key, at=timezone.now())


@router.post(
    "/{key}/releases",
    response={201: ModelReleaseState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="recordModelRelease",
)
def record_release(request: HttpRequest, key: str, what: ReleasingModel) -> Any:
    """Record that the developer has released the model, wherever the engagement is.

    Nothing here approves or refuses a release, and none is asked for.
    """
    now = timezone.now()
    row = releasing.record_release(
        actor_of(request),
        key,
        what.to,
        what.released_at or now,
        words=what.words,
        end_access=what.end_access,
        at=now,
    )
    return Status(201, row)


@router.post("/{key}/withdraw", response=_CHANGED, operation_id="withdrawEngagement")
def withdraw(request: HttpRequest, key: str) -> Any:
    """Withdraw an engagement: all access ends at once, and no reason is asked."""
    return withdrawing.withdraw(actor_of(request), key, at=timezone.now())


@router.post("/{key}/close", response=_CHANGED, operation_id="closeEngagement")
def close(request: HttpRequest, key: str) -> Any:
    """Close an engagement whose work is done; all access ends."""
    return closing.close(actor_of(request), key, at=timezone.now())


def _waiting(row: Waiting) -> str:
    return f"{row.what} {row.engagement} {row.subject}"
