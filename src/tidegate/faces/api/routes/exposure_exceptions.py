"""`/exceptions`: what is not done for a while, until when, and who answers for it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from tidegate.desks.exposure.queries.exceptions import list_exceptions
from tidegate.desks.exposure.services import exceptions
from tidegate.faces.api.cutting import cut
from tidegate.faces.api.paging import Cursor, Limit, listed
from tidegate.faces.api.schemas.common import Problem
from tidegate.faces.api.schemas.exposure_remedies import (
    ExceptingExposure,
    ExceptingRequirement,
    Exceptions,
    ExceptionState,
)
from tidegate.faces.web.acting import actor_of_request as actor_of

router: Final = Router(tags=["exceptions"])
of_exposures: Final = Router(tags=["exceptions"])

_MADE: Final[Any] = {201: ExceptionState, 404: Problem, 409: Problem, 422: Problem}


@router.get("", response={200: Exceptions, 400: Problem}, operation_id="listExceptions")
def index(
    request: HttpRequest,
    response: HttpResponse,
    cursor: Cursor,
    limit: Limit,
    organisation: Annotated[
        str, Query("", max_length=40, description="Key of the operator; all, if left out.")
    ],
) -> Any:
    """List the exceptions that whoever asks may read: those that hold first, the newest first."""
    rows = list_exceptions(actor_of(request), organisation=organisation, at=timezone.now())
    return listed(request, response, cut(rows, lambda row: row.key, cursor, limit, sort="-made"))


@router.post("", response=_MADE, operation_id="exceptRequirement")
def except_requirement(request: HttpRequest, wanted: ExceptingRequirement) -> Any:
    """Except a requirement of a directive for an organisation, until an instant."""
    row = exceptions.except_requirement(
        actor_of(request),
        wanted.organisation,
        wanted.directive,
        wanted.requirement,
        wanted.reason,
        wanted.approver,
        wanted.until,
        at=timezone.now(),
    )
    return Status(201, row)


@of_exposures.post("/{key}/except", response=_MADE, operation_id="exceptExposure")
def except_exposure(request: HttpRequest, key: str, wanted: ExceptingExposure) -> Any:
    """Except an exposure until an instant; it hides nothing, and is late again after it."""
    row = exceptions.except_exposure(
        actor_of(request),
        key,
        wanted.reason,
        wanted.approver,
        wanted.until,
        at=timezone.now(),
    )
    return Status(201, row)


@router.post(
    "/{key}/end",
    response={200: ExceptionState, 404: Problem, 409: Problem, 422: Problem},
    operation_id="endException",
)
def end(request: HttpRequest, key: str) -> Any:
    """End an exception before its end; what it excepted is to be done again, at once."""
    return exceptions.end_exception(actor_of(request), key, at=timezone.now())
