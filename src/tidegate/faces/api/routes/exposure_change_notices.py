"""`/change-notices`: plan a change, and nothing of its cause; coordinators release them."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from tidegate.desks.exposure.queries.change_notices import change_notice_page, list_change_notices
from tidegate.desks.exposure.services import change_notices
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.exposure_parties import (
    ChangeNotice,
    ChangeNotices,
    ChangeNoticeState,
    NoticesReleased,
    OperatorsToTell,
    ReleasingNotices,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["change notices"])
of_cases: Final = Router(tags=["change notices"])

_CHANGED: Final[Any] = {200: ChangeNoticeState, 404: Problem, 409: Problem, 422: Problem}
_OF_CASE: Final = "/{key}/change-notices"


@router.get("", response={200: ChangeNotices, 400: Problem}, operation_id="listChangeNotices")
def index(
    request: HttpRequest,
    response: HttpResponse,
    cursor: Cursor,
    limit: Limit,
    organisation: Annotated[
        str, Query("", max_length=40, description="Key of the operator; all, if left out.")
    ],
    case: Annotated[str, Query("", max_length=40, description="Key of a case; for coordinators.")],
) -> Any:
    """List the notices that whoever asks may see: those that stand first, the newest first."""
    rows = list_change_notices(
        actor_of(request), organisation=organisation, case=case, at=timezone.now()
    )
    page = cut(rows, lambda row: row.key, cursor, limit, sort="-released")
    return listed(request, response, page)


@router.get("/{key}", response={200: ChangeNotice, 404: Problem}, operation_id="getChangeNotice")
def get(request: HttpRequest, key: str) -> Any:
    """Return a notice: what to plan, by when, on which assets; never of which case."""
    page = change_notice_page(actor_of(request), key, at=timezone.now())
    return {"notice": page.row, "assets": page.assets}


@router.post("/{key}/read", response=_CHANGED, operation_id="readChangeNotice")
def read(request: HttpRequest, key: str) -> Any:
    """Note that the operator's people have read a notice; only the first time counts."""
    return change_notices.note_read(actor_of(request), key, at=timezone.now())


@router.post("/{key}/withdraw", response=_CHANGED, operation_id="withdrawChangeNotice")
def withdraw(request: HttpRequest, key: str) -> Any:
    """Withdraw a notice; its operator keeps it as one that was withdrawn."""
    return change_notices.withdraw(actor_of(request), key, at=timezone.now())


@of_cases.get(
    _OF_CASE,
    response={200: OperatorsToTell, 404: Problem, 409: Problem},
    operation_id="previewChangeNotices",
)
def preview(request: HttpRequest, key: str) -> Any:
    """Return which operators would be told of a case, and of how many assets each; no more."""
    return {"rows": change_notices.preview(actor_of(request), key, at=timezone.now())}


@of_cases.post(
    _OF_CASE,
    response={201: NoticesReleased, 404: Problem, 409: Problem, 422: Problem},
    operation_id="releaseChangeNotices",
)
def release(request: HttpRequest, key: str, wanted: ReleasingNotices) -> Any:
    """Release notices to plan a change; each is a disclosure, and stands in the ledger."""
    rows = change_notices.release(
        actor_of(request),
        key,
        wanted.product,
        wanted.before,
        wanted.severity,
        organisations=wanted.organisations,
        words=wanted.words,
        at=timezone.now(),
    )
    return Status(201, {"rows": rows})
